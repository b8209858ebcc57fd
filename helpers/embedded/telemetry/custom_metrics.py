"""Metrics that somebody puts: PutMetricData, metric filters, and log lines in embedded format."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.embedded.clock import Clock
from helpers.embedded.telemetry.samples import Samples
from helpers.embedded.telemetry.series import MINUTE, Metric, Series, within


class CustomMetrics:
    """What was put, by Region."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.late_puts = 0
        """How often something was put into a minute that has ended."""
        self._series: dict[tuple[str, Metric], Series] = {}
        self._defaults: dict[tuple[str, Metric], Series] = {}
        self._units: dict[Metric, str] = {}

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
        self._note_moment(second)
        if unit:
            self._units[metric] = unit
        series = self._series.setdefault((region, metric), {})
        series.setdefault(second - second % resolution, Samples()).merge(samples)

    def put_default(self, region: str, metric: Metric, second: int, value: float) -> None:
        """One sample for the minute of `second`, unless others come to be in it."""
        self._note_moment(second)
        self._series.setdefault((region, metric), {})
        defaults = self._defaults.setdefault((region, metric), {})
        defaults[second - second % MINUTE] = Samples({value: 1})

    def _note_moment(self, second: int) -> None:
        self.late_puts += second < self._clock.unix() // MINUTE * MINUTE

    def metrics(self, region: str) -> Iterator[Metric]:
        return (metric for home, metric in self._series if home == region)

    def unit(self, metric: Metric) -> str | None:
        return self._units.get(metric)

    def series(self, region: str, metric: Metric, start: int, end: int) -> Series:
        defaults = self._defaults.get((region, metric), {})
        series = self._series.get((region, metric), {})
        return dict(within(defaults, start, end)) | dict(within(series, start, end))
