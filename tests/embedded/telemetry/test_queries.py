"""GetMetricData and its expressions, metrics that one puts oneself, and dashboards."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.telemetry.conftest import Read, dimensions
from tests.embedded.test_event_source import create_queue, send


def metric(name: str, metric_name: str, stat: str = "Sum", **options: Any) -> dict[str, Any]:
    """A query for one of the metrics that `three_minutes` puts."""
    return {
        "Id": name,
        "MetricStat": {
            "Metric": {"Namespace": "Bank", "MetricName": metric_name},
            "Period": 60,
            "Stat": stat,
        },
        **options,
    }


def ask(lab: EmbeddedAccount, *queries: dict[str, Any], minutes: int = 5) -> list[dict[str, Any]]:
    """The results over the last minutes, oldest first."""
    answer = boto3.client("cloudwatch").get_metric_data(
        MetricDataQueries=queries,
        StartTime=lab.now() - timedelta(minutes=minutes),
        EndTime=lab.now(),
        ScanBy="TimestampAscending",
    )
    results: list[dict[str, Any]] = answer["MetricDataResults"]
    return results


@pytest.fixture
def bookings(lab: EmbeddedAccount, cloudwatch: Any) -> EmbeddedAccount:
    """Five minutes: Booked is 60, 120, nothing, 240, 0; Rejected 6, 0, nothing, 24, 0."""
    for booked, rejected in ((60, 6), (120, 0), (None, None), (240, 24), (0, 0)):
        if booked is not None:
            data = [{"MetricName": "Booked", "Value": booked, "Unit": "Count"},
                    {"MetricName": "Rejected", "Value": rejected}]  # fmt: skip
            cloudwatch.put_metric_data(Namespace="Bank", MetricData=data)
        lab.advance(60)
    return lab


EXPRESSIONS = [
    ("booked + rejected", [66, 120, 264, 0]),
    ("100 * rejected / booked", [10, 0, 10]),
    ("booked - 60", [0, 60, 180, -60]),
    ("FILL(booked, 0)", [60, 120, 0, 240, 0]),
    ("FILL(booked, REPEAT)", [60, 120, 120, 240, 0]),
    ("FILL(booked, LINEAR)", [60, 120, 180, 240, 0]),
    ("RATE(booked)", [1, 1, -4]),
    ("SUM([booked, rejected])", [66, 120, 264, 0]),
    ("MAX(METRICS())", [60, 120, 240, 0]),
    ("booked / PERIOD(booked)", [1, 2, 4, 0]),
    ("booked * 0 + SUM(booked)", [420] * 4),
    ("IF(booked > 100, 1, 0)", [0, 1, 1, 0]),
    ("RUNNING_SUM(booked)", [60, 180, 420, 420]),
    ("booked > 100 AND rejected > 0", [0, 0, 1, 0]),
    ("-booked", [-60, -120, -240, 0]),
]


@pytest.mark.parametrize(("expression", "values"), EXPRESSIONS)
def test_an_expression_is_computed_period_by_period(
    bookings: EmbeddedAccount, expression: str, values: list[float]
) -> None:
    (result,) = ask(
        bookings,
        metric("booked", "Booked", ReturnData=False),
        metric("rejected", "Rejected", ReturnData=False),
        {"Id": "result", "Expression": expression},
    )
    assert result["Values"] == values


NOT_UNDERSTOOD = [
    ("booked +", "syntax error"),
    ("nobody + 1", "the id nobody is not defined"),
    ("ANOMALY_DETECTION_BAND(booked)", "unsupported function ANOMALY_DETECTION_BAND"),
    ("SELECT SUM(Booked) FROM Bank", "syntax error"),
    ("SUM(booked)", "the result must be one time series"),
    ("booked.imag", "not supported"),
]


@pytest.mark.parametrize(("expression", "complaint"), NOT_UNDERSTOOD)
def test_an_expression_that_is_not_understood_is_refused(
    bookings: EmbeddedAccount, expression: str, complaint: str
) -> None:
    with pytest.raises(ClientError, match=complaint) as refused:
        ask(bookings, metric("booked", "Booked"), {"Id": "result", "Expression": expression})
    assert refused.value.response["Error"]["Code"] == "ValidationError"


REFUSED = [
    ([metric("Booked", "Booked")], "not matching the expected pattern"),
    ([metric("a", "Booked"), metric("a", "Rejected")], "must be unique: a"),
    ([metric("a", "Booked", stat="Median")], "The value Median for parameter Stat"),
    ([{"Id": "a", "Expression": "b"}, {"Id": "b", "Expression": "a"}], "Circular"),
    ([{"Id": "a"}], "MetricStat is required"),
]


@pytest.mark.parametrize(("queries", "complaint"), REFUSED)
def test_queries_that_cannot_be(
    lab: EmbeddedAccount, queries: list[dict[str, Any]], complaint: str
) -> None:
    with pytest.raises(ClientError, match=complaint):
        ask(lab, *queries)


def test_longer_periods_gather_the_minutes(bookings: EmbeddedAccount) -> None:
    query = metric("booked", "Booked")
    query["MetricStat"]["Period"] = 300
    (result,) = ask(bookings, query)
    assert result["Values"] == [420]
    assert result["Timestamps"] == [bookings.now() - timedelta(minutes=5)]


def test_results_come_newest_first_unless_asked_otherwise(bookings: EmbeddedAccount) -> None:
    answer = boto3.client("cloudwatch").get_metric_data(
        MetricDataQueries=[metric("booked", "Booked", Label="Bookings")],
        StartTime=bookings.now() - timedelta(minutes=5),
        EndTime=bookings.now(),
    )
    (result,) = answer["MetricDataResults"]
    assert result["Values"] == [0, 240, 120, 60]
    assert result["Label"] == "Bookings"
    assert result["StatusCode"] == "Complete"


def test_values_counts_and_statistic_sets(
    lab: EmbeddedAccount, cloudwatch: Any, read: Read
) -> None:
    statistics = {"SampleCount": 4, "Sum": 20, "Minimum": 1, "Maximum": 9}
    of = dimensions({"Branch": "north"})
    cloudwatch.put_metric_data(
        Namespace="Bank",
        MetricData=[
            {"MetricName": "Amount", "Values": [10, 20], "Counts": [3, 1], "Unit": "None"},
            {"MetricName": "Amount", "StatisticValues": statistics, "Dimensions": of},
        ],
    )
    assert read("Bank", "Amount", "p75") == [10]
    assert read("Bank", "Amount", "Average") == [12.5]
    assert read("Bank", "Amount", "Average", Branch="north") == [5]
    assert read("Bank", "Amount", "SampleCount", Branch="north") == [4]


def test_statistics_of_another_unit_are_none(bookings: EmbeddedAccount, cloudwatch: Any) -> None:
    def count(unit: str) -> int:
        answer = cloudwatch.get_metric_statistics(
            Namespace="Bank", MetricName="Booked", Period=60, Statistics=["Sum"], Unit=unit,
            StartTime=bookings.now() - timedelta(hours=1), EndTime=bookings.now(),
        )  # fmt: skip
        return len(answer["Datapoints"])

    assert (count("Count"), count("Bytes")) == (4, 0)


def test_too_many_datapoints_are_refused(lab: EmbeddedAccount, cloudwatch: Any) -> None:
    with pytest.raises(ClientError, match="exceeds the limit of 1,440"):
        cloudwatch.get_metric_statistics(
            Namespace="Bank", MetricName="Booked", Period=60, Statistics=["Sum"],
            StartTime=lab.now() - timedelta(days=2), EndTime=lab.now(),
        )  # fmt: skip


def test_metrics_are_listed_by_namespace_name_and_dimension(
    lab: EmbeddedAccount, cloudwatch: Any
) -> None:
    send(create_queue(), "a")
    create_queue("other")
    lab.advance(60)
    sent = "NumberOfMessagesSent"
    listed = cloudwatch.list_metrics(Namespace="AWS/SQS", MetricName=sent)["Metrics"]
    names = [metric["Dimensions"][0]["Value"] for metric in listed]
    assert names == ["orders", "other"]
    one = cloudwatch.list_metrics(Dimensions=dimensions({"QueueName": "orders"}))["Metrics"]
    assert len(one) == 9


def test_a_dashboard_is_kept(lab: EmbeddedAccount, cloudwatch: Any) -> None:
    body = json.dumps({"widgets": [{"type": "text", "properties": {"markdown": "# The bank"}}]})
    cloudwatch.put_dashboard(DashboardName="bank", DashboardBody=body)
    kept = cloudwatch.get_dashboard(DashboardName="bank")
    assert json.loads(kept["DashboardBody"]) == json.loads(body)
    (entry,) = cloudwatch.list_dashboards()["DashboardEntries"]
    assert entry["LastModified"] == lab.now()
    with pytest.raises(ClientError, match="invalid JSON"):
        cloudwatch.put_dashboard(DashboardName="bank", DashboardBody="{")
    cloudwatch.delete_dashboards(DashboardNames=["bank"])
    assert cloudwatch.list_dashboards()["DashboardEntries"] == []
