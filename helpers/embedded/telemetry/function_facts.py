"""AWS/Lambda: the metrics of functions, derived from what was noted of each invocation.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html

Each invocation is one sample of Invocations, Errors, Throttles and Duration, in the minute in
which it began, known when it has ended: so the Average of Errors is the error rate. A throttled
request is no invocation and no error.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from helpers.embedded.clock import MILLISECOND, SECOND
from helpers.embedded.telemetry.samples import Samples
from helpers.embedded.telemetry.series import Metric, Series, minutes_between, second_of

NAMESPACE = "AWS/Lambda"
MINUTE = 60 * SECOND

UNITS = {
    "Invocations": "Count",
    "Errors": "Count",
    "Throttles": "Count",
    "Duration": "Milliseconds",
    "DeadLetterErrors": "Count",
    "DestinationDeliveryFailures": "Count",
    "ConcurrentExecutions": "Count",
    "UnreservedConcurrentExecutions": "Count",
}

Dimensions = tuple[tuple[str, str], ...]
_ACCOUNT: Dimensions = ()


class Callee(NamedTuple):
    """What was invoked."""

    function: str
    resource: str
    """The function's name, and its version where one was asked for."""
    reserved: bool
    """Whether the function has concurrency of its own."""


class Change(NamedTuple):
    """An invocation begins or ends."""

    at: int
    """Microseconds since the account was opened."""
    callee: Callee
    step: int


class Ended(NamedTuple):
    began: int
    callee: Callee
    duration: int
    """Microseconds of the handler."""
    failed: bool


class FunctionFacts:
    """What functions did, noted while it happens and added up when somebody asks."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self._changes: list[Change] = []
        self._ended: list[Ended] = []
        self._counts: list[tuple[str, int, Callee, int]] = []
        self._minutes: dict[tuple[str, Dimensions], dict[int, Samples]] = defaultdict(
            lambda: defaultdict(Samples)
        )
        self._levels: dict[tuple[str, Dimensions], _Level] = defaultdict(_Level)

    # What functions tell

    def began(self, callee: Callee) -> None:
        self._changes.append(Change(self._clock.elapsed, callee, 1))

    def ended(self, callee: Callee, began: int, duration: int, failed: bool) -> None:
        """An invocation is over; `began` and `duration` in microseconds."""
        self._changes.append(Change(self._clock.elapsed, callee, -1))
        self._ended.append(Ended(began, callee, duration, failed))

    def abandoned(self, callee: Callee) -> None:
        """An invocation was given up with the account; it leaves no other metric."""
        self._changes.append(Change(self._clock.elapsed, callee, -1))

    def throttled(self, callee: Callee) -> None:
        self._counts.append(("Throttles", self._clock.elapsed, callee, 1))

    def delivery_failed(self, callee: Callee, metric: str) -> None:
        """An event could not be sent to where the function says. `metric`: DeadLetterErrors for
        its own dead-letter queue, DestinationDeliveryFailures for a destination."""
        self._counts.append((metric, self._clock.elapsed, callee, 1))

    # What the metrics are read from

    def metrics(self, region: str) -> Iterator[Metric]:
        self._add_up()
        for (name, dimensions), minutes in self._minutes.items():
            if any(minute < self._now for minute in minutes):
                yield Metric(NAMESPACE, name, dimensions)
        for (name, dimensions), level in self._levels.items():
            if any(minute < self._now for minute in level.highest):
                yield Metric(NAMESPACE, name, dimensions)

    def unit(self, metric: Metric) -> str | None:
        return UNITS.get(metric.name) if metric.namespace == NAMESPACE else None

    def series(self, region: str, metric: Metric, start: int, end: int) -> Series:
        if self.unit(metric) is None:
            return {}
        self._add_up()
        first, stop = minutes_between(start, end)
        stop = min(stop, self._now)
        key = (metric.name, metric.dimensions)
        minutes = dict(self._minutes.get(key, {}))
        if level := self._levels.get(key):
            minutes = {minute: Samples({high: 1}) for minute, high in level.highest.items()}
        return {
            second_of(minute): samples
            for minute, samples in minutes.items()
            if first <= minute < stop
        }

    @property
    def _now(self) -> int:
        """The minute under way, which is not published yet."""
        return int(self._clock.elapsed // MINUTE)

    def _add_up(self) -> None:
        for fact in self._ended:
            minute = fact.began // MINUTE
            self._note("Invocations", minute, fact.callee, 1)
            self._note("Errors", minute, fact.callee, int(fact.failed))
            self._note("Throttles", minute, fact.callee, 0)
            self._note("Duration", minute, fact.callee, fact.duration / MILLISECOND)
        for name, at, callee, value in self._counts:
            self._note(name, at // MINUTE, callee, value)
        for change in self._changes:
            self._change_levels(change)
        for level in self._levels.values():
            level.pass_to(self._now)
        self._ended.clear()
        self._counts.clear()
        self._changes.clear()

    def _note(self, name: str, minute: int, callee: Callee, value: float) -> None:
        for dimensions in _dimension_sets(callee):
            self._minutes[name, dimensions][minute].add(value)

    def _change_levels(self, change: Change) -> None:
        callee, minute = change.callee, change.at // MINUTE
        for dimensions in _dimension_sets(callee):
            self._levels["ConcurrentExecutions", dimensions].change(minute, change.step)
        if not callee.reserved:
            self._levels["UnreservedConcurrentExecutions", _ACCOUNT].change(minute, change.step)


class _Level:
    """Invocations at once: how many now, and the highest number in each minute with any."""

    def __init__(self) -> None:
        self.highest: dict[int, int] = {}
        self._level = 0
        self._minute = 0

    def change(self, minute: int, step: int) -> None:
        self.pass_to(minute)
        self._level += step
        if self._level > self.highest.get(minute, 0):
            self.highest[minute] = self._level

    def pass_to(self, minute: int) -> None:
        """Until that minute nothing changed."""
        if self._level:
            for each in range(self._minute + 1, minute + 1):
                self.highest[each] = self._level
        self._minute = max(self._minute, minute)


def _dimension_sets(callee: Callee) -> tuple[Dimensions, Dimensions, Dimensions]:
    name = ("FunctionName", callee.function)
    return _ACCOUNT, (name,), (name, ("Resource", callee.resource))
