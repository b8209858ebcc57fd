"""What the handlers of this process reach of the machine, while they have their turn.

Python's functions for files, clocks and processes are replaced once, while a lab is open whose
environments are in this process. They ask whose turn it is: the kernel's own code, and its other
threads, have what they always had.
"""

from __future__ import annotations

import _thread
import asyncio
import builtins
import functools
import io
import os
import selectors
import sys
import threading
import time
import tokenize
import traceback
from collections.abc import Callable
from threading import get_ident
from typing import Any, Protocol

from helpers.embedded.services.lambda_.process import disk as disks
from helpers.embedded.services.lambda_.process import network, read_only, stack_traces
from helpers.embedded.services.lambda_.process.disk import disk

_PROCESSES = 'Open the lab without environments="in-process" for a function that does this.'


class Refused(RuntimeError):
    """A handler wants what an environment in the account's own process cannot give."""

    def __init__(self, what: str) -> None:
        super().__init__(f"An environment in the account's own process cannot {what}. {_PROCESSES}")


class Inhabited(Protocol):
    """The world of the handler whose turn it is."""

    now: int
    began: int
    network: bool

    def sleep(self, seconds: float) -> None: ...

    def write(self, text: bytes) -> None: ...

    def random_bytes(self, size: int, /) -> bytes: ...


_current: Inhabited | None = None
_whose = 0


def turn_of(world: Inhabited | None) -> None:
    """From now on this thread runs the handler of that world; None: the kernel's own code."""
    global _current, _whose
    _current, _whose = world, get_ident()


def current() -> Inhabited | None:
    """The world of the handler that asks; None: it is none that asks."""
    return _current if _current is not None and get_ident() == _whose else None


# Installed and taken back

_replaced: list[tuple[Any, str, Any, Any]] = []
"""Owner, name, what it was, and ours."""

_users = 0
_is_audited = False


def install() -> None:
    """For one more lab."""
    global _users, _is_audited
    _users += 1
    if _users > 1:
        return
    if not _replaced:
        _prepare()
    for owner, name, _, ours in _replaced:
        setattr(owner, name, ours)
    if not _is_audited:  # no hook can be taken back
        _is_audited = True
        sys.addaudithook(_audit)


def is_installed() -> bool:
    """Whether there is a lab whose handlers run here."""
    return _users > 0


def uninstall() -> None:
    """The lab is closed."""
    global _users
    _users -= 1
    if _users == 0:
        for owner, name, original, ours in _replaced:
            if getattr(owner, name, None) is ours:
                setattr(owner, name, original)


def _prepare() -> None:
    system: Any = sys.modules[os.name]
    changed: dict[Any, Any] = {}
    for paths, names in ((1, disks._ONE_PATH), (2, disks._TWO_PATHS)):
        for name in names:
            if original := getattr(os, name, None):
                changed[original] = _for_handlers(original, disk.of(original, paths))
    for name in disks._OWN_WAYS:
        if original := getattr(os, name, None):
            changed[original] = _for_handlers(original, getattr(disk, name))
    for owner in (os, system):
        for name, kept in list(vars(owner).items()):
            if type(kept) in disks._FUNCTIONS and kept in changed:
                _replaced.append((owner, name, kept, changed[kept]))
    opened = _for_handlers(io.open, disk.file(io.open))
    _replaced.extend((owner, "open", io.open, opened) for owner in (io, builtins))
    _replaced.append((tokenize, "_builtin_open", io.open, opened))  # stack traces show the source
    for owner, name, ours in _OURS:
        if (original := getattr(owner, name, None)) is not None:
            _replaced.append((owner, name, original, _for_handlers(original, ours(original))))
    _show_traces_as_on_aws()


def _for_handlers(original: Callable[..., Any], theirs: Callable[..., Any]) -> Any:
    """`theirs` where a handler asks, and `original` where anybody else does."""

    def chosen(*given: Any, **options: Any) -> Any:
        if _current is None or get_ident() != _whose:
            return original(*given, **options)
        return theirs(*given, **options)

    return functools.update_wrapper(chosen, original)


