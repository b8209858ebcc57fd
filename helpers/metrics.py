"""What CloudWatch publishes about a queue and a function, as tables.

The same calls answer in the embedded account and on a real one. There CloudWatch is a few
minutes late, and each metric that GetMetricData reads costs $0.01 per thousand.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

QUEUE_METRICS = {
    "ApproximateNumberOfMessagesVisible": "Maximum",
    "ApproximateNumberOfMessagesNotVisible": "Maximum",
    "ApproximateNumberOfMessagesDelayed": "Maximum",
    "ApproximateAgeOfOldestMessage": "Maximum",
    "NumberOfMessagesSent": "Sum",
    "NumberOfMessagesReceived": "Sum",
    "NumberOfMessagesDeleted": "Sum",
    "NumberOfEmptyReceives": "Sum",
    "SentMessageSize": "Average",
}
"""AWS/SQS: each metric with the statistic that is meant by its column.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html"""

FUNCTION_METRICS = {
    "Invocations": "Sum",
    "Errors": "Sum",
    "Throttles": "Sum",
    "Duration": "Average",
    "ConcurrentExecutions": "Maximum",
}
"""AWS/Lambda: the same. Duration is in milliseconds.
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"""


def read_queue_metrics(
    lab: Lab, queue_name: str, start: datetime, end: datetime | None = None, period: int = 60
) -> pd.DataFrame:
    """The metrics of a queue, one row for each period.

    Args:
        start: aware; moved back to the beginning of its period.
        end: aware, not included; None: now.
        period: seconds, a multiple of 60; of 300, if `start` is more than 15 days ago, and of 3600,
            if it is more than 63: for longer CloudWatch does not keep shorter ones.

    Returns:
        Index time (beginning of the period, lab time, UTC); columns `QUEUE_METRICS`. NaN:
        CloudWatch has no datapoint. That is not zero: a queue that nobody used for 6 hours
        publishes nothing, a message size has no average without a message, and the minute that
        is not over yet is missing, too.

    Raises:
        ValueError: a moment is naive, `end` is not after `start`, or the period is none.
    """
    return _read(lab, "AWS/SQS", "QueueName", queue_name, QUEUE_METRICS, start, end, period)


def read_function_metrics(
    lab: Lab, function_name: str, start: datetime, end: datetime | None = None, period: int = 60
) -> pd.DataFrame:
    """The metrics of a function, one row for each period; all as in `read_queue_metrics`.

    Returns:
        Index time; columns `FUNCTION_METRICS`. NaN: the function was not invoked in the period.
    """
    return _read(
        lab, "AWS/Lambda", "FunctionName", function_name, FUNCTION_METRICS, start, end, period
    )


def _read(
    lab: Lab,
    namespace: str,
    dimension: str,
    name: str,
    metrics: Mapping[str, str],
    start: datetime,
    end: datetime | None,
    period: int,
) -> pd.DataFrame:
    import pandas as pd

    begins, ends = _find_range(start, end or lab.now(), period)
    queries = [
        _ask(f"m{number}", namespace, metric, {dimension: name}, statistic, period)
        for number, (metric, statistic) in enumerate(metrics.items())
    ]
    columns: dict[str, dict[datetime, float]] = {metric: {} for metric in metrics}
    names = list(metrics)
    pages = boto3.client("cloudwatch").get_paginator("get_metric_data")
    for page in pages.paginate(MetricDataQueries=queries, StartTime=begins, EndTime=ends):
        for result in page["MetricDataResults"]:
            points = zip(result["Timestamps"], result["Values"], strict=True)
            columns[names[int(result["Id"][1:])]].update(points)
    index = pd.date_range(begins, ends, freq=f"{period}s", inclusive="left", name="time")
    return pd.DataFrame(
        {metric: [points.get(time) for time in index] for metric, points in columns.items()},
        index=index,
        dtype=float,
    )


def _find_range(start: datetime, end: datetime, period: int) -> tuple[datetime, datetime]:
    """The first and the last moment, in UTC, the first on a border of periods."""
    if period < 60 or period % 60:
        raise ValueError(f"period must be 60 seconds or a multiple of it, not {period!r}")
    for moment in (start, end):
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no time zone. Take lab.now(), which has one.")
    if end <= start:
        raise ValueError(f"The end, {end}, is not after the start, {start}.")
    begins = start.astimezone(UTC)
    begins -= timedelta(seconds=begins.timestamp() % period)
    return begins, end.astimezone(UTC)


def _ask(
    id_: str,
    namespace: str,
    metric: str,
    dimensions: Mapping[str, str],
    statistic: str,
    period: int,
) -> dict[str, Any]:
    listed = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    return {
        "Id": id_,
        "MetricStat": {
            "Metric": {"Namespace": namespace, "MetricName": metric, "Dimensions": listed},
            "Period": period,
            "Stat": statistic,
        },
    }
