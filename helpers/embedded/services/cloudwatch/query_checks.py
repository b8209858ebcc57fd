"""What CloudWatch refuses to look up, in its words.

The sentences are those that callers of the service have reported; GetMetricData's end the line.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import (
    InvalidParameterCombination,
    InvalidParameterValue,
    ValidationError,
)

from helpers.embedded.services.cloudwatch.published.series import MINUTE
from helpers.embedded.services.cloudwatch.statistics import PLAIN, UnknownStatistic, find_statistic

Query = Mapping[str, Any]
"""A MetricDataQuery of the API."""

MOST_DATAPOINTS = 100_800
"""In one answer of GetMetricData."""
_MOST_STATISTICS = 1_440
"""Datapoints in the answer of GetMetricStatistics."""
_MOST_QUERIES = 500

_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
_SHORT_PERIODS = (1, 5, 10, 20, 30)

_DAY = 86_400
_KEPT = ((63 * _DAY, 3600), (15 * _DAY, 300), (3 * 3600, MINUTE), (0, 1))
"""Seconds: datapoints older than the first are kept for each of the second alone."""


def check_queries(queries: Sequence[Query]) -> None:
    """Raise ValidationError where GetMetricData would refuse the queries."""
    if not queries:
        raise _refused("The parameter MetricDataQueries is required.")
    if len(queries) > _MOST_QUERIES:
        raise _refused(
            f"The collection MetricDataQueries must not have a size greater than {_MOST_QUERIES}."
        )
    repeated = [
        name for name, times in Counter(each["Id"] for each in queries).items() if times > 1
    ]
    if repeated:
        raise _refused(
            f"The values for parameter id in MetricDataQueries must be unique: {repeated[0]}."
        )
    for number, query in enumerate(queries, start=1):
        _check_query(query, f"MetricDataQueries.member.{number}")


def _check_query(query: Query, member: str) -> None:
    if not _ID.fullmatch(query["Id"]):
        raise _refused(
            f"The value {query['Id']} for parameter {member}.Id is not matching the "
            "expected pattern ^[a-z][a-zA-Z0-9_]*$."
        )
    if "MetricStat" in query and "Expression" in query:
        raise _refused(
            f"The parameters {member}.Expression and {member}.MetricStat are mutually exclusive "
            "and you have specified both."
        )
    if "MetricStat" not in query and "Expression" not in query:
        raise _refused(f"The parameter {member}.MetricStat is required.")
    if stat := query.get("MetricStat"):
        for name in ("Namespace", "MetricName"):
            if not stat["Metric"].get(name):
                raise _refused(f"The parameter {member}.MetricStat.Metric.{name} is required.")
        if not is_period(stat["Period"]):
            raise _refused(_period_refusal(f"{member}.MetricStat.Period"))
        if not is_statistic(stat["Stat"]):
            raise _refused(
                f"The value {stat['Stat']} for parameter {member}.MetricStat.Stat is not supported."
            )


def check_statistics(statistics: Sequence[str], extended: Sequence[str]) -> None:
    """Raise what GetMetricStatistics would answer to these statistics."""
    if not statistics and not extended:
        raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
    for number, name in enumerate(statistics, start=1):
        if name not in PLAIN:
            raise InvalidParameterValue(
                f"The parameter Statistics.member.{number} must be a value in the set "
                f"[ {', '.join(PLAIN)} ]."
            )
    for name in extended:
        if name in PLAIN or not is_statistic(name):
            raise InvalidParameterValue(
                f"The value {name} for parameter ExtendedStatistics is not supported."
            )


def find_finest(age: float) -> int:
    """The seconds of the shortest period that CloudWatch keeps of what is so many seconds old."""
    return next((period for least, period in _KEPT if age > least), 1)


def range_of_data(start: datetime, end: datetime) -> tuple[int, int]:
    """Seconds since 1970, for GetMetricData."""
    begin, stop = second_of(start), second_of(end)
    if begin > stop:
        raise _refused("The parameter EndTime must be greater than StartTime.")
    if begin == stop:
        raise _refused("The parameter StartTime must not equal parameter EndTime.")
    return begin, stop


def range_of_statistics(start: datetime, end: datetime, period: int) -> tuple[int, int]:
    """Seconds since 1970, for GetMetricStatistics."""
    begin, stop = second_of(start), second_of(end)
    if begin >= stop:
        raise InvalidParameterValue(
            "The parameter StartTime must be less than the parameter EndTime."
        )
    if not is_period(period):
        raise InvalidParameterValue(_period_refusal("Period"))
    if (datapoints := (stop - begin) // period) > _MOST_STATISTICS:
        raise InvalidParameterCombination(
            f"You have requested up to {datapoints} datapoints, which exceeds the limit of "
            f"{_MOST_STATISTICS}. You may reduce the datapoints requested by increasing Period, or "
            "decreasing the time range."
        )
    return begin, stop


def is_period(seconds: int) -> bool:
    return seconds in _SHORT_PERIODS or (seconds >= MINUTE and seconds % MINUTE == 0)


def is_statistic(name: str) -> bool:
    try:
        find_statistic(name)
    except UnknownStatistic:
        return False
    return True


def second_of(moment: datetime) -> int:
    """Whole seconds since 1970. moto hands over naive moments in UTC."""
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _period_refusal(parameter: str) -> str:
    return (
        f"The parameter {parameter} must be a value in the set [ 1, 5, 10, 20, 30 ] or a multiple "
        "of 60."
    )


def _refused(message: str) -> ValidationError:
    return ValidationError(f"{message}\n")
