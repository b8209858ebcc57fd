"""Metrics that somebody puts: PutMetricData, metric filters, and log lines in embedded format."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from helpers.embedded.telemetry.samples import Samples
from helpers.embedded.telemetry.series import MINUTE, Metric, Series, within


class CustomMetrics:
    """What was put, by Region."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, Metric], Series] = {}
        self._units: dict[Metric, str] = defaultdict(lambda: "None")

    def put(
        self,
        region: str,
        metric: Metric,
        second: int,
        samples: Samples,
        unit: str | None = None,
        resolution: int = MINUTE,
    ) -> None:
        """Add samples at `second` since 1970; metrics of standard resolution keep the minute."""
        if unit:
            self._units[metric] = unit
        series = self._series.setdefault((region, metric), {})
        series.setdefault(second - second % resolution, Samples()).merge(samples)

    def metrics(self, region: str) -> Iterator[Metric]:
        return (metric for home, metric in self._series if home == region)

    def unit(self, metric: Metric) -> str | None:
        return self._units.get(metric)

    def series(self, region: str, metric: Metric, start: int, end: int) -> Series:
        series = self._series.get((region, metric), {})
        return dict(within(series, start, end))
