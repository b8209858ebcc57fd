"""A /tmp for each environment: what its Python names below /tmp lies in a folder of its own.

The functions through which Python reaches files are told the real place. A library in C that opens
files by itself, such as sqlite3, and a child process see the machine's /tmp.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import io
import os
import tempfile
from collections.abc import Callable
from typing import Any

TMP = "/tmp"

_ONE_PATH = (
    *("access", "chdir", "chmod", "chown", "listdir", "lstat", "mkdir", "open", "readlink"),
    *("remove", "rmdir", "scandir", "stat", "statvfs", "truncate", "unlink", "utime"),
)
_TWO_PATHS = ("link", "rename", "replace", "symlink")


def redirect_tmp(folder: str, spared: str) -> None:
    """From now on /tmp is `folder`, in this process, but for what lies in the folder `spared`."""
    own = _Redirection(folder, spared)
    builtins.open = io.open = own.of(io.open, 1)
    for paths, names in enumerate((_ONE_PATH, _TWO_PATHS), start=1):
        for name in names:
            if original := getattr(os, name, None):
                setattr(os, name, own.of(original, paths))
    importlib.reload(tempfile)  # which keeps some of them
    tempfile.tempdir = TMP


class _Redirection:
    def __init__(self, folder: str, spared: str) -> None:
        self._folder = folder
        self._spared = spared

    def of(self, original: Callable[..., Any], paths: int) -> Callable[..., Any]:
        """`original`, whose first `paths` arguments are paths or file descriptors."""

        @functools.wraps(original)
        def redirected(*args: Any, **options: Any) -> Any:
            return original(*map(self._place, args[:paths]), *args[paths:], **options)

        return redirected

    def _place(self, path: Any) -> Any:
        if isinstance(path, os.PathLike):
            path = os.fspath(path)
        if isinstance(path, bytes):
            return os.fsencode(self._place(os.fsdecode(path)))
        if isinstance(path, str) and f"{path}/".startswith(f"{TMP}/"):
            return path if path.startswith(self._spared) else self._folder + path[len(TMP) :]
        return path
