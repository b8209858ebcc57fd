"""The clocks inside an execution environment: the account's time, and waiting for it.

time-machine sets `time.time`, `datetime.now` and their kin; what sleeps and the clocks that count
from an arbitrary start are set here. To compute takes no time: a clock of the processor stands.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, SupportsIndex

import time_machine

from helpers.embedded.services.lambda_.process import children, current, files, threads
from helpers.embedded.services.lambda_.process.turns import Waiter
from helpers.embedded.time.clock import SECOND, START

_real: dict[str, Any] = {name: value for name, value in vars(time).items() if callable(value)}


def install() -> None:
    """From now on, in this process and its forks; until there are turns, nothing is different."""
    ours: dict[str, Callable[..., Any]] = {"sleep": _sleep, "ctime": _ctime, "asctime": _asctime}
    for name in ("monotonic", "perf_counter", "process_time", "thread_time"):
        count = _since_start if name in ("monotonic", "perf_counter") else _computed
        ours[name] = _seconds(_real[name], count)
        ours[f"{name}_ns"] = _nanoseconds(_real[f"{name}_ns"], count)
    if "clock_gettime" in _real:
        ours["clock_gettime"] = _read_clock
        ours["clock_gettime_ns"] = _read_clock_ns
    replaced = {id(_real[name]): value for name, value in ours.items()}
    for module in list(sys.modules.values()):  # some have taken them by name already
        names = getattr(module, "__dict__", {})
        if str(names.get("__name__")).startswith(__name__.rpartition(".")[0]):
            continue  # but for ourselves
        for name, value in list(names.items()):
            if id(value) in replaced:
                setattr(module, name, replaced[id(value)])
    threads.install()
    files.install()
    children.install()


class LabClock:
    """The date, which stands still until `move_to`. Times are microseconds of lab time."""

    def __init__(self, now: int) -> None:
        global _start
        _start = self._now = now
        self._traveller = time_machine.travel(_date(now), tick=False).start()

    def move_to(self, now: int) -> None:
        self._traveller.shift(timedelta(microseconds=now - self._now))
        self._now = now

    def let_run(self) -> None:
        """In a fork: from now on as fast as the machine's."""
        global _forked
        _forked = self._now - _start, _real["monotonic"]()
        time_machine.travel(_date(self._now), tick=True).start()


_start = 0
"""When this environment began, for clocks that count from an arbitrary moment."""

_forked: tuple[int, float] | None = None
"""In a fork: the lab time at which it was made, since the start, and the machine's."""


def _date(now: int) -> datetime:
    return START + timedelta(microseconds=now)


def _sleep(seconds: float | SupportsIndex, /) -> None:
    turns = current.turns
    if turns is None:
        return _real["sleep"](seconds)  # type: ignore[no-any-return]
    duration = seconds if isinstance(seconds, float) else float(seconds.__index__())
    if duration < 0:
        raise ValueError("sleep length must be non-negative")
    turns.wait(Waiter(), duration)


def _since_start() -> int | None:
    """Microseconds; None: this is no environment."""
    if current.turns is not None:
        return current.turns.now - _start
    if _forked is not None:
        passed: float = _real["monotonic"]() - _forked[1]
        return _forked[0] + round(passed * SECOND)
    return None


def _computed() -> int | None:
    return None if current.turns is None else 0


def _seconds(real: Callable[[], float], count: Callable[[], int | None]) -> Callable[[], float]:
    def read() -> float:
        counted = count()
        return real() if counted is None else counted / SECOND

    return read


def _nanoseconds(real: Callable[[], int], count: Callable[[], int | None]) -> Callable[[], int]:
    def read() -> int:
        counted = count()
        return real() if counted is None else counted * 1000

    return read


def _read_clock_ns(clock: int, /) -> int:
    if clock == time.CLOCK_REALTIME:
        return time.time_ns()
    processors = (time.CLOCK_PROCESS_CPUTIME_ID, time.CLOCK_THREAD_CPUTIME_ID)
    counted = (_computed if clock in processors else _since_start)()
    if counted is None:
        return _real["clock_gettime_ns"](clock)  # type: ignore[no-any-return]
    return counted * 1000


def _read_clock(clock: int, /) -> float:
    return _read_clock_ns(clock) / 1e9


def _ctime(seconds: float | None = None, /) -> str:
    return _real["ctime"](time.time() if seconds is None else seconds)  # type: ignore[no-any-return]


def _asctime(moment: Any = None, /) -> str:
    return _real["asctime"](time.localtime() if moment is None else moment)  # type: ignore[no-any-return]
