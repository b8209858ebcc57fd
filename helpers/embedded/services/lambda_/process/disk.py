"""The disk as a function sees it: code in /var/task, layers in /opt, a /tmp of its own, and nothing
but /tmp that can be written.

Python reaches files through a handful of functions of `os` and `io`: they are told the real place,
and their errors and answers keep the name that the function knows. What they may write is decided
by an audit hook, below all of them. A library in C that opens files by itself, and what a child
process does to paths that were not in its arguments, are beyond both.
"""

from __future__ import annotations

import functools
import importlib
import io
import ntpath
import os
import posixpath
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

from helpers.embedded.services.lambda_.process import read_only

TMP = "/tmp"

_ONE_PATH = (
    *("chdir", "chmod", "chown", "getxattr", "lchown", "listxattr", "lstat", "mkdir"),
    *("open", "pathconf", "remove", "removexattr", "rmdir", "setxattr", "stat"),
    *("statvfs", "truncate", "unlink", "utime"),
)
_TWO_PATHS = ("link", "rename", "replace")
_OWN_WAYS = ("access", "getcwd", "getcwdb", "listdir", "mkfifo", "readlink", "scandir", "symlink")
"""Methods of Disk."""

_IN_C = ("_path_exists", "_path_lexists", "_path_isdir", "_path_isfile", "_path_islink")
"""What os.path asks Windows by itself."""

_NAMES = ("path", "file", "src", "dst")
"""Of these arguments, where they are given by name."""


class Mount(NamedTuple):
    """A folder of this machine under the name that it has on AWS."""

    shown: str
    real: str
    only: frozenset[str] | None = None
    """Of the entries, those that are there; None: all."""


