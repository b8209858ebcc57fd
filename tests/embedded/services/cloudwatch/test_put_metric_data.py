"""Metrics that one puts oneself: their forms, and what PutMetricData refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.services.cloudwatch.conftest import Read, dimensions


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


def test_a_moment_is_the_datums_own(lab: EmbeddedAccount, cloudwatch: Any, read: Read) -> None:
    for hours in (-2, 0):
        moment = lab.now() + timedelta(hours=hours)
        data = [{"MetricName": "Amount", "Value": hours + 5, "Timestamp": moment}]
        cloudwatch.put_metric_data(Namespace="Bank", MetricData=data)
    assert read("Bank", "Amount", "Sum") == [3, 5]


MEMBER = "MetricData.member.1"
BOTH = "are mutually exclusive and you have specified both."
SET = {"SampleCount": 2, "Sum": 10, "Minimum": 3, "Maximum": 7}
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"Value": float("nan")}, "Value", f"The value NaN for parameter {MEMBER}.Value is invalid."),
    ({"Value": float("inf")}, "Value", f"The value inf for parameter {MEMBER}.Value is invalid."),
    ({"Value": 2.0**361}, "Value", "is invalid."),
    ({"Values": [float("nan")]}, "Value", f"for parameter {MEMBER}.Values is invalid."),
    ({}, "Combination", "At least one of the parameters must be specified."),
    ({"Value": 1, "Values": [1]}, "Value",
     f"The parameters {MEMBER}.Value and {MEMBER}.Values {BOTH}"),
    ({"Value": 1, "StatisticValues": SET}, "Combination",
     f"The parameters {MEMBER}.Value and {MEMBER}.StatisticValues {BOTH}"),
    ({"Values": [1, 2], "Counts": [1]}, "Value",
     f"The parameters {MEMBER}.Values and {MEMBER}.Counts must be of the same size."),
    ({"Values": [1] * 151}, "Value", f"{MEMBER}.Values must not have a size greater than 150."),
    ({"StatisticValues": SET | {"Maximum": 2}}, "Value",
     f"The parameter {MEMBER}.StatisticValues.Maximum must be greater than "
     f"{MEMBER}.StatisticValues.Minimum."),
    ({"Value": 1, "Unit": "Euro"}, "Value",
     f"The parameter {MEMBER}.Unit must be a value in the set [ Seconds, Microseconds, "),
    ({"Value": 1, "StorageResolution": 10}, "Value", "StorageResolution must be a value in"),
    ({"Value": 1, "Dimensions": dimensions({str(n): "x" for n in range(31)})}, "Value",
     f"The collection {MEMBER}.Dimensions must not have a size greater than 30."),
    ({"Value": 1, "Dimensions": [{"Name": "d", "Value": "x"}] * 2}, "Value", "a dimension twice"),
]  # fmt: skip


@pytest.mark.parametrize(("datum", "code", "complaint"), REFUSED)
def test_data_that_are_refused(
    lab: EmbeddedAccount, cloudwatch: Any, datum: dict[str, Any], code: str, complaint: str
) -> None:
    """Then nothing is put, of the others neither."""
    data = [datum | {"MetricName": "Amount"}, {"MetricName": "Other", "Value": 1}]
    with pytest.raises(ClientError) as refused:
        cloudwatch.put_metric_data(Namespace="Bank", MetricData=data)
    error = refused.value.response["Error"]
    assert error["Code"] == f"InvalidParameter{code}"
    assert complaint in error["Message"]
    assert cloudwatch.list_metrics()["Metrics"] == []


@pytest.mark.parametrize(
    ("moment", "complaint"),
    [
        (timedelta(days=-15), "Timestamp must specify a time within the past two weeks."),
        (timedelta(hours=3), "Timestamp must specify a time no more than two hours in the future"),
    ],
)
def test_moments_that_are_refused(
    lab: EmbeddedAccount, cloudwatch: Any, moment: timedelta, complaint: str
) -> None:
    data = [{"MetricName": "Amount", "Value": 1, "Timestamp": lab.now() + moment}]
    with pytest.raises(ClientError, match=complaint):
        cloudwatch.put_metric_data(Namespace="Bank", MetricData=data)


def test_namespaces_of_aws_and_too_many_data_are_refused(
    lab: EmbeddedAccount, cloudwatch: Any
) -> None:
    datum = {"MetricName": "Amount", "Value": 1}
    with pytest.raises(ClientError, match="The value AWS/ for parameter Namespace is invalid"):
        cloudwatch.put_metric_data(Namespace="AWS/SQS", MetricData=[datum])
    with pytest.raises(ClientError, match="MetricData must not have a size greater than 1000"):
        cloudwatch.put_metric_data(Namespace="Bank", MetricData=[datum] * 1001)


def test_aws_itself_puts_into_its_namespaces(cloudwatch: Any) -> None:
    """A stream's metrics come by the same way, from moto's Kinesis."""
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="stream", ShardCount=1)
    kinesis.put_record(StreamName="stream", Data=b"x", PartitionKey="a")
    listed = cloudwatch.list_metrics(Namespace="AWS/Kinesis")["Metrics"]
    assert {metric["MetricName"] for metric in listed} == {"IncomingBytes", "IncomingRecords"}
