"""What CloudWatch publishes about a queue and a function, as tables.

The same calls answer in the embedded account and on a real one. There CloudWatch is a few
minutes late, and each metric that GetMetricData reads costs $0.01 per thousand.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3

from helpers.bank.queues import DEAD_LETTER_QUEUE, QUEUE
from helpers.bank.receiver import FUNCTION

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab


class Metric(NamedTuple):
    """What CloudWatch is asked for."""

    namespace: str
    """Such as AWS/SQS."""
    name: str
    dimensions: tuple[tuple[str, str], ...]
    """Pairs of a name and a value."""
    statistic: str
    """Such as Sum, Maximum or p99."""


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
    asked = _name_all(QUEUE_METRICS, "AWS/SQS", "QueueName", queue_name)
    return read_metrics(lab, asked, start, end, period)


def read_function_metrics(
    lab: Lab, function_name: str, start: datetime, end: datetime | None = None, period: int = 60
) -> pd.DataFrame:
    """The metrics of a function, one row for each period; all as in `read_queue_metrics`.

    Returns:
        Index time; columns `FUNCTION_METRICS`. NaN: the function was not invoked in the period.
    """
    asked = _name_all(FUNCTION_METRICS, "AWS/Lambda", "FunctionName", function_name)
    return read_metrics(lab, asked, start, end, period)


def read_bank(
    lab: Lab, start: datetime, end: datetime | None = None, period: int = 60
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The metrics of banking-queue, of the receiver, and of the dead-letter queue."""
    end = end or lab.now()
    return (
        read_queue_metrics(lab, QUEUE, start, end, period),
        read_function_metrics(lab, FUNCTION, start, end, period),
        read_queue_metrics(lab, DEAD_LETTER_QUEUE, start, end, period),
    )


def sum_up(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One number for each metric of some queues: counts added up, of levels the highest.

    Args:
        tables: as `read_queue_metrics` returns them, by name.

    Returns:
        Index metric, without those that are averages; a column for each name (int).
    """
    import pandas as pd

    wanted = [name for name, statistic in QUEUE_METRICS.items() if statistic != "Average"]
    return pd.DataFrame(
        {
            name: [
                int(
                    table[metric].sum()
                    if QUEUE_METRICS[metric] == "Sum"
                    else table[metric].fillna(0).max()
                )
                for metric in wanted
            ]
            for name, table in tables.items()
        },
        index=wanted,
    )


def read_metrics(
    lab: Lab,
    asked: Mapping[str, Metric],
    start: datetime,
    end: datetime | None = None,
    period: int = 60,
) -> pd.DataFrame:
    """Any metrics, one row for each period; all else as in `read_queue_metrics`.

    Args:
        asked: what to read, by the names that its columns shall have.

    Returns:
        Index time; a column for each of `asked`. NaN: no datapoint; all NaN: there may be no
        such metric, since CloudWatch does not mind what it is asked for.
    """
    import pandas as pd

    begins, ends = _find_range(start, end or lab.now(), period)
    _wait_for_metrics(lab, ends)
    queries = [_ask(f"m{number}", metric, period) for number, metric in enumerate(asked.values())]
    columns: dict[str, dict[datetime, float]] = {name: {} for name in asked}
    names = list(asked)
    pages = boto3.client("cloudwatch").get_paginator("get_metric_data")
    for page in pages.paginate(MetricDataQueries=queries, StartTime=begins, EndTime=ends):
        for result in page["MetricDataResults"]:
            points = zip(result["Timestamps"], result["Values"], strict=True)
            columns[names[int(result["Id"][1:])]].update(points)
    index = pd.date_range(begins, ends, freq=f"{period}s", inclusive="left", name="time")
    return pd.DataFrame(
        {name: [points.get(time) for time in index] for name, points in columns.items()},
        index=index,
        dtype=float,
    )


def _wait_for_metrics(lab: Lab, end: datetime) -> None:
    """Let time pass until CloudWatch has what was counted until `end`."""
    early = lab.metric_lag - (lab.now() - end).total_seconds()
    if early > 0:
        lab.advance(seconds=early)


def _name_all(
    metrics: Mapping[str, str], namespace: str, dimension: str, value: str
) -> dict[str, Metric]:
    """The metrics of one queue or function, by their own names."""
    return {
        name: Metric(namespace, name, ((dimension, value),), statistic)
        for name, statistic in metrics.items()
    }


def _find_range(start: datetime, end: datetime, period: int) -> tuple[datetime, datetime]:
    """The first and the last moment, in UTC, the first on a border of periods."""
    if period < 60 or period % 60:
        raise ValueError(f"period must be 60 seconds or a multiple of it, not {period!r}")
    for moment in (start, end):
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no time zone. Take lab.now(), which has one.")
    if end <= start:
        raise ValueError(
            f"The end, {end}, is not after the start, {start}. Let lab time pass between them: "
            "run the cell before, and look at what it says."
        )
    begins = start.astimezone(UTC)
    begins -= timedelta(seconds=begins.timestamp() % period)
    return begins, end.astimezone(UTC)


def _ask(id_: str, metric: Metric, period: int) -> dict[str, Any]:
    listed = [{"Name": name, "Value": value} for name, value in metric.dimensions]
    return {
        "Id": id_,
        "MetricStat": {
            "Metric": {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": listed,
            },
            "Period": period,
            "Stat": metric.statistic,
        },
    }
