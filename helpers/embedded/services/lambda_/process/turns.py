"""Whose turn it is in an execution environment, and when its time moves.

The threads of a handler take turns: one runs until it waits, so that a run repeats. While one runs
time stands; when all wait it moves to the next moment at which one of them is due. Between
invocations it stands, and all threads with it, as AWS freezes an environment.

What no one here sees a thread wait for (a file of the operating system, a child, a server on this
machine) passes on the machine's clock: meanwhile lab time goes with it, in tenths of a second.
"""

from __future__ import annotations

import time
from _thread import RLock, allocate_lock, get_ident, start_new_thread
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from typing import Any, Protocol

from helpers.embedded.services.lambda_.execution.environment_protocol import NEVER
from helpers.embedded.time.clock import SECOND, microseconds

_real_sleep = time.sleep
_real_time = time.monotonic
_real_clock: Any = getattr(time, "clock_gettime", None)
_real_cpu_time = time.process_time

_TENTH = SECOND // 10
_AHEAD = 0.2
"""Tenths by which what waits was started before the waiting was noticed, generously."""

_LOOK_EVERY = 0.004
"""Wall seconds between two looks at what waits for something outside."""

_PATIENCE = 0.03, 1.0
"""Wall seconds after which a thread that has the turn shares it: blocked in the operating system;
computing."""


class Outside(Protocol):
    """The way to the account."""

    def converse(self, calls: list[tuple[int, Any]], until: int) -> list[tuple[int, Any]]:
        """All threads wait, for answers to these and earlier calls or until a moment, or NEVER.
        What was answered, by the numbers of the calls; time has been moved."""

    def run_out(self) -> None:
        """Nothing happens any more before the deadline."""


class Waiter:
    """A thread that waits."""

    __slots__ = ("gate", "look", "outside", "over", "result", "thread")

    def __init__(self, look: Callable[[], Any] | None = None, outside: bool = False) -> None:
        self.gate = allocate_lock()
        self.gate.acquire()
        self.look = look
        """Whether what it waits for is there: its result, or None."""
        self.outside = outside
        self.thread: int | None = None
        self.over = False
        self.result: Any = None


