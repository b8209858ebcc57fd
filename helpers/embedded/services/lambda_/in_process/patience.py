"""How long a handler of this process may compute, or wait for what never comes.

A thread looks now and then. Python code meets an exception at its next step; what waits in the
operating system is woken by a signal, if it is the main thread that waits.
"""

from __future__ import annotations

import ctypes
import signal
import threading
import time

from helpers.embedded.services.lambda_.in_process import machine
from helpers.embedded.time import interrupts

_real_time = time.monotonic

_LOOK_EVERY = 0.1
"""Wall seconds."""

_SIGNALS = hasattr(signal, "pthread_kill")


class Spun(BaseException):
    """The handler has computed for longer than the account has patience, or Ctrl-C came."""


class Watch:
    """Of one turn; `limit` in wall seconds."""

    _since: float | None = None
    _limit = 0.0
    _whose = 0
    _is_ended = False
    """From the end of a turn until the handler has heard of it."""
    _may_raise = False
    _looks = False
    _one = threading.Lock()
    """Between a turn that ends by itself, and the one who ends it."""

    def __init__(self, limit: float) -> None:
        self._given = limit
        if not Watch._looks:
            Watch._looks = True
            interrupts.rouse_by(lambda: Watch._is_ended, self._rouse)
            threading.Thread(target=self._look, name="spin limit", daemon=True).start()

    def __enter__(self) -> None:
        Watch._limit, Watch._whose = self._given, threading.get_ident()
        Watch._since = _real_time()
        Watch._may_raise = True

    def __exit__(self, *_: object) -> None:
        Watch._may_raise = False  # what follows puts the process in order, and is not to be ended
        with Watch._one:
            Watch._since = None
            if Watch._whose != threading.main_thread().ident or not _SIGNALS:
                Watch._is_ended = False
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._whose), None)

    @classmethod
    def _rouse(cls) -> None:
        """The signal has come. It is ours even if the turn is over: it is no Ctrl-C."""
        cls._is_ended = False
        if cls._may_raise and machine.current() is not None:
            raise Spun

    @classmethod
    def _look(cls) -> None:
        wake = threading.Event()
        while True:
            wake.wait(_LOOK_EVERY)
            with cls._one:
                cls._end()

    @classmethod
    def _end(cls) -> None:
        """The turn that lasts too long; the next one may not have begun meanwhile."""
        if cls._since is None or _real_time() - cls._since <= cls._limit:
            return
        cls._since, cls._is_ended = None, True
        if cls._whose == threading.main_thread().ident and _SIGNALS:
            signal.pthread_kill(cls._whose, signal.SIGINT)
        else:
            thread, error = ctypes.c_ulong(cls._whose), ctypes.py_object(Spun)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, error)
