"""Waiting for files and sockets in lab time: `select`, `poll`, `selectors`, sockets that block."""

from __future__ import annotations

import functools
import os
import select
import selectors
import socket
import stat
from collections.abc import Callable, Iterable
from typing import Any

from helpers.embedded.services.lambda_.process import children, current

_real_select: Any = select.select

_SELECTORS = ("SelectSelector", "PollSelector", "EpollSelector", "KqueueSelector")
_BLOCKING = ("accept", "recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg", "recvmsg_into")


def install() -> None:
    """From now on, in this process."""
    select.select = _select
    for name, unit in (("poll", 1000), ("epoll", 1)):
        if poll := getattr(select, name, None):
            setattr(select, name, functools.partial(_Poll, poll, unit))
    for name in _SELECTORS:
        if selector := getattr(selectors, name, None):
            selector.select = _in_lab_time(selector.select)
    for name in _BLOCKING:
        if receive := getattr(socket.socket, name, None):
            setattr(socket.socket, name, _readable_first(receive))


def _select(read: Any, write: Any, other: Any, timeout: float | None = None) -> Any:
    files = [list(each) for each in (read, write, other)]
    turns = current.turns
    if turns is None or (timeout is not None and timeout <= 0):
        return _real_select(*files, timeout)

    def look() -> Any:
        found = _real_select(*files, 0)
        return found if any(found) else None

    outside = _from_outside(each for some in files for each in some)
    return turns.wait_until(look, timeout, outside=outside) or ([], [], [])


class _Poll:
    """A `select.poll` or `select.epoll` object."""

    def __init__(self, poll: Callable[..., Any], unit: int, *args: Any, **options: Any) -> None:
        self._poll = poll(*args, **options)
        self._unit = unit
        self._files: set[Any] = set()

    def register(self, file: Any, *mask: Any) -> None:
        self._poll.register(file, *mask)
        self._files.add(file)

    def unregister(self, file: Any) -> None:
        self._poll.unregister(file)
        self._files.discard(file)

    def poll(self, timeout: float | None = None, *rest: Any) -> Any:
        turns = current.turns
        if turns is None or timeout == 0:
            return self._poll.poll(timeout, *rest)
        seconds = None if timeout is None or timeout < 0 else timeout / self._unit
        outside = _from_outside(self._files)
        look = functools.partial(_or_none, self._poll.poll, 0, *rest)
        return turns.wait_until(look, seconds, outside=outside) or []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._poll, name)

    def __enter__(self) -> _Poll:
        return self

    def __exit__(self, *error: object) -> None:
        self._poll.close()


def _in_lab_time(select: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(select)
    def selected(selector: selectors.BaseSelector, timeout: float | None = None) -> Any:
        turns = current.turns
        if turns is None or (timeout is not None and timeout <= 0):
            return select(selector, timeout)
        outside = _from_outside(selector.get_map())
        look = functools.partial(_or_none, select, selector, 0)
        return turns.wait_until(look, timeout, outside=outside) or []

    return selected


def _readable_first(receive: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(receive)
    def received(connection: socket.socket, *args: Any, **options: Any) -> Any:
        turns, timeout = current.turns, connection.gettimeout()
        if turns is not None and timeout != 0 and connection.fileno() >= 0:

            def look() -> Any:
                return True if _real_select([connection], [], [], 0)[0] else None

            outside = _from_outside([connection])
            if turns.wait_until(look, timeout, outside=outside) is None:
                raise TimeoutError("timed out")
        return receive(connection, *args, **options)

    return received


def _or_none(poll: Callable[..., Any], *args: Any) -> Any:
    return poll(*args) or None


def _from_outside(files: Iterable[Any]) -> bool:
    """Whether one of them is fed by another process, as far as can be seen."""
    return any(_is_fed(each if isinstance(each, int) else each.fileno()) for each in files)


def _is_fed(descriptor: int) -> bool:
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISFIFO(mode):
            return children.were_started
        if not stat.S_ISSOCK(mode):
            return False
        peer = socket.socket(fileno=os.dup(descriptor))
    except OSError:
        return False
    with peer:
        if peer.family not in (socket.AF_INET, socket.AF_INET6):
            return False
        try:
            peer.getpeername()
        except OSError:
            return False
    return True
