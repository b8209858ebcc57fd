"""Alarms as they are put, described, changed and refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.moto_seams.services import NotInEmbeddedAccount
from tests.embedded.services.cloudwatch.conftest import VISIBLE, PutAlarm, dimensions, history
from tests.embedded.services.lambda_.event_source.test_event_source import create_queue


def test_an_alarm_is_updated_found_and_deleted(
    lab: EmbeddedAccount, cloudwatch: Any, put_alarm: PutAlarm
) -> None:
    create_queue()
    put_alarm()
    lab.advance(60)
    put_alarm(Threshold=5)
    (alarm,) = cloudwatch.describe_alarms(AlarmNamePrefix="de", StateValue="OK")["MetricAlarms"]
    assert alarm["Threshold"] == 5
    found = cloudwatch.describe_alarms_for_metric(
        Namespace="AWS/SQS", MetricName=VISIBLE, Dimensions=dimensions({"QueueName": "orders"})
    )["MetricAlarms"]
    assert [each["AlarmName"] for each in found] == ["deep"]
    arn = alarm["AlarmArn"]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "course", "Value": "sqs"}])
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"][0]["Value"] == "sqs"
    cloudwatch.delete_alarms(AlarmNames=["deep"])
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []
    assert [item["HistorySummary"] for item in history("ConfigurationUpdate")] == [
        'Alarm "deep" created',
        'Alarm "deep" updated',
        'Alarm "deep" deleted',
    ]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"TreatMissingData": "zero"}, "Option zero is not supported"),
    ({"DatapointsToAlarm": 2}, "DatapointsToAlarm between 1 and EvaluationPeriods"),
    ({"EvaluationPeriods": 1441}, "across more than a day"),
    ({"EvaluationPeriods": 169, "Period": 3600}, "across more than a week"),
    ({"Statistic": "Median"}, r"enum value set: \[Maximum, SampleCount, Sum, Minimum, Average\]"),
    ({"Statistic": None, "ExtendedStatistic": "p101"}, "The value p101"),
    ({"AlarmActions": ["arn:aws:sns:us-east-1:123456789012:t"] * 6}, "less than or equal to 5"),
    ({"Unit": "Euro"}, "at 'unit' failed to satisfy constraint"),
    ({"Period": 5}, "Period must be 10, 20, 30 or a multiple of 60"),
    ({"AlarmActions": ["arn:aws:lambda:us-east-1:123456789012:function:f"]}, "is an SNS topic"),
    ({"Statistic": None}, "Exactly one of Statistic and ExtendedStatistic"),
    ({"ComparisonOperator": "LessThanLowerThreshold"}, "fixed Threshold"),
    ({"Period": 45}, "Period must be"),
]


@pytest.mark.parametrize(("changed", "complaint"), REFUSED)
def test_what_no_alarm_can_be(put_alarm: PutAlarm, changed: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ClientError, match=complaint) as refused:
        put_alarm(**changed)
    assert refused.value.response["Error"]["Code"] == "ValidationError"


@pytest.mark.parametrize(
    ("metrics", "complaint"),
    [
        ([{"Id": "e", "Expression": "m + 1"}], "the id m is not defined"),
        ([{"Id": "e", "Expression": "1 +"}], "syntax error"),
        ([{"Id": "e", "Expression": "SUM(METRICS())", "ReturnData": False}], "Exactly one"),
    ],
)
def test_an_expression_is_checked_when_the_alarm_is_put(
    lab: EmbeddedAccount, cloudwatch: Any, metrics: list[dict[str, Any]], complaint: str
) -> None:
    with pytest.raises(ClientError, match=complaint):
        cloudwatch.put_metric_alarm(
            AlarmName="deep", Metrics=metrics, EvaluationPeriods=1, Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip
    lab.advance(120)
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_an_alarm_is_described_as_it_was_put(
    lab: EmbeddedAccount, cloudwatch: Any, put_alarm: PutAlarm
) -> None:
    """With what AWS adds, and no more: a TreatMissingData that nobody gave is not there."""
    put_alarm(Dimensions=None)
    (alarm,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert alarm == {
        "AlarmName": "deep",
        "AlarmArn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:deep",
        "AlarmConfigurationUpdatedTimestamp": lab.now(),
        "ActionsEnabled": True,
        "OKActions": [],
        "AlarmActions": [],
        "InsufficientDataActions": [],
        "StateValue": "INSUFFICIENT_DATA",
        "StateReason": "Unchecked: Initial alarm creation",
        "StateUpdatedTimestamp": lab.now(),
        "StateTransitionedTimestamp": lab.now(),
        "Namespace": "AWS/SQS",
        "MetricName": VISIBLE,
        "Dimensions": [],
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 2,
        "ComparisonOperator": "GreaterThanThreshold",
    }


def test_the_history_keeps_an_alarms_settings(lab: EmbeddedAccount, put_alarm: PutAlarm) -> None:
    put_alarm(DatapointsToAlarm=1)
    (item,) = history("ConfigurationUpdate")
    data = json.loads(item["HistoryData"])
    assert (data["version"], data["type"]) == ("1.0", "Create")
    kept = data["createdAlarm"]
    assert kept["dimensions"] == [{"name": "QueueName", "value": "orders"}]
    assert kept["stateUpdatedTimestamp"] == "2026-01-05T09:00:00.000+0000"
    assert (kept["okactions"], kept["alarmActions"], kept["datapointsToAlarm"]) == ([], [], 1)


def test_pages_of_history(lab: EmbeddedAccount, cloudwatch: Any, put_alarm: PutAlarm) -> None:
    for _ in range(5):
        put_alarm()
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(
        PaginationConfig={"PageSize": 2}
    )
    assert [len(page["AlarmHistoryItems"]) for page in pages] == [2, 2, 1]
    with pytest.raises(ClientError, match="The token provided is invalid") as refused:
        cloudwatch.describe_alarm_history(NextToken="next")
    assert refused.value.response["Error"]["Code"] == "InvalidNextToken"


def test_composite_alarms_are_not_here(lab: EmbeddedAccount, cloudwatch: Any) -> None:
    with pytest.raises(NotInEmbeddedAccount, match="PutCompositeAlarm"):
        cloudwatch.put_composite_alarm(AlarmName="both", AlarmRule="ALARM(a) AND ALARM(b)")


def test_an_alarm_that_is_not_there(lab: EmbeddedAccount, cloudwatch: Any) -> None:
    with pytest.raises(ClientError) as refused:
        cloudwatch.set_alarm_state(AlarmName="none", StateValue="OK", StateReason="a drill")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFound"
