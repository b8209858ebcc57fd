"""AWS/SQS: the metrics of each queue, one datapoint a minute while it is active.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html

The page says of all metrics that an active queue has a value, and of some that they are reported
where there is something to report. Here an active queue has its zeros, but no size of messages
that were not sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from helpers.embedded.services.cloudwatch.published.queue_meter import (
    MINUTE,
    FairGauges,
    Gauges,
    QueueMeter,
    Stretch,
    empty_polls,
)
from helpers.embedded.services.cloudwatch.published.samples import Samples
from helpers.embedded.services.cloudwatch.published.series import (
    Metric,
    Series,
    minutes_between,
    second_of,
)
from helpers.embedded.time.clock import SECOND

NAMESPACE = "AWS/SQS"

Reading = Callable[[Stretch, int], "float | Samples | None"]
"""A stretch's value in one of its minutes; None: no datapoint."""


class _Kind(NamedTuple):
    unit: str
    read: Reading


def _count(name: str) -> _Kind:
    """Operations in the minute."""

    def read(stretch: Stretch, minute: int) -> float:
        return float(getattr(stretch.tallies, name)) if minute == stretch.first else 0.0

    return _Kind("Count", read)


def _gauge(read: Callable[[Gauges], float | None]) -> _Kind:
    """What the queue holds at the end of the minute."""
    return _Kind("Count", lambda stretch, minute: read(stretch.gauges))


def _fair_gauge(read: Callable[[FairGauges], float]) -> _Kind:
    return _gauge(lambda gauges: None if gauges.fair is None else read(gauges.fair))


def _empty_receives(stretch: Stretch, minute: int) -> float:
    """Receives without a message; while a mapping waits, Lambda's pollers make them."""
    begin, end = minute * MINUTE, (minute + 1) * MINUTE
    polled = sum(empty_polls(poll, begin, end) for poll in stretch.polls)
    return polled + (stretch.tallies.empty_receives if minute == stretch.first else 0)


def _sizes(stretch: Stretch, minute: int) -> Samples | None:
    """One sample for each message sent; no datapoint without one."""
    return Samples(stretch.sizes) if minute == stretch.first and stretch.sizes else None  # type: ignore[arg-type]


def _age(since: int | None, minute: int) -> float:
    return 0.0 if since is None else ((minute + 1) * MINUTE - since) // SECOND


def _quiet_age(stretch: Stretch, minute: int) -> float | None:
    fair = stretch.gauges.fair
    return None if fair is None else _age(fair.oldest, minute)


def _deduplicated(stretch: Stretch, minute: int) -> float | None:
    if stretch.gauges.groups_in_flight is None:
        return None
    return float(stretch.tallies.deduplicated) if minute == stretch.first else 0.0


KINDS: dict[str, _Kind] = {
    "ApproximateNumberOfMessagesVisible": _gauge(lambda gauges: gauges.visible),
    "ApproximateNumberOfMessagesNotVisible": _gauge(lambda gauges: gauges.in_flight),
    "ApproximateNumberOfMessagesDelayed": _gauge(lambda gauges: gauges.delayed),
    "ApproximateAgeOfOldestMessage": _Kind(
        "Seconds", lambda stretch, minute: _age(stretch.gauges.oldest, minute)
    ),
    "NumberOfMessagesSent": _count("sent"),
    "NumberOfMessagesReceived": _count("received"),
    "NumberOfMessagesDeleted": _count("deleted"),
    "NumberOfEmptyReceives": _Kind("Count", _empty_receives),
    "SentMessageSize": _Kind("Bytes", _sizes),
    "ApproximateNumberOfGroupsWithInflightMessages": _gauge(lambda gauges: gauges.groups_in_flight),
    "NumberOfDeduplicatedSentMessages": _Kind("Count", _deduplicated),
    "ApproximateNumberOfNoisyGroups": _fair_gauge(lambda fair: fair.noisy_groups),
    "ApproximateNumberOfMessagesVisibleInQuietGroups": _fair_gauge(lambda fair: fair.visible),
    "ApproximateNumberOfMessagesNotVisibleInQuietGroups": _fair_gauge(lambda fair: fair.in_flight),
    "ApproximateNumberOfMessagesDelayedInQuietGroups": _fair_gauge(lambda fair: fair.delayed),
    "ApproximateAgeOfOldestMessageInQuietGroups": _Kind("Seconds", _quiet_age),
}
"""The metrics of a queue, by name."""


class QueueMetrics:
    """The metrics of all queues of an account, deleted ones included."""

    def __init__(self, clock: Any) -> None:
        self.meters: list[QueueMeter] = []
        self._clock = clock

    def metrics(self, region: str, since: int) -> Iterator[Metric]:
        first, _ = minutes_between(since, since)
        for meter in self._meters(region):
            meter.catch_up(self._clock.elapsed)
            stretches = meter.stretches(first, self._clock.elapsed // MINUTE)
            for name, kind in KINDS.items():
                reads = (kind.read(each, max(first, each.first)) for each in stretches)
                if any(value is not None for value in reads):
                    yield Metric(NAMESPACE, name, _dimensions(meter))

    def units(self, region: str, metric: Metric) -> tuple[str, ...]:
        known = metric.namespace == NAMESPACE and metric.name in KINDS
        return (KINDS[metric.name].unit,) if known else ()

    def series(self, region: str, metric: Metric, start: int, end: int, unit: str) -> Series:
        first, stop = minutes_between(start, end)
        stop = min(stop, self._clock.elapsed // MINUTE)
        series: Series = {}
        for meter in self._meters(region):
            if _dimensions(meter) == metric.dimensions:
                meter.catch_up(self._clock.elapsed)
                for minute, samples in _datapoints(meter, metric.name, first, stop):
                    series.setdefault(second_of(minute), Samples()).merge(samples)
        return series

    def _meters(self, region: str) -> Iterable[QueueMeter]:
        return (meter for meter in self.meters if meter.queue.region == region)


def _dimensions(meter: QueueMeter) -> tuple[tuple[str, str], ...]:
    return (("QueueName", meter.name),)


def _datapoints(
    meter: QueueMeter, name: str, first: int, stop: int
) -> Iterator[tuple[int, Samples]]:
    read = KINDS[name].read
    for stretch in meter.stretches(first, stop):
        for minute in range(max(first, stretch.first), min(stop, stretch.last + 1)):
            value = read(stretch, minute)
            if value is not None:
                yield minute, value if isinstance(value, Samples) else Samples({value: 1})
