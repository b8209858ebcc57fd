"""Metrics that somebody puts: PutMetricData, metric filters, and log lines in embedded format."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.embedded.services.cloudwatch.published.samples import Samples
from helpers.embedded.services.cloudwatch.published.series import MINUTE, Metric, Series, within
from helpers.embedded.time.clock import Clock

NO_UNIT = "None"
"""The unit of what was put without one."""


class CustomMetrics:
    """What was put, by Region and metric, and apart by unit."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.late_puts = 0
        """How often something was put into a minute that has ended."""
        self._series: dict[tuple[str, Metric], dict[str, Series]] = {}
        self._defaults: dict[tuple[str, Metric], dict[str, Series]] = {}

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
        series = self._of(region, metric, unit)
        series.setdefault(second - second % resolution, Samples()).merge(samples)

    def put_default(
        self, region: str, metric: Metric, second: int, value: float, unit: str | None = None
    ) -> None:
        """One sample for the minute of `second`, unless others come to be in it."""
        self._note_moment(second)
        self._of(region, metric, unit)
        defaults = self._defaults.setdefault((region, metric), {}).setdefault(unit or NO_UNIT, {})
        defaults[second - second % MINUTE] = Samples({value: 1})

    def _of(self, region: str, metric: Metric, unit: str | None) -> Series:
        return self._series.setdefault((region, metric), {}).setdefault(unit or NO_UNIT, {})

    def _note_moment(self, second: int) -> None:
        self.late_puts += second < self._clock.unix() // MINUTE * MINUTE

    def metrics(self, region: str, since: int) -> Iterator[Metric]:
        for (home, metric), by_unit in self._series.items():
            known = (*by_unit.values(), *self._defaults.get((home, metric), {}).values())
            if home == region and any(second >= since for series in known for second in series):
                yield metric

    def units(self, region: str, metric: Metric) -> tuple[str, ...]:
        return tuple(self._series.get((region, metric), ()))

    def series(self, region: str, metric: Metric, start: int, end: int, unit: str) -> Series:
        series = self._series.get((region, metric), {}).get(unit, {})
        defaults = self._defaults.get((region, metric), {}).get(unit, {})
        return dict(within(defaults, start, end)) | dict(within(series, start, end))
