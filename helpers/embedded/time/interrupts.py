"""Ctrl-C, held back until it can do no harm.

A KeyboardInterrupt that lands in the middle of a state change would leave half of it behind.
While the account works, the signal is only noted; it is raised between two events, when every
queue and every function is whole, and the account can go on from there.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

_handle: Callable[..., Any] = _signal.signal
"""signal.signal without the names that it gives to what it returns: each request calls it twice."""


class Interrupts:
    """A context in which KeyboardInterrupt comes only at checkpoints and at the end."""

    def __init__(self) -> None:
        self._depth = 0
        self._noted = False
        self._outer: object = None
        self._stopped: Exception | None = None

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            if self._depth == 0:
                self._noted = False
                self._outer = _handle(signal.SIGINT, self._note)
            self._depth += 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        self._depth -= 1
        if self._depth == 0:
            # A handler installed by C code reads as None and cannot be put back by Python.
            outer = signal.SIG_DFL if self._outer is None else self._outer
            _handle(signal.SIGINT, outer)
            if self._noted and error is None:
                raise KeyboardInterrupt

    def checkpoint(self) -> None:
        """Raise the KeyboardInterrupt that was held back, or what `stop` was told."""
        if self._stopped is not None:
            raise self._stopped
        if self._noted and self._depth:
            self._noted = False
            raise KeyboardInterrupt

    def stop(self, error: Exception) -> None:
        """Raise `error` at the next checkpoint of whichever thread comes to it."""
        self._stopped = error

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._noted = self._noted or not _is_for_handler()
        _rouse()


def _nobody() -> bool:
    return False


_is_for_handler: Callable[[], bool] = _nobody
_rouse: Callable[[], object] = _nobody


def rouse_by(is_for_handler: Callable[[], bool], rouse: Callable[[], object]) -> None:
    """Call `rouse` at each signal, which may end what this thread runs or waits for, if it is a
    handler of this process; a signal that is for the handler alone is no Ctrl-C."""
    global _is_for_handler, _rouse
    _is_for_handler, _rouse = is_for_handler, rouse
