"""The descriptions of AWS's services, read once for all clients of this process.

botocore reads and parses them anew for each session, 30 ms for a client of SQS. They are files of
its package and never change, so that sessions can share the loader that remembers them.
"""

from __future__ import annotations

from functools import cache

import botocore.session
from botocore.loaders import Loader

_create_loader = botocore.session.create_loader


def share() -> None:
    """Give every session that is made from now on the same loader."""
    botocore.session.create_loader = _loader


def unshare() -> None:
    """Let each session have a loader of its own again."""
    botocore.session.create_loader = _create_loader


def _loader(search_path_string: str | None = None) -> Loader:
    """A session whose user names a folder with descriptions of his own shares nothing."""
    return _shared() if search_path_string is None else _create_loader(search_path_string)


@cache
def _shared() -> Loader:
    return Loader(extra_search_paths=_EachOnce())


class _EachOnce(list[str]):
    """Search paths to which every `boto3.Session` appends the same one."""

    def append(self, path: str) -> None:
        if path not in self:
            super().append(path)
