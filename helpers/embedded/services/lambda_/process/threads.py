"""Threads that a handler starts take turns, and are waited for in lab time."""

from __future__ import annotations

import _thread
import functools
import queue
import threading
from collections.abc import Callable
from typing import Any

from helpers.embedded.services.lambda_.process import current, limits
from helpers.embedded.services.lambda_.process.locks import Lock
from helpers.embedded.services.lambda_.process.turns import Waiter

_STARTERS = ("_start_new_thread", "_start_joinable_thread")
"""Of `threading`: until Python 3.12, since 3.13."""

_MOST = 1024
"""Processes and threads of an environment (LDG gettingstarted-limits)."""

_real_join = threading.Thread.join


def install() -> None:
    """From now on, in this process."""
    in_python: Any = threading, queue
    threading_, queue_ = in_python
    threading_.Lock = threading_._allocate_lock = Lock
    threading_.RLock = threading_._PyRLock
    queue_.SimpleQueue = queue_._PySimpleQueue
    for name in _STARTERS:
        if start := getattr(threading, name, None):
            setattr(threading, name, _taking_turns(start))
    _thread.start_new_thread = _thread.start_new = _taking_turns(_thread.start_new_thread)
    threading.Thread.join = _join  # type: ignore[method-assign,assignment]


def _taking_turns(start: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(start)
    def started(function: Callable[..., Any], *rest: Any, **options: Any) -> Any:
        turns = current.turns
        if turns is None:
            return start(function, *rest, **options)
        if threading.active_count() >= _MOST:
            raise RuntimeError("can't start new thread")
        limits.make_room_for_thread()
        ended = Lock()
        ended.acquire()
        if isinstance(thread := getattr(function, "__self__", None), threading.Thread):
            thread._lab_ended = ended  # type: ignore[attr-defined]
        first_turn = Waiter()

        def run(*args: Any, **kwargs: Any) -> None:
            turns.begin_thread(first_turn)
            try:
                function(*args, **kwargs)
            finally:
                ended.release()
                turns.end_thread()

        answer = start(run, *rest, **options)
        turns.announce(first_turn)
        return answer

    return started


def _join(thread: threading.Thread, timeout: float | None = None) -> None:
    ended = getattr(thread, "_lab_ended", None)
    if ended is None or current.turns is None or thread is threading.current_thread():
        return _real_join(thread, timeout)
    if ended.acquire(timeout=-1 if timeout is None else max(timeout, 0)):
        ended.release()
        _real_join(thread)
