"""What the tests of metrics, alarms and logs share: plain boto3, and times of the lab."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount

Read = Callable[..., list[float]]
VISIBLE = "ApproximateNumberOfMessagesVisible"
PutAlarm = Callable[..., None]


def dimensions(named: dict[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in named.items()]


@pytest.fixture
def cloudwatch(lab: EmbeddedAccount) -> Any:
    return boto3.client("cloudwatch")


@pytest.fixture
def read(lab: EmbeddedAccount) -> Read:
    """`read(namespace, metric, statistic, **dimensions)`: one value a minute of the last day."""

    def read(namespace: str, metric: str, statistic: str, **named: str) -> list[float]:
        extended = statistic.startswith("p")
        answer = boto3.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=dimensions(named),
            StartTime=lab.now() - timedelta(hours=23),
            EndTime=lab.now() + timedelta(minutes=1),
            Period=60,
            **{"ExtendedStatistics" if extended else "Statistics": [statistic]},
        )
        points: list[dict[str, Any]] = answer["Datapoints"]
        return [(point["ExtendedStatistics"] if extended else point)[statistic] for point in points]

    return read


@pytest.fixture
def put_alarm(cloudwatch: Any) -> PutAlarm:
    """An alarm named "deep": more than 2 messages wait in the queue "orders"."""

    def put_alarm(**changed: Any) -> None:
        settings: dict[str, Any] = {
            "AlarmName": "deep",
            "Namespace": "AWS/SQS",
            "MetricName": VISIBLE,
            "Dimensions": dimensions({"QueueName": "orders"}),
            "Statistic": "Maximum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 2,
            "ComparisonOperator": "GreaterThanThreshold",
        } | changed
        given = {name: value for name, value in settings.items() if value is not None}
        cloudwatch.put_metric_alarm(**given)

    return put_alarm


def history(kind: str, name: str = "deep") -> list[dict[str, Any]]:
    """Oldest first."""
    items: list[dict[str, Any]] = boto3.client("cloudwatch").describe_alarm_history(
        AlarmName=name, HistoryItemType=kind, ScanBy="TimestampAscending"
    )["AlarmHistoryItems"]
    return items