def _show_traces_as_on_aws() -> None:
    """Both forms of `traceback` are kept; a handler's turn decides."""
    owners = [
        *((traceback, name) for name in ("extract_tb", "walk_stack", "walk_tb")),
        (traceback.TracebackException, "__init__"),
    ]
    before = [getattr(owner, name) for owner, name in owners]
    summary, hook = traceback.FrameSummary, threading.excepthook
    stack_traces.show_as_on_aws(disk.shown)
    for (owner, name), original in zip(owners, before, strict=True):
        ours = _for_handlers(original, getattr(owner, name))
        _replaced.append((owner, name, original, ours))
        setattr(owner, name, original)
    _replaced.append((traceback, "FrameSummary", summary, traceback.FrameSummary))
    traceback.FrameSummary = summary  # type: ignore[misc]
    threading.excepthook = hook


# Clocks


def _world() -> Inhabited:
    assert _current is not None
    return _current


def _sleeping(_: Any) -> Callable[..., Any]:
    def sleep(seconds: Any, /) -> None:
        duration = seconds if isinstance(seconds, float) else float(seconds.__index__())
        if duration < 0:
            raise ValueError("sleep length must be non-negative")
        _world().sleep(duration)

    return sleep


def _counting(_: Any) -> Callable[..., Any]:
    return lambda: (_world().now - _world().began) / 1_000_000


def _counting_ns(_: Any) -> Callable[..., Any]:
    return lambda: (_world().now - _world().began) * 1000


def _computing(_: Any) -> Callable[..., Any]:
    return lambda: 0


# Waiting


def _waiting(_: Any) -> Callable[..., Any]:
    """Condition.wait: nobody else could notify, there are no other threads."""

    def wait(_: Any, timeout: float | None = None) -> bool:
        _world().sleep(1e9 if timeout is None else max(timeout, 0))
        return False

    return wait


def _selecting(original: Callable[..., Any]) -> Callable[..., Any]:
    def select(selector: Any, timeout: float | None = None) -> Any:
        found = original(selector, 0)
        if not found and (timeout is None or timeout > 0):
            _world().sleep(1e9 if timeout is None else timeout)
        return found

    return select


# The process


def _writing(original: Callable[..., Any]) -> Callable[..., Any]:
    def write(descriptor: int, text: Any, /) -> int:
        if descriptor not in (1, 2):
            return int(original(descriptor, text))
        _world().write(bytes(text))
        return len(text)

    return write


def _drawing(_: Any) -> Callable[..., Any]:
    return lambda size, *_: _world().random_bytes(size)


def _refusing(what: str) -> Callable[[Any], Callable[..., Any]]:
    def ours(_: Any) -> Callable[..., Any]:
        def refuse(*_: Any, **__: Any) -> Any:
            raise Refused(what)

        return refuse

    return ours


_STARTERS = ("_start_new_thread", "_start_joinable_thread", "start_new_thread")

_OURS: list[tuple[Any, str, Callable[[Any], Callable[..., Any]]]] = [
    (time, "sleep", _sleeping),
    *((time, name, _counting) for name in ("monotonic", "perf_counter")),
    *((time, f"{name}_ns", _counting_ns) for name in ("monotonic", "perf_counter")),
    *((time, name, _computing) for name in ("process_time", "thread_time")),
    *((time, f"{name}_ns", _computing) for name in ("process_time", "thread_time")),
    (threading.Condition, "wait", _waiting),
    (selectors.DefaultSelector, "select", _selecting),
    (os, "write", _writing),
    *((os, name, _drawing) for name in ("urandom", "getrandom")),
    *((os, name, _refusing("end by itself")) for name in ("_exit", "abort", "kill", "killpg")),
    *(
        (owner, name, _refusing("start threads"))
        for owner in (threading, _thread)
        for name in _STARTERS
    ),
    (asyncio, "create_subprocess_exec", _refusing("start programs")),
]

_REFUSED = {
    **dict.fromkeys(("os.fork", "os.forkpty"), "fork"),
    **dict.fromkeys(
        ("subprocess.Popen", "os.system", "os.posix_spawn", "os.spawn", "os.exec"), "start programs"
    ),
    **dict.fromkeys(("signal.pthread_kill", "ctypes.dlopen"), "reach the process that it is in"),
}
"""By audit event."""


def _audit(event: str, given: tuple[Any, ...]) -> None:
    if _current is None or get_ident() != _whose:
        return
    if what := _REFUSED.get(event):
        raise Refused(what)
    read_only._check(event, given)
    if not _current.network:
        network._check(event, given)
