"""What a metric is called, and where its samples come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol, TypeVar

from helpers.embedded.services.cloudwatch.published.samples import Samples
from helpers.embedded.time.clock import START

MINUTE = 60
"""Seconds. AWS services publish one datapoint a minute."""

START_UNIX = int(START.timestamp())
"""Seconds since 1970 at which every account opens; the beginning of a minute."""

Series = dict[int, Samples]
"""Samples by the second since 1970 at which their datapoint stands."""


class Metric(NamedTuple):
    """A metric's identity: the same name with other dimensions is another metric."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()
    """Name and value of each, in the order of names."""

    @classmethod
    def of(
        cls, namespace: str, name: str, dimensions: Iterable[Mapping[str, Any]] | None
    ) -> Metric:
        """From the API's list of Name and Value."""
        pairs = sorted((str(each["Name"]), str(each["Value"])) for each in dimensions or ())
        return cls(namespace, name, tuple(pairs))

    def describe(self) -> dict[str, Any]:
        """As ListMetrics shows it."""
        return {
            "Namespace": self.namespace,
            "MetricName": self.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in self.dimensions],
        }


class Source(Protocol):
    """A part of the account that publishes metrics."""

    def metrics(self, region: str, since: int) -> Iterable[Metric]:
        """The metrics of a Region that have had a datapoint since then, seconds since 1970."""

    def units(self, region: str, metric: Metric) -> Iterable[str]:
        """The units of the metric's datapoints; none, if this source does not publish it."""

    def series(self, region: str, metric: Metric, start: int, end: int, unit: str) -> Series:
        """The metric's samples in one of its units, from `start` to before `end`, seconds since
        1970."""


def second_of(minute: int) -> int:
    """Seconds since 1970 at which the account's minute number `minute` began."""
    return START_UNIX + minute * MINUTE


def minutes_between(start: int, end: int) -> tuple[int, int]:
    """The account's minutes that begin from `start` to before `end` (seconds since 1970), as a
    half-open range."""
    return -((START_UNIX - start) // MINUTE), -((START_UNIX - end) // MINUTE)


T = TypeVar("T")


def within(by_moment: Mapping[int, T], first: int, stop: int) -> Iterator[tuple[int, T]]:
    """Those from `first` to before `stop`, without looking at many others."""
    if stop - first < len(by_moment):
        return ((each, by_moment[each]) for each in range(first, stop) if each in by_moment)
    return ((each, value) for each, value in by_moment.items() if first <= each < stop)
