"""The datapoints that an alarm looks at: its periods back from now.

An alarm is evaluated each minute, so its periods move on with it: a period of an hour that ends
now is another than the one that ended a minute ago. What a period's datapoint was is kept: an
hour later it is needed again, as the last but one.
"""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.exceptions import ValidationError

from helpers.embedded.services.cloudwatch.alarms.verdict import Datapoint
from helpers.embedded.services.cloudwatch.published.series import MINUTE, Metric
from helpers.embedded.services.cloudwatch.published.telemetry import Telemetry
from helpers.embedded.services.cloudwatch.queries import Queries
from helpers.embedded.services.cloudwatch.statistics import find_statistic

_SETTLED = 16 * MINUTE
"""Seconds after which what AWS services publish of a period does not change any more: an
invocation, which counts when it begins, lasts 15 minutes at most."""


class Windows:
    """The periods of what one alarm's settings watch, in one Region."""

    def __init__(
        self, telemetry: Telemetry, region: str, settings: dict[str, Any], period: int, count: int
    ) -> None:
        self._telemetry = telemetry
        self._region = region
        self._period = period
        self._count = count
        self._queries: list[dict[str, Any]] = settings.get("Metrics") or []
        self._unit: str | None = settings.get("Unit")
        if not self._queries:
            self._statistic = find_statistic(
                settings.get("Statistic") or settings["ExtendedStatistic"]
            )
            self._metric = Metric.of(
                settings["Namespace"], settings["MetricName"], settings.get("Dimensions")
            )
        self._kept: dict[int, Datapoint] = {}
        self._late_puts = 0

    def until(self, now: int) -> list[Datapoint]:
        """The periods before `now`, seconds since 1970, newest first.

        Raises:
            ValidationError: the expression cannot be evaluated.
        """
        starts = range(now - self._period, now - (self._count + 1) * self._period, -self._period)
        if self._queries:
            points = self._evaluate(starts[-1], now)
            return [Datapoint(start, points.get(start)) for start in starts]
        if self._late_puts != self._telemetry.custom.late_puts:
            self._late_puts = self._telemetry.custom.late_puts
            self._kept.clear()
        self._kept.pop(starts[-1] - self._period, None)
        unknown = [start for start in starts if start not in self._kept]
        fresh = self._read(unknown[-1], now)
        for start in unknown:
            fresh.setdefault(start, Datapoint(start, None))
            if start + self._period <= now - _SETTLED:
                self._kept[start] = fresh[start]
        return [fresh[start] if start in fresh else self._kept[start] for start in starts]

    def _read(self, start: int, end: int) -> dict[int, Datapoint]:
        """The datapoints there are; the last period is never settled, so some are to be read."""
        periods = self._telemetry.periods(
            self._region, self._metric, start, end, self._period, self._unit
        )
        return {
            second: Datapoint(second, self._statistic(samples), samples.count)
            for second, samples in periods.items()
        }

    def _evaluate(self, start: int, now: int) -> dict[int, float]:
        watched = next(each["Id"] for each in self._queries if each.get("ReturnData", True))
        made = Queries(self._telemetry, self._region).timelines(self._queries, start, now)[watched]
        if isinstance(made, list):
            raise ValidationError("An alarm watches one time series; the expression makes several.")
        return made.points