class Turns:
    """The threads of this process. Times are microseconds of lab time."""

    def __init__(self, now: int, move: Callable[[int], None], outside: Outside) -> None:
        self.now = now
        self.deadline = now
        self.mutex = RLock()
        """Held while anything here changes or the account is talked to."""
        self._move = move
        self._outside = outside
        self._ours = {get_ident()}
        self._running: set[object] = {get_ident()}
        """Who has the turn: threads, or waiters whose threads have not begun yet."""
        self._ready: deque[Waiter] = deque()
        self._due: list[tuple[int, int, Waiter]] = []
        self._looking: list[Waiter] = []
        self._calls: list[tuple[int, Any]] = []
        self._answers: dict[int, Waiter] = {}
        self._count = 0
        self._pace: tuple[float, int] | None = None
        self._frozen = False
        self._watched = False
        self._abroad: set[int] = set()

    # Waiting

    def wait(self, waiter: Waiter, timeout: float | None = None) -> Any:
        """Let the others run until somebody wakes `waiter`; its result. None: `timeout`."""
        with self.mutex:
            self.step_aside(waiter, timeout)
        waiter.gate.acquire()
        return waiter.result

    def step_aside(self, waiter: Waiter, timeout: float | None = None) -> None:
        """With the mutex; let go of it, then pass the waiter's gate."""
        if timeout is not None:
            self._count += 1
            heappush(self._due, (self.now + microseconds(timeout), self._count, waiter))
        if waiter.look is not None:
            waiter.outside = waiter.outside or get_ident() in self._abroad
            self._looking.append(waiter)
        waiter.thread = get_ident()
        self._running.discard(waiter.thread)
        if not self._running:
            self._pass_on()

    def wait_until(
        self, look: Callable[[], Any], timeout: float | None = None, *, outside: bool = False
    ) -> Any:
        """Wait until `look` gives something other than None; None: `timeout` has passed."""
        if (found := look()) is not None or (timeout is not None and timeout <= 0):
            return found
        return self.wait(Waiter(look, outside), timeout)

    def wait_for_answer(self, request: Any) -> Any:
        """Ask the account something."""
        waiter = Waiter()
        with self.mutex:
            self._count += 1
            self._calls.append((self._count, request))
            self._answers[self._count] = waiter
            self.step_aside(waiter)
        waiter.gate.acquire()
        return waiter.result

    def wake(self, waiter: Waiter, result: Any) -> bool:
        """With the mutex. False: it does not wait any more."""
        if waiter.over:
            return False
        waiter.over = True
        waiter.result = result
        self._ready.append(waiter)
        return True

    @contextmanager
    def abroad(self) -> Iterator[None]:
        """What this thread waits for inside comes from another process."""
        thread = get_ident()
        self._abroad.add(thread)
        try:
            yield
        finally:
            self._abroad.discard(thread)

    # Threads

    def announce(self, thread: Waiter) -> None:
        """A thread was started; what it waits for first is its turn."""
        with self.mutex:
            self.wake(thread, None)
            if not self._watched:
                self._watched = True
                start_new_thread(self._watch, ())

    def begin_thread(self, waiter: Waiter) -> None:
        waiter.gate.acquire()
        with self.mutex:
            self._ours.add(get_ident())
            self._running.discard(waiter)
            self._running.add(get_ident())

    def end_thread(self) -> None:
        with self.mutex:
            self._ours.discard(get_ident())
            self._running.discard(get_ident())
            if not self._running:
                self._pass_on()

    # Invocations

    def thaw(self, now: int, deadline: int) -> None:
        """An invocation begins. What has become due meanwhile goes on first."""
        with self.mutex:
            self.deadline = deadline
            self.move_to(now)
            self._frozen = False
            others = bool(self._ready or self._due or self._looking)
        if others:
            self.wait(Waiter(), 0)

    def freeze(self, say: Callable[[int], None]) -> None:
        """The invocation has ended, which `say` tells the account."""
        with self.mutex:
            self._frozen = True
            say(self.now)

    def move_to(self, now: int) -> None:
        if now > self.now:
            self.now = now
            self._move(now)

    # Whose turn it is next; with the mutex

    def _pass_on(self) -> None:
        """Nobody runs: let the next one, as soon as there is one."""
        while not self._ready:
            if not self._look():
                self._let_time_pass()
        self._pace = None
        self._give_turn()

    def _give_turn(self) -> None:
        waiter = self._ready.popleft()
        self._running.add(waiter.thread or waiter)
        waiter.gate.release()

    def _look(self) -> bool:
        """Whether somebody found what he waits for."""
        self._looking = [each for each in self._looking if not each.over]
        for waiter in self._looking:
            assert waiter.look is not None
            if (found := waiter.look()) is not None:
                return self.wake(waiter, found)
        return False

    def _let_time_pass(self) -> None:
        due = self._next_due()
        if self._answers:
            calls, self._calls = self._calls, []
            for number, answer in self._outside.converse(calls, due):
                self.wake(self._answers.pop(number), answer)
            self._wake_due()
        elif any(each.outside for each in self._looking):
            _real_sleep(_LOOK_EVERY)
            self._keep_pace(due)
        elif due == NEVER:
            self._outside.run_out()
        else:
            self.move_to(due)
            self._wake_due()

    def _next_due(self) -> int:
        """When the next one is due, NEVER if not before the deadline."""
        while self._due and self._due[0][2].over:
            heappop(self._due)
        if self._due and self._due[0][0] < self.deadline:
            return self._due[0][0]
        return NEVER

    def _wake_due(self) -> None:
        """One after the other: the first may wake the next one by what it does."""
        if self._due and self._due[0][0] <= self.now:
            self.wake(heappop(self._due)[2], None)

    def _keep_pace(self, due: int) -> None:
        """Lab time goes with the machine's, from when all began to wait."""
        if self._pace is None:
            self._pace = _real_time(), self.now
        began, then = self._pace
        moment = then + int((_real_time() - began) * 10 + _AHEAD) * _TENTH
        if due != NEVER and moment >= due:
            self.move_to(due)
            self._wake_due()
        elif moment >= self.deadline:
            self._outside.run_out()
        else:
            self.move_to(moment)

    # Turns that are not given back

    def _watch(self) -> None:
        """Where there are several threads: one that has the turn, and is blocked in the operating
        system or computes for long, does not keep the others from theirs."""
        holders, used = self._running.copy(), 0.0
        turn_since = blocked_since = _real_time()
        while True:
            _real_sleep(_LOOK_EVERY)
            with self.mutex:
                before, used, now = (holders, used), self._cpu_time(), _real_time()
                holders = self._running.copy()
                if self._frozen or holders != before[0]:
                    turn_since = blocked_since = now
                elif used != before[1]:
                    blocked_since = now
                if blocked_since == now:
                    self._pace = None
                blocked = now - blocked_since >= _PATIENCE[0]
                if blocked or now - turn_since >= _PATIENCE[1]:
                    self._share(blocked)

    def _share(self, blocked: bool) -> None:
        if not self._ready and not self._look() and blocked:
            if self._answers:
                self._let_time_pass()
            else:
                self._keep_pace(self._next_due())
        if self._ready:
            self._give_turn()

    def _cpu_time(self) -> float:
        """Seconds that those who have the turn have computed."""
        if not hasattr(time, "pthread_getcpuclockid"):
            return _real_cpu_time()
        threads = [each for each in self._running if each in self._ours]
        return float(sum(_real_clock(time.pthread_getcpuclockid(each)) for each in threads))
