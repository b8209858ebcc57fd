"""Everything but /tmp is read-only on Lambda: whoever writes elsewhere meets the system's error 30.

Python tells audit hooks of each file that it opens, makes or removes, under whatever name the
function for it is kept: https://docs.python.org/3/library/audit_events.html
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_UNNAMED = getattr(os, "O_TMPFILE", 0)
_PATHS = {
    **dict.fromkeys(("os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.utime"), (0,)),
    **dict.fromkeys(("os.chmod", "os.chown", "os.setxattr", "os.removexattr"), (0,)),
    **dict.fromkeys(("os.symlink", "os.link"), (1,)),
    "os.rename": (0, 1),
}
"""The arguments that name what would change."""

_FOLDERS = {"os.mkdir": 2, "os.remove": 1, "os.rmdir": 1, "os.symlink": 2, "os.utime": 3}
_FOLDERS |= {"os.chmod": 2, "os.chown": 3}
"""The argument with the descriptor of the folder that a path begins at."""

_TWO_NAMES = ("os.rename", "os.link", "os.symlink")
_NEW = ("os.mkdir", "os.symlink", "os.link")
_OLD = ("os.truncate", "os.utime", "os.chmod", "os.chown", "os.setxattr", "os.removexattr")
_DEVICES = ("/dev/", "/proc/")

_NEW_MOUNTS = 0x20000
_READ_ONLY, _REMOUNT, _BIND, _PRIVATE = 1, 32, 4096, 0x40000 | 16384
"""Of linux/sched.h and linux/mount.h: CLONE_NEWNS; MS_RDONLY, MS_REMOUNT, MS_BIND, and MS_PRIVATE
with MS_REC."""

_writable: tuple[str, ...] | None = None
_exists, _getcwd, _readlink = os.path.lexists, os.getcwd, os.readlink


def protect(*writable: str) -> None:
    """From now on only what is in these folders can be written, and devices."""
    global _writable
    _writable = (*(f"{each}{os.sep}" for each in writable), *_DEVICES)
    sys.addaudithook(_check)


def mount_read_only(*folders: str) -> None:
    """Make `folders` read-only for child processes, too, where this process may: root on Linux.

    Only what it and its children see is changed: mount(2) in a namespace of its own.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None)
    if libc.unshare(_NEW_MOUNTS) or libc.mount(b"none", b"/", None, _PRIVATE, None):
        return
    for path in map(os.fsencode, folders):
        if libc.mount(path, path, None, _BIND, None) == 0:
            libc.mount(b"none", path, None, _BIND | _REMOUNT | _READ_ONLY, None)


def may_write(path: str) -> bool:
    """`path` as the machine knows it."""
    return _writable is None or f"{path}{os.sep}".startswith(_writable) or _is_byte_code(path)


def _is_byte_code(path: str) -> bool:
    """Python keeps that of its own library beside it."""
    return path.startswith((sys.prefix, sys.base_prefix)) and "__pycache__" in path


def _check(event: str, given: tuple[Any, ...]) -> None:
    if _writable is None:
        return
    if event == "open":
        path, _, flags = given
        if flags & _WRITES:
            _check_open(path, flags)
    elif event in _PATHS:
        folder = given[_FOLDERS[event]] if event in _FOLDERS else -1
        _check_change(event, given, folder if isinstance(folder, int) else -1)


def _check_open(given: Any, flags: int) -> None:
    path = _absolute(given, -1)
    if path is None or may_write(path):
        return
    exists = _exists(path)
    if _UNNAMED and flags & _UNNAMED == _UNNAMED:
        raise _refusal(errno.EROFS, given)
    if exists and flags & os.O_EXCL:
        return  # the system says so itself, as it does if there is no folder for a new file
    if (exists or os.path.isdir(os.path.dirname(path))) and not os.path.isdir(path):
        if exists and not flags & (_WRITES & ~os.O_CREAT):
            return
        raise _refusal(errno.EROFS, given)


def _check_change(event: str, given: tuple[Any, ...], folder: int) -> None:
    named = [given[index] for index in _PATHS[event]]
    paths = [_absolute(each, folder) for each in named]
    refused = [each is not None and not may_write(each) for each in paths]
    if not any(refused) or (event in _NEW and _exists(paths[0] or "")):
        return
    if event in _OLD and not _exists(paths[0] or ""):
        return
    if all(os.path.isdir(os.path.dirname(each)) for each in paths if each):
        code = errno.EROFS if all(refused) else errno.EXDEV  # from one disk to another
        raise _refusal(code, *(given[:2] if event in _TWO_NAMES else named))


def check_new(path: Any) -> None:
    """For what makes a file without a word to audit hooks."""
    if _writable is not None:
        _check_change("os.mkdir", (path,), -1)


def _refusal(code: int, path: Any, other: Any = None) -> OSError:
    return OSError(code, os.strerror(code), path, None, other)


def _absolute(path: Any, folder: int) -> str | None:
    """None: not by a path, but by a descriptor that was opened before."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        return None
    text = os.fsdecode(path)
    if not os.path.isabs(text):
        text = os.path.join(_getcwd() if folder < 0 else _path_of(folder), text)
    return os.path.normpath(text)


def _path_of(folder: int) -> str:
    if sys.platform == "darwin":
        import fcntl

        found = fcntl.fcntl(folder, fcntl.F_GETPATH, bytes(1024))
        return os.fsdecode(found.rstrip(b"\0"))
    return _readlink(f"/proc/self/fd/{folder}")
