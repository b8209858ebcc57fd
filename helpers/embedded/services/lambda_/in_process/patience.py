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


class Spun(BaseException):
    """The handler has computed for longer than the account has patience, or Ctrl-C came."""


class Watch:
    """Of one turn; `limit` in wall seconds."""

    _since: float | None = None
    _limit = 0.0
    _whose = 0
    _is_ended = False
    _looks = False

    def __init__(self, limit: float) -> None:
        self._given = limit
        if not Watch._looks:
            Watch._looks = True
            interrupts.rouse_by(lambda: Watch._is_ended, self._rouse)
            threading.Thread(target=self._look, name="spin limit", daemon=True).start()

    def __enter__(self) -> None:
        Watch._limit, Watch._whose = self._given, threading.get_ident()
        Watch._since = _real_time()

    def __exit__(self, *_: object) -> None:
        Watch._since = None
        if Watch._is_ended:
            Watch._is_ended = False
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._whose), None)

    @staticmethod
    def _rouse() -> None:
        if machine.current() is not None:
            raise Spun

    @classmethod
    def _look(cls) -> None:
        wake = threading.Event()
        while True:
            wake.wait(_LOOK_EVERY)
            since = cls._since
            if since is None or _real_time() - since <= cls._limit:
                continue
            cls._since, cls._is_ended = None, True
            if cls._whose == threading.main_thread().ident and hasattr(signal, "pthread_kill"):
                signal.pthread_kill(cls._whose, signal.SIGINT)
            else:
                thread, error = ctypes.c_ulong(cls._whose), ctypes.py_object(Spun)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, error)
