"""All that is noted in one account while things happen, and where CloudWatch finds it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.embedded.services.cloudwatch.custom_metrics import CustomMetrics
from helpers.embedded.services.cloudwatch.published.function_facts import FunctionFacts
from helpers.embedded.services.cloudwatch.published.mapping_facts import MappingFacts
from helpers.embedded.services.cloudwatch.published.queue_metrics import QueueMetrics
from helpers.embedded.services.cloudwatch.published.samples import Samples
from helpers.embedded.services.cloudwatch.published.series import Metric, Series
from helpers.embedded.time.clock import Clock

if TYPE_CHECKING:
    from helpers.embedded.services.cloudwatch.published.series import Source


class Telemetry:
    """The metrics of one account, whoever publishes them.

    `region`: the only one that has functions.
    """

    def __init__(self, clock: Clock, region: str) -> None:
        self.clock = clock
        self.queues = QueueMetrics(clock)
        self.functions = FunctionFacts(clock, region)
        self.mappings = MappingFacts(clock, region)
        self.custom = CustomMetrics(clock)

    @property
    def _sources(self) -> tuple[Source, ...]:
        return self.queues, self.functions, self.mappings, self.custom

    def metrics(self, region: str, since: int) -> Iterator[Metric]:
        """The metrics of a Region that have had a datapoint since then (seconds since 1970),
        each once."""
        seen: set[Metric] = set()
        for source in self._sources:
            for metric in source.metrics(region, since):
                if metric not in seen:
                    seen.add(metric)
                    yield metric

    def units(self, region: str, metric: Metric) -> list[str]:
        """The units in which the metric has data, each once."""
        return list(
            dict.fromkeys(unit for source in self._sources for unit in source.units(region, metric))
        )

    def periods(
        self,
        region: str,
        metric: Metric,
        start: int,
        end: int,
        period: int,
        unit: str | None = None,
    ) -> Series:
        """The samples of each `period` seconds, counted from `start`, that have any.

        Args:
            start, end: seconds since 1970; the end is not included.
            unit: the only one that counts; None: all count.
        """
        periods: Series = {}
        for source in self._sources:
            for each in source.units(region, metric):
                if unit in (None, each):
                    for second, samples in source.series(region, metric, start, end, each).items():
                        begin = second - (second - start) % period
                        periods.setdefault(begin, Samples()).merge(samples)
        return dict(sorted(periods.items()))
