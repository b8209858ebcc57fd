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
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

TMP = "/tmp"

_PYTHON = (
    *(sys.prefix, sys.base_prefix, str(Path(__file__).parents[4])),
    *(path for path in sys.path if Path(path).name == "site-packages"),
)
"""Where Python and this package lie, which may be below /tmp: code is imported from there."""

_ONE_PATH = (
    *("access", "chdir", "chmod", "chown", "listdir", "lstat", "mkdir", "open", "readlink"),
    *("remove", "rmdir", "scandir", "stat", "statvfs", "truncate", "unlink", "utime"),
)
_TWO_PATHS = ("link", "rename", "replace", "symlink")


def redirect_tmp(folder: str, *spared: str) -> None:
    """From now on /tmp is `folder`, in this process, but for what lies in the folders `spared`
    and for Python itself."""
    own = _Redirection(folder, (*_PYTHON, *spared))
    builtins.open = io.open = own.of(io.open, 1)
    for paths, names in enumerate((_ONE_PATH, _TWO_PATHS), start=1):
        for name in names:
            if original := getattr(os, name, None):
                setattr(os, name, own.of(original, paths))
    importlib.reload(tempfile)  # which keeps some of them
    tempfile.tempdir = TMP


class _Redirection:
    def __init__(self, folder: str, spared: tuple[str, ...]) -> None:
        self._folder = folder
        self._spared = tuple(f"{each}/" for each in spared)

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
            spared = f"{path}/".startswith(self._spared)
            return path if spared else self._folder + path[len(TMP) :]
        return path
