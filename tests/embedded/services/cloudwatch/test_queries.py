"""GetMetricData, GetMetricStatistics and ListMetrics: what they answer, and what they refuse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.cloudwatch.published.telemetry import Telemetry
from tests.embedded.services.cloudwatch.conftest import dimensions
from tests.embedded.services.lambda_.event_source.test_event_source import create_queue, send


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


MEMBER = "MetricDataQueries.member.1"
REFUSED = [
    ([], "The parameter MetricDataQueries is required."),
    ([metric("a", "Booked")] * 501, "MetricDataQueries must not have a size greater than 500."),
    ([metric("Booked", "Booked")], "The value Booked for parameter MetricDataQueries.member.1.Id "
     "is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."),
    ([metric("a", "Booked"), metric("a", "Rejected")], "must be unique: a."),
    ([metric("a", "Booked", stat="Median")], f"parameter {MEMBER}.MetricStat.Stat is not"),
    ([{"Id": "a"}], f"The parameter {MEMBER}.MetricStat is required."),
    ([metric("a", "Booked") | {"Expression": "1"}], "mutually exclusive"),
    ([{"Id": "a", "Expression": "b"}, {"Id": "b", "Expression": "a"}], "Circular"),
]  # fmt: skip


@pytest.mark.parametrize(("queries", "complaint"), REFUSED)
def test_queries_that_cannot_be(
    lab: EmbeddedAccount, queries: list[dict[str, Any]], complaint: str
) -> None:
    with pytest.raises(ClientError) as refused:
        ask(lab, *queries)
    error = refused.value.response["Error"]
    assert error["Code"] == "ValidationError"
    assert complaint in error["Message"]


@pytest.mark.parametrize("period", [45, 90, 59])
def test_periods_that_cannot_be(lab: EmbeddedAccount, cloudwatch: Any, period: int) -> None:
    query = metric("a", "Booked")
    query["MetricStat"]["Period"] = period
    with pytest.raises(ClientError, match="multiple of 60"):
        ask(lab, query)
    with pytest.raises(ClientError, match="multiple of 60") as refused:
        statistics(lab, cloudwatch, Period=period)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValue"


def test_a_time_must_lie_between_its_start_and_its_end(
    lab: EmbeddedAccount, cloudwatch: Any
) -> None:
    def refusal(minutes: int) -> tuple[str, str]:
        with pytest.raises(ClientError) as refused:
            ask(lab, metric("a", "Booked"), minutes=minutes)
        return refused.value.response["Error"]["Code"], refused.value.response["Error"]["Message"]

    equal = "The parameter StartTime must not equal parameter EndTime.\n"
    assert refusal(0) == ("ValidationError", equal)
    reverse = "The parameter EndTime must be greater than StartTime.\n"
    assert refusal(-1) == ("ValidationError", reverse)
    with pytest.raises(ClientError, match="StartTime must be less than the parameter EndTime"):
        statistics(lab, cloudwatch, StartTime=lab.now())


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


def test_many_datapoints_come_in_pages(bookings: EmbeddedAccount, cloudwatch: Any) -> None:
    asked: dict[str, Any] = {
        "MetricDataQueries": [metric("a", "Booked"), metric("b", "Rejected"), metric("c", "None")],
        "StartTime": bookings.now() - timedelta(minutes=5),
        "EndTime": bookings.now(),
        "ScanBy": "TimestampAscending",
        "MaxDatapoints": 3,
    }
    pages, answer = [], cloudwatch.get_metric_data(**asked)
    pages.append(answer["MetricDataResults"])
    while token := answer.get("NextToken"):
        answer = cloudwatch.get_metric_data(**asked, NextToken=token)
        pages.append(answer["MetricDataResults"])
    read = [[(each["Id"], each["Values"], each["StatusCode"]) for each in page] for page in pages]
    assert read == [
        [("a", [60, 120, 240], "PartialData"), ("c", [], "Complete")],
        [("a", [0], "Complete"), ("b", [6, 0], "PartialData")],
        [("b", [24, 0], "Complete")],
    ]
    with pytest.raises(ClientError, match="NextToken is invalid"):
        cloudwatch.get_metric_data(**asked, NextToken="next")


def statistics(lab: EmbeddedAccount, cloudwatch: Any, **asked: Any) -> list[dict[str, Any]]:
    """Datapoints of Booked in the last hour."""
    given: dict[str, Any] = {
        "Namespace": "Bank",
        "MetricName": "Booked",
        "Period": 60,
        "StartTime": lab.now() - timedelta(hours=1),
        "EndTime": lab.now(),
        "Statistics": ["Sum"],
    } | asked
    return list(cloudwatch.get_metric_statistics(**given)["Datapoints"])


def test_statistics_of_another_unit_are_none(bookings: EmbeddedAccount, cloudwatch: Any) -> None:
    counts = [len(statistics(bookings, cloudwatch, Unit=unit)) for unit in ("Count", "Bytes")]
    assert counts == [4, 0]


def test_units_stay_apart(lab: EmbeddedAccount, cloudwatch: Any) -> None:
    for value, unit in ((5, "Seconds"), (7, "Count")):
        data = [{"MetricName": "Booked", "Value": value, "Unit": unit}]
        cloudwatch.put_metric_data(Namespace="Bank", MetricData=data)
    lab.advance(60)
    apart = statistics(lab, cloudwatch)
    assert [(point["Unit"], point["Sum"]) for point in apart] == [("Seconds", 5), ("Count", 7)]
    (seconds,) = statistics(lab, cloudwatch, Unit="Seconds")
    assert seconds["Sum"] == 5
    assert [each["Values"] for each in ask(lab, metric("a", "Booked"))] == [[5], [7]]


@pytest.mark.parametrize(
    ("asked", "code", "complaint"),
    [
        ({"StartTime": datetime(2026, 1, 1, tzinfo=UTC)}, "InvalidParameterCombination",
         "You have requested up to 6300 datapoints, which exceeds the limit of 1440."),
        ({"Statistics": []}, "InvalidParameterCombination", "Must specify either Statistics"),
        ({"Statistics": ["Median"]}, "InvalidParameterValue", "must be a value in the set"),
        ({"Statistics": ["p50"]}, "InvalidParameterValue", "must be a value in the set"),
        ({"ExtendedStatistics": ["Sum"]}, "InvalidParameterValue", "The value Sum for parameter"),
    ],
)  # fmt: skip
def test_statistics_that_are_refused(
    lab: EmbeddedAccount, cloudwatch: Any, asked: dict[str, Any], code: str, complaint: str
) -> None:
    given = {name: value for name, value in asked.items() if value}
    if "Statistics" in asked and not asked["Statistics"]:
        given["Statistics"] = []
    client = boto3.client("cloudwatch", config=Config(parameter_validation=False))
    with pytest.raises(ClientError, match=complaint) as refused:
        statistics(lab, client, **given)
    assert refused.value.response["Error"]["Code"] == code


def test_the_start_is_moved_back_to_a_whole_minute_or_a_shorter_period(
    lab: EmbeddedAccount, cloudwatch: Any
) -> None:
    data = [{"MetricName": "Booked", "Value": 1, "StorageResolution": 1}]
    for _ in range(60):
        cloudwatch.put_metric_data(Namespace="Bank", MetricData=data)
        lab.advance(1)
    since = lab.now() - timedelta(seconds=33)
    by_minute = statistics(lab, cloudwatch, StartTime=since)
    assert [(each["Timestamp"].second, each["Sum"]) for each in by_minute] == [(0, 60)]
    by_ten = statistics(lab, cloudwatch, StartTime=since, Period=10)
    assert [(each["Timestamp"].second, each["Sum"]) for each in by_ten] == [
        (20, 10), (30, 10), (40, 10), (50, 10),
    ]  # fmt: skip


# ListMetrics


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
    assert cloudwatch.list_metrics(Dimensions=[{"Name": "QueueName"}])["Metrics"] == one + [
        each for each in cloudwatch.list_metrics()["Metrics"] if each not in one
    ]


def test_a_metric_is_listed_for_two_weeks_and_recently_active_for_three_hours(
    lab: EmbeddedAccount, cloudwatch: Any
) -> None:
    boto3.client("sqs").delete_queue(QueueUrl=create_queue())
    data = [{"MetricName": "Booked", "Value": 1}]
    cloudwatch.put_metric_data(Namespace="Bank", MetricData=data)

    def listed(**asked: Any) -> int:
        return len(cloudwatch.list_metrics(**asked)["Metrics"])

    lab.advance(60)
    assert (listed(RecentlyActive="PT3H"), listed()) == (9, 9)
    lab.advance(3 * 3600)
    assert (listed(RecentlyActive="PT3H"), listed()) == (0, 9)
    lab.advance(14 * 86_400)
    assert listed() == 0
    with pytest.raises(ClientError, match="PT3H"):
        listed(RecentlyActive="PT4H")


def test_five_hundred_metrics_are_a_page(lab: EmbeddedAccount, cloudwatch: Any) -> None:
    data = [{"MetricName": f"Booked{number}", "Value": 1} for number in range(1000)]
    cloudwatch.put_metric_data(Namespace="Bank", MetricData=data)
    pages = list(cloudwatch.get_paginator("list_metrics").paginate(Namespace="Bank"))
    assert [len(page["Metrics"]) for page in pages] == [500, 500]
    with pytest.raises(ClientError, match="Request parameter NextToken is invalid"):
        cloudwatch.list_metrics(NextToken="next")


@pytest.mark.parametrize(
    ("days", "periods"),
    [
        (0.1, {10, 60, 300, 3600}),
        (14.9, {60, 300, 3600}),
        (15.1, {300, 3600}),
        (62.9, {300, 3600}),
        (63.1, {3600}),
    ],
)
def test_old_data_is_kept_for_longer_periods_alone(
    lab: EmbeddedAccount, cloudwatch: Any, days: float, periods: set[int]
) -> None:
    datum = {"MetricName": "Booked", "Value": 3, "StorageResolution": 1}
    cloudwatch.put_metric_data(Namespace="Bank", MetricData=[datum])
    begin = lab.now()
    lab.advance(days * 86_400)
    named = {"Namespace": "Bank", "MetricName": "Booked"}
    span = {"StartTime": begin, "EndTime": begin + timedelta(hours=1)}
    for period in (10, 60, 300, 3600):
        expected = [3.0] if period in periods else []
        stat = {"Metric": named, "Period": period, "Stat": "Sum"}
        answer = cloudwatch.get_metric_data(
            MetricDataQueries=[{"Id": "a", "MetricStat": stat}], **span
        )
        assert answer["MetricDataResults"][0]["Values"] == expected
        answer = cloudwatch.get_metric_statistics(
            **named, Period=period, Statistics=["Sum"], **span
        )
        assert [point["Sum"] for point in answer["Datapoints"]] == expected


def test_data_of_several_units_stay_apart(lab: EmbeddedAccount, cloudwatch: Any) -> None:
    """CloudWatch converts nothing (API MetricStat)."""
    for value, unit in ((1, "Seconds"), (60, "Milliseconds")):
        datum = {"MetricName": "took", "Value": value, "Unit": unit}
        cloudwatch.put_metric_data(Namespace="own", MetricData=[datum])
    lab.advance(60)
    stat = {"Metric": {"Namespace": "own", "MetricName": "took"}, "Period": 60, "Stat": "Sum"}

    def values(**asked: Any) -> list[list[float]]:
        answer = cloudwatch.get_metric_data(
            MetricDataQueries=[{"Id": "m", **asked}],
            StartTime=lab.now() - timedelta(minutes=5),
            EndTime=lab.now(),
        )
        return [each["Values"] for each in answer["MetricDataResults"]]

    assert values(MetricStat=stat) == [[1], [60]]
    assert values(MetricStat=stat | {"Unit": "Milliseconds"}) == [[60]]
    assert values(MetricStat=stat | {"Unit": "Bytes"}) == [[]]


def test_metrics_are_looked_up_once_for_all_pages(
    lab: EmbeddedAccount, cloudwatch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for first in range(0, 1500, 500):
        data = [{"MetricName": f"m{first + number}", "Value": 1.0} for number in range(500)]
        cloudwatch.put_metric_data(Namespace="own", MetricData=data)
    lookups, metrics = [], Telemetry.metrics

    def counted(*asked: Any) -> Any:
        lookups.append(asked)
        return metrics(*asked)

    monkeypatch.setattr(Telemetry, "metrics", counted)
    pages = list(cloudwatch.get_paginator("list_metrics").paginate(Namespace="own"))
    names = {each["MetricName"] for page in pages for each in page["Metrics"]}
    assert (len(pages), len(names), len(lookups)) == (3, 1500, 1)
