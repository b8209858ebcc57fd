"""AWS/Lambda by EventSourceMappingUUID: what a mapping did with its messages.

Only for mappings whose MetricsConfig asks for EventCount:
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from helpers.embedded.services.cloudwatch.published.function_facts import MINUTE, NAMESPACE
from helpers.embedded.services.cloudwatch.published.samples import Samples
from helpers.embedded.services.cloudwatch.published.series import (
    Metric,
    Series,
    minutes_between,
    second_of,
    within,
)

EVENT_COUNT = "EventCount"
"""The group of metrics that a mapping's MetricsConfig can ask for."""

NAMES = (
    "PolledEventCount",
    "FilteredOutEventCount",
    "InvokedEventCount",
    "FailedInvokeEventCount",
    "DeletedEventCount",
)


class EventCounts:
    """What one mapping did with messages, by metric and minute."""

    def __init__(self, mapping: Any, clock: Any) -> None:
        self._mapping = mapping
        self._clock = clock
        self.minutes: dict[Metric, dict[int, Samples]] = defaultdict(lambda: defaultdict(Samples))

    def note(self, name: str, events: int) -> None:
        """Something happened to `events` messages; `name` is one of NAMES."""
        if not events:
            return
        asked = (self._mapping.settings.get("MetricsConfig") or {}).get("Metrics") or ()
        if EVENT_COUNT in asked:
            metric = Metric(NAMESPACE, name, (("EventSourceMappingUUID", self._mapping.uuid),))
            self.minutes[metric][self._clock.elapsed // MINUTE].add(events)


class MappingFacts:
    """Messages that mappings polled, filtered out, handed over and deleted."""

    def __init__(self, clock: Any, region: str) -> None:
        self._clock = clock
        self._region = region
        self._counts: list[EventCounts] = []

    def counts_of(self, mapping: Any) -> EventCounts:
        """Where a new mapping notes what it does."""
        self._counts.append(EventCounts(mapping, self._clock))
        return self._counts[-1]

    def metrics(self, region: str, since: int) -> Iterator[Metric]:
        if region != self._region:
            return
        first, _ = minutes_between(since, since)
        for counts in self._counts:
            for metric, minutes in counts.minutes.items():
                if any(True for _ in within(minutes, first, self._now)):
                    yield metric

    def units(self, region: str, metric: Metric) -> tuple[str, ...]:
        known = region == self._region and metric.namespace == NAMESPACE and metric.name in NAMES
        return ("Count",) if known else ()

    def series(self, region: str, metric: Metric, start: int, end: int, unit: str) -> Series:
        first, stop = minutes_between(start, end)
        stop = min(stop, self._now)
        return {
            second_of(minute): samples
            for counts in self._counts
            for minute, samples in within(counts.minutes.get(metric, {}), first, stop)
        }

    @property
    def _now(self) -> int:
        """The minute under way, which is not published yet."""
        return int(self._clock.elapsed // MINUTE)
