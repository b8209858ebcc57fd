"""AWS/Lambda: the metrics of functions.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html

Each invocation is one sample of Invocations, Errors, Throttles and Duration, in the minute in
which it began, known when it has ended: so the Average of Errors is the error rate. A throttled
request is no invocation and no error.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from helpers.embedded.services.cloudwatch.published.samples import Samples
from helpers.embedded.services.cloudwatch.published.series import (
    Metric,
    Series,
    minutes_between,
    second_of,
    within,
)
from helpers.embedded.time.clock import MILLISECOND, SECOND

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
    "AsyncEventsReceived": "Count",
    "AsyncEventsDropped": "Count",
    "AsyncEventAge": "Milliseconds",
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
    executed_version: str = ""
    """The version that ran, where an alias was asked for."""


class FunctionFacts:
    """What functions did: counted while it happens, put together when somebody asks."""

    def __init__(self, clock: Any, region: str) -> None:
        self._clock = clock
        self._region = region
        self._facts: dict[Callee, _Facts] = {}
        self._levels: dict[tuple[str, Dimensions], _Level] = defaultdict(_Level)

    # What functions tell

    def began(self, callee: Callee) -> None:
        minute = self._clock.elapsed // MINUTE
        for level in self._of(callee).levels:
            level.rise(minute)

    def ended(self, callee: Callee, began: int, duration: int, failed: bool) -> None:
        """An invocation is over; `began` and `duration` in microseconds."""
        facts = self._of(callee)
        tally = facts.minutes[began // MINUTE]
        tally.durations[duration] = tally.durations.get(duration, 0) + 1
        tally.errors += failed
        minute = self._clock.elapsed // MINUTE
        for level in facts.levels:
            level.fall(minute)

    def abandoned(self, callee: Callee) -> None:
        """An invocation was given up with the account; it leaves no other metric."""
        for level in self._of(callee).levels:
            level.fall(self._clock.elapsed // MINUTE)

    def throttled(self, callee: Callee) -> None:
        self._count(callee, "Throttles")

    def delivery_failed(self, callee: Callee, metric: str) -> None:
        """An event could not be sent to where the function says. `metric`: DeadLetterErrors for
        its own dead-letter queue, DestinationDeliveryFailures for a destination."""
        self._count(callee, metric)

    def event_received(self, callee: Callee) -> None:
        """Lambda has taken an event into its queue."""
        self._count(callee, "AsyncEventsReceived")

    def event_dropped(self, callee: Callee) -> None:
        """An event was given up: too old, or failed each time."""
        self._count(callee, "AsyncEventsDropped")

    def event_invoked(self, callee: Callee, accepted: int, began: int) -> None:
        """An event's function was invoked, for the first time or again; both in microseconds."""
        ages = self._of(callee).minutes[began // MINUTE].ages
        ages[began - accepted] = ages.get(began - accepted, 0) + 1

    def _count(self, callee: Callee, metric: str) -> None:
        self._of(callee).minutes[self._clock.elapsed // MINUTE].counts[metric] += 1

    def _of(self, callee: Callee) -> _Facts:
        facts = self._facts.get(callee)
        if facts is None:
            dimension_sets = _dimension_sets(callee)
            keys = [("ConcurrentExecutions", dimensions) for dimensions in dimension_sets]
            if not callee.reserved:
                keys.append(("UnreservedConcurrentExecutions", _ACCOUNT))
            levels = tuple(self._levels[key] for key in keys)
            facts = _Facts(dimension_sets, levels, defaultdict(_Tally))
            self._facts[callee] = facts
        return facts

    # What the metrics are read from

    def metrics(self, region: str, since: int) -> Iterator[Metric]:
        if region != self._region:
            return
        first, now = minutes_between(since, since)[0], self._now
        for facts in self._facts.values():
            names: set[str] = set()
            for _, tally in within(facts.minutes, first, now):
                names.update(tally.names())
            for dimensions in facts.dimension_sets:
                for name in UNITS:
                    if name in names:
                        yield Metric(NAMESPACE, name, dimensions)
        for (name, dimensions), level in self._levels.items():
            if any(True for _ in within(level.until(now), first, now)):
                yield Metric(NAMESPACE, name, dimensions)

    def units(self, region: str, metric: Metric) -> tuple[str, ...]:
        known = region == self._region and metric.namespace == NAMESPACE and metric.name in UNITS
        return (UNITS[metric.name],) if known else ()

    def series(self, region: str, metric: Metric, start: int, end: int, unit: str) -> Series:
        first, stop = minutes_between(start, end)
        stop = min(stop, self._now)
        series: Series = {}
        for facts in self._facts.values():
            if metric.dimensions in facts.dimension_sets:
                for minute, tally in within(facts.minutes, first, stop):
                    if samples := tally.samples(metric.name):
                        series.setdefault(second_of(minute), Samples()).add_all(samples)
        if level := self._levels.get((metric.name, metric.dimensions)):
            for minute, high in within(level.until(self._now), first, stop):
                series[second_of(minute)] = Samples({high: 1})
        return series

    @property
    def _now(self) -> int:
        """The minute under way, which is not published yet."""
        return int(self._clock.elapsed // MINUTE)


class _Facts(NamedTuple):
    """Of one callee."""

    dimension_sets: tuple[Dimensions, ...]
    """Under which it is published."""
    levels: tuple[_Level, ...]
    """Of which its invocations are a part."""
    minutes: defaultdict[int, _Tally]


class _Tally:
    """What began in one minute."""

    __slots__ = ("ages", "counts", "durations", "errors")

    def __init__(self) -> None:
        self.durations: dict[int, int] = {}
        """Microseconds of handlers, and how many invocations took so long."""
        self.ages: dict[int, int] = {}
        """Microseconds that events had waited when their function was invoked."""
        self.errors = 0
        self.counts: Counter[str] = Counter()
        """Of other metrics."""

    def names(self) -> Iterator[str]:
        """Metrics with a datapoint."""
        if self.durations:
            yield from ("Invocations", "Errors", "Throttles", "Duration")
        if self.ages:
            yield "AsyncEventAge"
        yield from self.counts

    def samples(self, name: str) -> dict[float, float]:
        """A metric's values, and how often each came."""
        invocations = sum(self.durations.values())
        match name:
            case "Duration":
                return {micros / MILLISECOND: count for micros, count in self.durations.items()}
            case "AsyncEventAge":
                return {micros / MILLISECOND: count for micros, count in self.ages.items()}
            case "Invocations":
                values = {1: invocations}
            case "Errors":
                values = {0: invocations - self.errors, 1: self.errors}
            case "Throttles":
                values = {0: invocations, 1: self.counts[name]}
            case _:
                values = {1: self.counts[name]}
        return {value: count for value, count in values.items() if count}


class _Level:
    """Invocations at once: how many now, and the highest number in each minute with any."""

    __slots__ = ("_highest", "_level", "_minute")

    def __init__(self) -> None:
        self._highest: dict[int, int] = {}
        self._level = 0
        self._minute = 0

    def rise(self, minute: int) -> None:
        if minute != self._minute:
            self.until(minute)
        self._level += 1
        if self._level > self._highest.get(minute, 0):
            self._highest[minute] = self._level

    def fall(self, minute: int) -> None:
        if minute != self._minute:
            self.until(minute)
        self._level -= 1

    def until(self, minute: int) -> dict[int, int]:
        """The highest number by minute; until this one nothing more has changed."""
        if self._level:
            for each in range(self._minute + 1, minute + 1):
                self._highest[each] = self._level
        self._minute = max(self._minute, minute)
        return self._highest


def _dimension_sets(callee: Callee) -> tuple[Dimensions, ...]:
    name, resource = ("FunctionName", callee.function), ("Resource", callee.resource)
    sets: tuple[Dimensions, ...] = (_ACCOUNT, (name,), (name, resource))
    if callee.executed_version:
        sets += ((("ExecutedVersion", callee.executed_version), name, resource),)
    return sets
