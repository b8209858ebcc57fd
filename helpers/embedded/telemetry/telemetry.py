"""All that is noted in one account while things happen, and where CloudWatch finds it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.embedded.clock import Clock
from helpers.embedded.telemetry.custom_metrics import CustomMetrics
from helpers.embedded.telemetry.function_facts import FunctionFacts
from helpers.embedded.telemetry.logs.log_metrics import LogMetrics
from helpers.embedded.telemetry.mapping_facts import MappingFacts
from helpers.embedded.telemetry.queue_metrics import QueueMetrics
from helpers.embedded.telemetry.samples import Samples
from helpers.embedded.telemetry.series import Metric, Series

if TYPE_CHECKING:
    from helpers.embedded.telemetry.series import Source


class Telemetry:
    """The metrics of one account, whoever publishes them."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.queues = QueueMetrics(clock)
        self.functions = FunctionFacts(clock)
        self.mappings = MappingFacts(clock)
        self.custom = CustomMetrics(clock)
        self.logs = LogMetrics(self.custom)

    @property
    def _sources(self) -> tuple[Source, ...]:
        return self.queues, self.functions, self.mappings, self.custom

    def metrics(self, region: str) -> Iterator[Metric]:
        """The metrics of a Region that have a datapoint, each once."""
        seen: set[Metric] = set()
        for source in self._sources:
            for metric in source.metrics(region):
                if metric not in seen:
                    seen.add(metric)
                    yield metric

    def unit(self, metric: Metric) -> str:
        units = (source.unit(metric) for source in self._sources)
        return next((unit for unit in units if unit), "None")

    def series(self, region: str, metric: Metric, start: int, end: int) -> Series:
        """The metric's samples from `start` to before `end`, seconds since 1970."""
        series: Series = {}
        for source in self._sources:
            for second, samples in source.series(region, metric, start, end).items():
                series.setdefault(second, Samples()).merge(samples)
        return series

    def periods(self, region: str, metric: Metric, start: int, end: int, period: int) -> Series:
        """The samples of each `period` seconds, counted from `start`, that have any."""
        periods: Series = {}
        for second, samples in self.series(region, metric, start, end).items():
            begin = second - (second - start) % period
            periods.setdefault(begin, Samples()).merge(samples)
        return dict(sorted(periods.items()))
