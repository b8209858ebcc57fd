"""What happens later, in order: a SimPy environment that also waits for real processes.

SimPy owns lab time. Function code, though, runs in processes of its own, outside lab time:
while one computes, the simulation stands still at that moment and several of them compute
side by side. Their answers are taken in the order in which they were asked for, never in the
order in which they arrive, so a run repeats exactly on a fast machine and on a slow one.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Generator
from typing import Any, Final, NamedTuple, Protocol, TypeVar, cast

import simpy

from helpers.embedded.time.clock import Clock
from helpers.embedded.time.faults import Faults
from helpers.embedded.time.interrupts import Interrupts

T = TypeVar("T")

Steps = Generator[simpy.Event, Any, T]
"""A SimPy process that ends with a T; it yields the events that it waits for."""


class Silence:
    """What `Simulation.ask` gives when a process did not answer while it had the patience."""


SILENCE: Final = Silence()

LOOK_EVERY = 0.05
"""Wall seconds between two looks at Ctrl-C while a process computes."""


class Peer(Protocol):
    """A process outside lab time that has been asked something."""

    def answer(self) -> Any | None:
        """Its next answer, waited for at most LOOK_EVERY wall seconds; None: not yet."""


class _Owed(NamedTuple):
    peer: Peer
    event: simpy.Event
    patience: float


class Simulation:
    """The order of everything that happens in an embedded account. One thing runs at a time."""

    def __init__(self) -> None:
        self._env = simpy.Environment()
        self._owed: deque[_Owed] = deque()
        self.clock = Clock()
        self.faults = Faults()
        self.interrupts = Interrupts()
        self.watch: Callable[[], None] | None = None
        """Called again and again while time moves, by whoever wants to see it move."""

    # What a process waits for

    @property
    def now(self) -> int:
        """Microseconds of lab time since the account was opened."""
        return self.clock.elapsed

    def event(self) -> simpy.Event:
        """Something that somebody will make happen with `succeed`."""
        return self._env.event()

    def timeout(self, duration: int) -> simpy.Timeout:
        """The moment `duration` microseconds from now."""
        return self._env.timeout(duration)

    def start(self, steps: Steps[Any], whose: str = "the account") -> simpy.Process:
        """Run `steps` beside everything else, from this moment on.

        What they raise ends them and nothing else (`keep`); so does an interrupt that they do not
        wait for.
        """
        return self._env.process(self._until_interrupted(self.keep(steps, whose, _nothing)))

    def branch(self, steps: Steps[Any]) -> simpy.Process:
        """Run `steps` beside its caller, who waits for them and has what they return or raise."""
        return self._env.process(steps)

    def keep(
        self,
        steps: Steps[T],
        whose: str,
        otherwise: Callable[[Exception], T],
        foreseen: tuple[type[Exception], ...] = (),
    ) -> Steps[T]:
        """`steps`; an exception that nobody foresaw is told (`faults`) and stays with its owner.

        Args:
            whose: the owner, in words, such as "an invocation of clerk".
            otherwise: what the exception becomes there.
            foreseen: what is raised on purpose, for the caller.
        """
        try:
            return (yield from steps)
        except simpy.Interrupt:
            raise
        except foreseen:
            raise
        except Exception as fault:
            self.faults.tell(fault, whose)
            return otherwise(fault)

    def attempt(self, call: Callable[[], object], whose: str) -> None:
        """Call what takes no time; an exception that nobody foresaw is treated as by `keep`."""
        try:
            call()
        except Exception as fault:
            self.faults.tell(fault, whose)

    @staticmethod
    def _until_interrupted(steps: Steps[T]) -> Steps[T | None]:
        try:
            return (yield from steps)
        except simpy.Interrupt:
            return None

    def ask(self, peer: Peer, patience: float) -> simpy.Event:
        """The peer's next answer. It takes no lab time; after `patience` wall seconds: SILENCE."""
        event = self._env.event()
        self._owed.append(_Owed(peer, event, patience))
        return event

    # Moving time

    def settle(self) -> None:
        """Let everything happen that is due at this moment, without moving time."""
        peek, step, checkpoint = self._env.peek, self._env.step, self.interrupts.checkpoint
        while True:
            while peek() <= self.clock.elapsed:
                checkpoint()
                step()
            if not self._owed:
                return
            self._take_oldest_answer()

    def advance(self, duration: int) -> None:
        """Move time by `duration` microseconds; what is due at the last one happens too."""
        deadline = self.now + duration
        self.settle()
        while self._env.peek() <= deadline:
            self._go_on()
        if deadline > self.now:
            self.clock.elapsed = deadline
            self._env.run(until=deadline)

    def run(self, steps: Steps[T]) -> T:
        """Move time until `steps` has ended; what it returned, or raised: it is the caller's."""
        process = self.branch(steps)
        self.run_until(lambda: process.processed)
        return cast("T", process.value)

    def run_until(self, reached: Callable[[], bool], deadline: float = math.inf) -> bool:
        """Move time from one event to the next until `reached`, asked when nothing is due.

        False when the next event would come after `deadline` (microseconds of lab time) or
        when there is none: left alone, the account would stay as it is for ever.
        """
        self.settle()
        while not reached():
            upcoming = self._env.peek()
            if upcoming > deadline or upcoming == math.inf:
                return False
            self._go_on()
        return True

    def _go_on(self) -> None:
        """Move to the next moment at which something is due, and let it happen."""
        self.clock.elapsed = int(self._env.peek())
        self._let_watch()
        self.settle()

    def _let_watch(self) -> None:
        if self.watch is not None:
            self.watch()

    def _take_oldest_answer(self) -> None:
        peer, event, patience = self._owed[0]
        began = time.monotonic()
        try:
            while (answer := peer.answer()) is None:
                self.interrupts.checkpoint()
                self._let_watch()
                if time.monotonic() - began > patience:
                    answer = SILENCE
                    break
        except Exception as fault:  # whoever asked has it, and all others have their answers
            self._owed.popleft()
            event.fail(fault)
            return
        self._owed.popleft()
        event.succeed(answer)


def _nothing(_: Exception) -> None:
    return None


class Bell:
    """Wakes everybody who waits, when it is rung or when its alarm goes off.

    All waiters share one alarm, so that a queue on which many wait keeps a handful of timers
    in the simulation and not one for each message and waiter. Who wakes looks again and goes
    back to waiting if there is nothing.
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._rung: simpy.Event | None = None
        self._alarm: simpy.Event | None = None
        self._alarm_at = 0

    def wait(self, until: int | None) -> simpy.Event:
        """The next time the bell rings; at `until` microseconds of lab time at the latest."""
        if until is not None and (self._alarm is None or until < self._alarm_at):
            self._alarm_at = until
            self._alarm = self._simulation.timeout(until - self._simulation.now)
            self._alarm.callbacks.append(self._alarm_went_off)
        if self._rung is None:
            self._rung = self._simulation.event()
        return self._rung

    def ring(self) -> None:
        rung, self._rung = self._rung, None
        if rung is not None:
            rung.succeed()

    def _alarm_went_off(self, alarm: Any) -> None:
        if alarm is self._alarm:
            self._alarm = None
            self.ring()
