"""What GetMetricData and GetMetricStatistics answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from moto.cloudwatch.exceptions import ValidationError

from helpers.embedded.services.cloudwatch import query_checks
from helpers.embedded.services.cloudwatch.expressions import ExpressionError, evaluate
from helpers.embedded.services.cloudwatch.math_functions import Timeline
from helpers.embedded.services.cloudwatch.published.series import MINUTE, Metric, Series
from helpers.embedded.services.cloudwatch.published.telemetry import Telemetry
from helpers.embedded.services.cloudwatch.query_checks import Query, find_finest
from helpers.embedded.services.cloudwatch.statistics import find_statistic


class Page(NamedTuple):
    """A part of what GetMetricData answers."""

    results: list[dict[str, Any]]
    next_datapoint: int | None
    """How many datapoints have been answered with, if more are to come."""


class Queries:
    """Reads the metrics of one Region."""

    def __init__(self, telemetry: Telemetry, region: str) -> None:
        self._telemetry = telemetry
        self._region = region

    def metric_data(
        self,
        queries: Sequence[Query],
        start: datetime,
        end: datetime,
        *,
        descending: bool,
        first: int = 0,
        most: int = query_checks.MOST_DATAPOINTS,
    ) -> Page:
        """The MetricDataResults of GetMetricData: `most` datapoints from number `first` on."""
        query_checks.check_queries(queries)
        begin, stop = query_checks.range_of_data(start, end)
        timelines = self.timelines(queries, begin, stop)
        results: list[dict[str, Any]] = []
        passed, last = 0, first + most
        for query in queries:
            if not query.get("ReturnData", True):
                continue
            made = timelines[query["Id"]]
            for series in made if isinstance(made, list) else [made]:
                points = sorted(series.points.items(), reverse=descending)
                kept = points[max(0, first - passed) : max(0, last - passed)]
                passed += len(points)
                complete = passed <= last or not points
                if kept or (not points and not first):
                    results.append(_describe(query["Id"], series.label, kept, complete))
        return Page(results, last if passed > last else None)

    def timelines(
        self, queries: Sequence[Query], start: int, end: int
    ) -> dict[str, Timeline | list[Timeline]]:
        """The series of each query by its id, expressions in the order in which they need
        each other."""
        labels = _find_labels(queries)
        metrics = [query["Id"] for query in queries if "MetricStat" in query]
        waiting = {query["Id"]: query for query in queries}
        done: dict[str, Timeline | list[Timeline]] = {}
        for name in metrics:
            read = self._read(waiting.pop(name)["MetricStat"], start, end)
            apart = [series._replace(label=labels[name]) for series in read]
            done[name] = apart if len(apart) > 1 else apart[0]
        while waiting:
            ready = [name for name, query in waiting.items() if not _needs(query) & waiting.keys()]
            if not ready:
                raise ValidationError("Circular references between expressions are not allowed.")
            for name in ready:
                try:
                    made = evaluate(waiting.pop(name)["Expression"], done, metrics)
                except ExpressionError as error:
                    message = f"Error in expression '{name}' [{error}]"
                    raise ValidationError(message) from None
                done[name] = _name(made, labels[name])
        return done

    def _read(self, stat: Mapping[str, Any], start: int, end: int) -> list[Timeline]:
        """One series; where no unit is asked for, one for each unit that has data: CloudWatch
        converts nothing (API MetricStat)."""
        metric, unit = _metric(stat), stat.get("Unit")
        units = [unit] if unit else self._telemetry.units(self._region, metric)
        made = [self._read_unit(stat, each, start, end) for each in units or [None]]
        return [series for series in made if series.points] or made[:1]

    def _read_unit(
        self, stat: Mapping[str, Any], unit: str | None, start: int, end: int
    ) -> Timeline:
        metric, period = _metric(stat), int(stat["Period"])
        begin = self._begin(start, period)
        statistic = find_statistic(stat["Stat"])
        series = self._periods(metric, begin, end, period, unit)
        points = {
            second: value
            for second, samples in series.items()
            if (value := statistic(samples)) is not None
        }
        return Timeline(points, period, begin, end)

    def statistics(
        self,
        metric: Metric,
        start: datetime,
        end: datetime,
        period: int,
        statistics: Sequence[str],
        extended: Sequence[str],
        unit: str | None,
    ) -> list[dict[str, Any]]:
        """The Datapoints of GetMetricStatistics, which come in no order on AWS; here by time.

        Data of several units stay apart, if none is asked for."""
        query_checks.check_statistics(statistics, extended)
        begin, stop = query_checks.range_of_statistics(start, end, period)
        begin = self._begin(begin, period)
        return [
            {
                "Timestamp": moment_of(second),
                "Unit": each,
                **_compute(samples, statistics, extended),
            }
            for each in ([unit] if unit else self._telemetry.units(self._region, metric))
            for second, samples in self._periods(metric, begin, stop, period, each).items()
        ]

    def _begin(self, start: int, period: int) -> int:
        """The start, moved back to a whole minute, or to what is kept of such old data; or to a
        whole period that is shorter."""
        finest = find_finest(self._telemetry.clock.unix() - start)
        return start - start % min(period, max(finest, MINUTE))

    def _periods(
        self, metric: Metric, begin: int, end: int, period: int, unit: str | None
    ) -> Series:
        """As `Telemetry.periods`; nothing, where data so old is kept for longer periods alone."""
        if period % find_finest(self._telemetry.clock.unix() - begin):
            return {}
        return self._telemetry.periods(self._region, metric, begin, end, period, unit)


def _metric(stat: Mapping[str, Any]) -> Metric:
    given = stat["Metric"]
    return Metric.of(given["Namespace"], given["MetricName"], given.get("Dimensions"))


def moment_of(second: int) -> datetime:
    """Seconds since 1970 as a moment: moto takes long to make one of a number."""
    return datetime.fromtimestamp(second, UTC)


def _describe(
    name: str, label: str, points: Iterable[tuple[int, float]], complete: bool
) -> dict[str, Any]:
    points = list(points)
    return {
        "Id": name,
        "Label": label,
        "Timestamps": [moment_of(second) for second, _ in points],
        "Values": [value for _, value in points],
        "StatusCode": "Complete" if complete else "PartialData",
    }


def _compute(samples: Any, statistics: Sequence[str], extended: Sequence[str]) -> dict[str, Any]:
    point: dict[str, Any] = {name: find_statistic(name)(samples) for name in statistics}
    more = {name: find_statistic(name)(samples) for name in extended}
    if known := {name: value for name, value in more.items() if value is not None}:
        point["ExtendedStatistics"] = known
    return point


def _needs(query: Query) -> set[str]:
    """The words of its expression, among them the ids of other queries."""
    return set(re.findall(r"[A-Za-z_]\w*", query["Expression"]))


def _find_labels(queries: Sequence[Query]) -> dict[str, str]:
    """By query id: the Label that was asked for; or the metric's name, where two are alike with
    what tells them apart before it; or an expression's id."""
    names = Counter(
        query["MetricStat"]["Metric"]["MetricName"] for query in queries if "MetricStat" in query
    )
    labels = {}
    for query in queries:
        label = query["Id"]
        if "MetricStat" in query:
            metric = query["MetricStat"]["Metric"]
            label = metric["MetricName"]
            if names[label] > 1:
                values = [each["Value"] for each in metric.get("Dimensions") or ()]
                label = " ".join([*values, label])
        labels[query["Id"]] = query.get("Label", label)
    return labels


def _name(made: Timeline | list[Timeline], label: str) -> Timeline | list[Timeline]:
    """Each series of an array keeps its own label behind the expression's."""
    if isinstance(made, Timeline):
        return made._replace(label=label)
    return [series._replace(label=f"{label} {series.label}".strip()) for series in made]
