"""What GetMetricData and GetMetricStatistics answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any

from moto.cloudwatch.exceptions import (
    InvalidParameterCombination,
    InvalidParameterValue,
    ValidationError,
)

from helpers.embedded.telemetry.expressions import ExpressionError, evaluate
from helpers.embedded.telemetry.math_functions import Timeline
from helpers.embedded.telemetry.samples import UnknownStatistic, check_statistic
from helpers.embedded.telemetry.series import MINUTE, Metric
from helpers.embedded.telemetry.telemetry import Telemetry

_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
_SHORT_PERIODS = (1, 5, 10, 20, 30)
_MOST_DATAPOINTS = 1_440
"""Of GetMetricStatistics."""

Query = Mapping[str, Any]
"""A MetricDataQuery of the API."""


class Queries:
    """Reads the metrics of one Region."""

    def __init__(self, telemetry: Telemetry, region: str) -> None:
        self._telemetry = telemetry
        self._region = region

    def metric_data(
        self, queries: Sequence[Query], start: datetime, end: datetime, descending: bool
    ) -> list[dict[str, Any]]:
        """The MetricDataResults of GetMetricData."""
        _check_queries(queries)
        begin, stop = _range_of(start, end)
        timelines = self.timelines(queries, begin, stop)
        labels = _labels(queries)
        results = []
        for query in queries:
            if not query.get("ReturnData", True):
                continue
            points = sorted(timelines[query["Id"]].points.items(), reverse=descending)
            results.append(
                {
                    "Id": query["Id"],
                    "Label": labels[query["Id"]],
                    "Timestamps": [second for second, _ in points],
                    "Values": [value for _, value in points],
                    "StatusCode": "Complete",
                }
            )
        return results

    def timelines(self, queries: Iterable[Query], start: int, end: int) -> dict[str, Timeline]:
        """The series of each query by its id, expressions in the order in which they need
        each other."""
        waiting = {query["Id"]: query for query in queries}
        done: dict[str, Timeline] = {}
        for name, query in list(waiting.items()):
            if "MetricStat" in query:
                done[name] = self._read(waiting.pop(name)["MetricStat"], start, end)
        while waiting:
            ready = [name for name, query in waiting.items() if not _needs(query) & waiting.keys()]
            if not ready:
                raise ValidationError("Circular references between expressions are not allowed.")
            for name in ready:
                expression = waiting.pop(name)["Expression"]
                try:
                    done[name] = evaluate(expression, done)
                except ExpressionError as error:
                    message = f"Error in expression '{name}' [{error}]"
                    raise ValidationError(message) from None
        return done

    def _read(self, stat: Mapping[str, Any], start: int, end: int) -> Timeline:
        given = stat["Metric"]
        metric = Metric.of(given["Namespace"], given["MetricName"], given.get("Dimensions"))
        period = checked_period(stat["Period"])
        points: dict[int, float] = {}
        if stat.get("Unit") in (None, self._telemetry.unit(metric)):
            series = self._telemetry.periods(self._region, metric, start, end, period)
            for second, samples in series.items():
                value = samples.statistic(stat["Stat"])
                if value is not None:
                    points[second] = value
        return Timeline(points, period, start, end)

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
        """The Datapoints of GetMetricStatistics, which come in no order on AWS; here by time."""
        if not statistics and not extended:
            raise InvalidParameterCombination(
                "Must specify either Statistics or ExtendedStatistics"
            )
        for name in (*statistics, *extended):
            checked_statistic(name)
        begin, stop = _range_of(start, end)
        if (stop - begin) / checked_period(period) > _MOST_DATAPOINTS:
            raise InvalidParameterCombination(
                f"You have requested up to {ceil((stop - begin) / period):,} datapoints, which "
                f"exceeds the limit of {_MOST_DATAPOINTS:,}. You may reduce the datapoints "
                "requested by increasing Period, or decreasing the time range."
            )
        known = self._telemetry.unit(metric)
        if unit not in (None, known):
            return []
        periods = self._telemetry.periods(self._region, metric, begin, stop, period)
        datapoints = []
        for second, samples in periods.items():
            point: dict[str, Any] = {"Timestamp": second, "Unit": known}
            point |= {name: samples.statistic(name) for name in statistics}
            if extended:
                point["ExtendedStatistics"] = {
                    name: value
                    for name in extended
                    if (value := samples.statistic(name)) is not None
                }
            datapoints.append(point)
        return datapoints


def checked_period(period: Any) -> int:
    """Seconds."""
    seconds = int(period)
    if seconds not in _SHORT_PERIODS and (seconds < MINUTE or seconds % MINUTE):
        raise ValidationError(
            "Period must be 1, 5, 10, 20, 30 or a multiple of 60 seconds; "
            f"{seconds} is none of these."
        )
    return seconds


def checked_statistic(name: str) -> str:
    try:
        check_statistic(name)
    except UnknownStatistic:
        raise InvalidParameterValue(
            f"The value {name} for parameter Stat is not supported."
        ) from None
    return name


def _check_queries(queries: Sequence[Query]) -> None:
    repeated = [
        name for name, times in Counter(each["Id"] for each in queries).items() if times > 1
    ]
    if repeated:
        raise ValidationError(
            f"The values for parameter id in MetricDataQueries must be unique: {repeated[0]}"
        )
    for number, query in enumerate(queries, start=1):
        member = f"MetricDataQueries.member.{number}"
        if not _ID.fullmatch(query["Id"]):
            raise ValidationError(
                f"The value {query['Id']} for parameter {member}.Id is not matching the "
                "expected pattern ^[a-z][a-zA-Z0-9_]*$."
            )
        if ("MetricStat" in query) == ("Expression" in query):
            raise ValidationError(
                f"The parameter {member} needs either MetricStat or Expression."
                if "MetricStat" in query
                else f"The parameter {member}.MetricStat is required.\n"
            )
        if "MetricStat" in query:
            checked_statistic(query["MetricStat"]["Stat"])


def _needs(query: Query) -> set[str]:
    """The words of its expression, among them the ids of other queries."""
    return set(re.findall(r"[A-Za-z_]\w*", query["Expression"]))


def _labels(queries: Sequence[Query]) -> dict[str, str]:
    """A metric's name; where two are alike, with what tells them apart before it."""
    names = Counter(
        query["MetricStat"]["Metric"]["MetricName"] for query in queries if "MetricStat" in query
    )
    labels = {}
    for query in queries:
        if "MetricStat" in query:
            metric = query["MetricStat"]["Metric"]
            label = metric["MetricName"]
            if names[label] > 1:
                values = [each["Value"] for each in metric.get("Dimensions") or ()]
                label = " ".join([*values, label])
        else:
            label = query["Id"]
        labels[query["Id"]] = query.get("Label") or label
    return labels


def _range_of(start: datetime, end: datetime) -> tuple[int, int]:
    """Seconds since 1970. The start is moved back to a whole minute."""
    begin, stop = _second(start), _second(end)
    if begin >= stop:
        raise ValidationError("The parameter StartTime must be less than the parameter EndTime.")
    return begin - begin % MINUTE, stop


def _second(moment: datetime) -> int:
    """moto hands over naive moments in UTC."""
    return ceil((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