class Disk:
    """What lies where. Without mounts it is the machine's own."""

    def __init__(self) -> None:
        self._mounts: tuple[Mount, ...] = ()
        self._prefixes: tuple[str, ...] = ()
        self._spared: tuple[str, ...] = ()

    def mount(self, mounts: Iterable[Mount], spared: Iterable[str]) -> None:
        """From now on `mounts` are there; paths in the folders `spared` mean what they say."""
        by_length = sorted(mounts, key=lambda each: len(each.shown), reverse=True)
        self._mounts = tuple(by_length)
        self._prefixes = tuple(each.shown for each in by_length)
        self._spared = tuple(f"{each}/" for each in spared)

    def place(self, path: Any) -> Any:
        """Where a path really lies; what is no path, or lies where it says, as it is."""
        text = os.fspath(path) if isinstance(path, os.PathLike) else path
        if isinstance(text, bytes):
            placed = self.place(os.fsdecode(text))
            return path if placed == os.fsdecode(text) else os.fsencode(placed)
        if not isinstance(text, str):
            return path
        plain = _plain(text)
        if not plain.startswith(self._prefixes) or f"{plain}/".startswith(self._spared):
            return path
        for shown, real, only in self._mounts:
            if not f"{plain}/".startswith(f"{shown}/"):
                continue
            rest = plain[len(shown) :]
            if only is not None and rest.strip("/") and rest.split("/")[1] not in only:
                return f"{real}/no such package{rest}"
            return real + rest
        return path

    def shown(self, path: str) -> str:
        """A real path under the name that the function knows it by."""
        for shown, real, _ in self._mounts:
            if f"{path}/".startswith(f"{real}/"):
                return shown + path[len(real) :].replace(os.sep, "/")
        return path

    def hidden(self, folder: str) -> frozenset[str] | None:
        """The entries of a real folder that are there, if not all are."""
        return next((each.only for each in self._mounts if each.real == folder), None)

    def in_command(self, argument: Any) -> Any:
        """An argument of a child process, which knows the machine's paths only."""
        if not isinstance(argument, str) or not self._mounts:
            return self.place(argument)
        names = "|".join(map(re.escape, self._prefixes))
        return re.sub(rf"(?<![\w/.])(?:{names})(?![\w.-])[\w/.+-]*", self._placed, argument)

    def _placed(self, found: re.Match[str]) -> str:
        return str(self.place(found[0]))

    # The machine's functions, told the real place

    def of(self, original: Callable[..., Any], paths: int) -> Callable[..., Any]:
        """`original`, whose first `paths` arguments are paths or file descriptors."""

        @functools.wraps(original)
        def elsewhere(*given: Any, **options: Any) -> Any:
            placed = tuple(map(self.place, given[:paths]))
            named = {each: options[each] for each in _NAMES if each in options}
            options |= {each: self.place(named[each]) for each in named}
            try:
                return original(*placed, *given[paths:], **options)
            except OSError as error:
                said = [_as_said(each) for each in (*given[:paths], *named.values())]
                if error.filename is not None:
                    error.filename = said[0]
                if error.filename2 is not None:
                    error.filename2 = said[1]
                raise

        return elsewhere

    def file(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """io.open, whose file keeps the name that it was opened by."""
        elsewhere = self.of(original, 1)

        @functools.wraps(original)
        def opened(file: Any, *more: Any, **options: Any) -> Any:
            found = elsewhere(file, *more, **options)
            if self.place(file) is not file:
                buffer = getattr(found, "buffer", found)
                getattr(buffer, "raw", buffer).name = _as_said(file)
            return found

        return opened

    def symlink(self, source: Any, target: Any, *more: Any, **options: Any) -> None:
        self.of(_symlink, 2)(source, target, *more, **options)

    def listdir(self, path: Any = ".") -> list[Any]:
        entries: list[Any] = self.of(_listdir, 1)(path)
        only = self.hidden(self.place(path))
        return entries if only is None else [each for each in entries if each in only]

    def scandir(self, path: Any = ".") -> Any:
        placed, found = self.place(path), self.of(_scandir, 1)(path)
        return found if placed is path else _Entries(found, os.fspath(path), self.hidden(placed))

    def access(self, path: Any, mode: int, **options: Any) -> bool:
        able: bool = _access(self.place(path), mode, **options)
        return able and (not mode & os.W_OK or read_only.may_write(self._absolute(path)))

    def _absolute(self, path: Any) -> str:
        return os.path.join(_getcwd(), os.fsdecode(self.place(path)))

    def mkfifo(self, path: Any, *more: Any, **options: Any) -> None:
        read_only.check_new(path)
        self.of(_mkfifo, 1)(path, *more, **options)

    def getcwd(self) -> str:
        return self.shown(_getcwd())

    def getcwdb(self) -> bytes:
        return os.fsencode(self.getcwd())

    def readlink(self, path: Any, **options: Any) -> Any:
        target = self.of(_readlink, 1)(path, **options)
        return self.shown(target) if isinstance(target, str) else target

    def connect(self, database: Any, *more: Any, **options: Any) -> Any:
        """sqlite3.connect: SQLite opens its file itself."""
        placed = self.place(database)
        if placed is not database and not read_only.may_write(os.fsdecode(placed)):
            placed = f"file:{quote(os.fsdecode(placed))}?mode=ro&immutable=1"
            options["uri"] = True
        return _connect(placed, *more, **options)


_symlink: Any = getattr(os, "symlink", None)
_mkfifo: Any = getattr(os, "mkfifo", None)
_listdir, _scandir, _getcwd, _readlink = os.listdir, os.scandir, os.getcwd, os.readlink
_access = os.access
_connect: Callable[..., Any]


def _plain(path: str) -> str:
    """With slashes, without a drive, and without detours."""
    if os.name == "nt":
        path = ntpath.splitdrive(path)[1].replace("\\", "/")
    if sys.platform == "darwin":
        path = path.removeprefix("/private")  # where /var and /tmp really are
    return posixpath.normpath(path) if "/." in path or "//" in path else path


def _as_said(path: Any) -> Any:
    return os.fspath(path) if isinstance(path, os.PathLike) else path


class _Entries:
    """What os.scandir gives, by the names that the function knows."""

    def __init__(self, found: Any, folder: Any, only: frozenset[str] | None) -> None:
        self._found, self._folder, self._only = found, folder, only

    def __iter__(self) -> Iterator[_Entry]:
        for entry in self._found:
            if self._only is None or entry.name in self._only:
                yield _Entry(entry, self._folder)

    def __next__(self) -> _Entry:
        return next(iter(self))

    def close(self) -> None:
        self._found.close()

    def __enter__(self) -> _Entries:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Entry:
    """An os.DirEntry; those cannot be made."""

    def __init__(self, entry: os.DirEntry[Any], folder: Any) -> None:
        self._entry = entry
        self.path = os.path.join(folder, entry.name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._entry, name)

    def __fspath__(self) -> Any:
        return self.path

    def __repr__(self) -> str:
        return f"<DirEntry {self.name!r}>"


disk = Disk()
"""Of this process."""


def install() -> None:
    """Put the functions in their places, once for all processes that are forked from this one."""
    changed = {_open: disk.file(_open) for _open in (io.open, io.open_code)}
    for paths, names in enumerate((_ONE_PATH, _TWO_PATHS), start=1):
        for original in [getattr(os, name) for name in names if hasattr(os, name)]:
            changed[original] = disk.of(original, paths)
    for name in _OWN_WAYS:
        if original := getattr(os, name, None):
            changed[original] = _like(original, getattr(disk, name))
    for original in [getattr(sys.modules[os.name], each, None) for each in _IN_C]:
        if original is not None:
            changed[original] = disk.of(original, 1)
    _install_for_sqlite(changed)
    for name, module in list(sys.modules.items()):
        if name not in (__name__, read_only.__name__):
            _exchange(vars(module), changed)
    for supported in (each for name, each in vars(os).items() if name.startswith("supports_")):
        if isinstance(supported, set):
            supported |= {changed[each] for each in supported if each in changed}
    importlib.reload(tempfile)  # which keeps one as a default
    _install_for_children()


def _like(original: Callable[..., Any], ours: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def in_its_place(*given: Any, **options: Any) -> Any:
        return ours(*given, **options)

    return in_its_place


def _exchange(names: dict[str, Any], changed: dict[Any, Any]) -> None:
    """Wherever a module keeps one of the functions, under whatever name."""
    for name, kept in list(names.items()):
        if type(kept) in _FUNCTIONS and kept in changed:
            names[name] = changed[kept]


_FUNCTIONS = (type(len), type(_plain))


def _install_for_sqlite(changed: dict[Any, Any]) -> None:
    global _connect
    try:
        import _sqlite3
    except ImportError:  # a Python that was built without
        return
    _connect = _sqlite3.connect
    changed[_connect] = _like(_connect, disk.connect)


def _install_for_children() -> None:
    start, system = subprocess.Popen.__init__, os.system

    @functools.wraps(start)
    def started(self: Any, args: Any, *more: Any, **options: Any) -> None:
        listed = not isinstance(args, (str, bytes, os.PathLike))
        placed = [disk.in_command(each) for each in args] if listed else disk.in_command(args)
        if options.get("cwd") is not None:
            options["cwd"] = disk.place(options["cwd"])
        start(self, placed, *more, **options)
        self.args = args

    subprocess.Popen.__init__ = started  # type: ignore[method-assign]
    os.system = lambda command: system(disk.in_command(command))


def use_tmp() -> None:
    """Temporary files go to /tmp, whatever this machine calls its folder for them."""
    tempfile.tempdir = TMP
