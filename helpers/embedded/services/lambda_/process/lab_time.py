"""The clock inside an execution environment: the account's, moved only by the account.

time-machine sets `time.time`, `datetime.now` and their kin; `time.sleep` and the clocks that
count from an arbitrary start are set here, and asyncio waits by sleeping too.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, SupportsIndex

import time_machine

from helpers.embedded.time.clock import SECOND, START


class LabTime:
    """Stands still until `move_to`; `time.sleep` calls `sleep` (seconds of lab time).

    Times are microseconds since the account was opened.
    """

    def __init__(
        self, now: int, sleep: Callable[[float], None], write_down: Callable[[int], None]
    ) -> None:
        self._start = self.now = now
        self._sleep = sleep
        self._write_down = write_down
        moment = START + timedelta(microseconds=now)
        self._traveller = time_machine.travel(moment, tick=False).start()
        time.sleep = self.sleep
        time.monotonic = time.perf_counter = self._since_start
        time.monotonic_ns = time.perf_counter_ns = self._since_start_ns
        asyncio.set_event_loop_policy(_LabEventLoopPolicy(self.sleep))

    def move_to(self, now: int) -> None:
        self._traveller.shift(timedelta(microseconds=now - self.now))
        self.now = now
        self._write_down(now)

    def sleep(self, seconds: float | SupportsIndex, /) -> None:
        duration = seconds if isinstance(seconds, float) else float(seconds.__index__())
        if duration < 0:
            raise ValueError("sleep length must be non-negative")
        self._sleep(duration)

    def _since_start(self) -> float:
        return (self.now - self._start) / SECOND

    def _since_start_ns(self) -> int:
        return (self.now - self._start) * 1_000


class _LabSelector(selectors.DefaultSelector):
    """A selector whose timeouts pass in lab time."""

    def __init__(self, sleep: Callable[[float], None]) -> None:
        super().__init__()
        self._sleep = sleep

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0 if timeout is not None else None)
        if not ready and timeout is not None and timeout > 0:
            self._sleep(timeout)
        return ready


class _LabEventLoopPolicy(asyncio.DefaultEventLoopPolicy):
    def __init__(self, sleep: Callable[[float], None]) -> None:
        super().__init__()
        self._sleep = sleep

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.SelectorEventLoop(_LabSelector(self._sleep))
