"""Alarms as time passes: states, history, and messages that reach a queue by SNS."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.services.cloudwatch.conftest import VISIBLE, PutAlarm, dimensions, history
from tests.embedded.services.lambda_.event_source.test_event_source import create_queue, send


def state_of(name: str = "deep") -> str:
    alarms = boto3.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(alarms[0]["StateValue"])


def subscribed_queue(**attributes: str) -> tuple[str, str]:
    """The ARN of an SNS topic, and the URL of a queue that it delivers to."""
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    queue_arn = "arn:aws:sqs:us-east-1:123456789012:alerts"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    queue = sqs.create_queue(QueueName="alerts", Attributes={"Policy": policy})["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn, Attributes=attributes)
    return topic, queue


def receive(queue: str) -> dict[str, Any]:
    """The only message in the queue."""
    answer = boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    (message,) = answer["Messages"]
    return dict(message)


def test_an_alarm_goes_through_its_states(lab: EmbeddedAccount, put_alarm: PutAlarm) -> None:
    queue = create_queue()
    put_alarm()
    assert state_of() == "INSUFFICIENT_DATA"
    lab.advance(60)
    assert state_of() == "OK"
    send(queue, "a", "b", "c")
    lab.advance(59)
    assert state_of() == "OK"
    lab.advance(1)
    assert state_of() == "ALARM"
    boto3.client("sqs").purge_queue(QueueUrl=queue)
    lab.advance(60)
    assert state_of() == "OK"
    assert [item["HistorySummary"] for item in history("StateUpdate")] == [
        "Alarm updated from INSUFFICIENT_DATA to OK",
        "Alarm updated from OK to ALARM",
        "Alarm updated from ALARM to OK",
    ]


def test_an_alarm_waits_for_m_out_of_n(lab: EmbeddedAccount, put_alarm: PutAlarm) -> None:
    queue = create_queue()
    put_alarm(EvaluationPeriods=3, DatapointsToAlarm=2)
    lab.advance(120)
    send(queue, "a", "b", "c")
    states = []
    for _ in range(3):
        lab.advance(60)
        states.append(state_of())
    assert states == ["OK", "ALARM", "ALARM"]


@pytest.fixture
def book(lab: EmbeddedAccount, cloudwatch: Any) -> Callable[[float, int], None]:
    """Put an amount into the metric Booked, some minutes ago."""

    def book(amount: float, minutes_ago: int) -> None:
        moment = lab.now() - timedelta(minutes=minutes_ago)
        datum = {"MetricName": "Booked", "Value": amount, "Timestamp": moment}
        cloudwatch.put_metric_data(Namespace="Bank", MetricData=[datum])

    return book


BOOKED: dict[str, Any] = {
    "Namespace": "Bank",
    "MetricName": "Booked",
    "Dimensions": [],
    "Statistic": "Sum",
    "Threshold": 10,
}


def test_a_long_period_moves_on_with_every_minute(
    lab: EmbeddedAccount, put_alarm: PutAlarm, book: Callable[[float, int], None]
) -> None:
    put_alarm(**BOOKED, Period=3600)
    states = []
    for amount, seconds in ((6, 1800), (6, 60), (0, 1680), (0, 120)):
        book(amount, 0)
        lab.advance(seconds)
        states.append(state_of())
    assert states == ["OK", "ALARM", "ALARM", "OK"]


def test_what_is_put_late_counts(
    lab: EmbeddedAccount, put_alarm: PutAlarm, book: Callable[[float, int], None]
) -> None:
    put_alarm(**BOOKED, EvaluationPeriods=20, DatapointsToAlarm=1, TreatMissingData="notBreaching")
    lab.advance(1800)
    assert state_of() == "OK"
    book(11, 18)
    lab.advance(60)
    assert state_of() == "ALARM"


def test_a_queue_that_nobody_used_for_six_hours_leaves_its_alarm_without_data(
    lab: EmbeddedAccount, put_alarm: PutAlarm
) -> None:
    create_queue()
    put_alarm()
    lab.advance(6 * 3600)
    assert state_of() == "OK"
    lab.advance(300)
    assert state_of() == "INSUFFICIENT_DATA"
    reason = json.loads(history("StateUpdate")[-1]["HistoryData"])["newState"]["stateReason"]
    assert reason == "Insufficient Data: 1 datapoint was unknown."


def test_an_alarm_watches_an_expression(lab: EmbeddedAccount, put_alarm: PutAlarm) -> None:
    """Messages that were received and not deleted."""
    queue = create_queue()

    def stat(name: str, metric: str) -> dict[str, Any]:
        where = {"Namespace": "AWS/SQS", "MetricName": metric}
        where["Dimensions"] = dimensions({"QueueName": "orders"})  # type: ignore[assignment]
        return {
            "Id": name,
            "MetricStat": {"Metric": where, "Period": 60, "Stat": "Sum"},
            "ReturnData": False,
        }

    put_alarm(
        Namespace=None, MetricName=None, Dimensions=None, Statistic=None, Period=None,
        Metrics=[
            stat("received", "NumberOfMessagesReceived"),
            stat("deleted", "NumberOfMessagesDeleted"),
            {"Id": "undone", "Expression": "received - deleted", "ReturnData": True},
        ],
    )  # fmt: skip
    lab.advance(60)
    assert state_of() == "OK"
    send(queue, "a", "b", "c")
    boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    lab.advance(60)
    assert state_of() == "ALARM"


def test_an_alarm_arrives_in_a_queue(lab: EmbeddedAccount, put_alarm: PutAlarm) -> None:
    topic, alerts = subscribed_queue()
    queue = create_queue()
    put_alarm(AlarmActions=[topic], AlarmDescription="too deep")
    lab.advance(60)
    send(queue, "a", "b", "c")
    lab.advance(60)
    envelope = json.loads(receive(alerts)["Body"])
    assert envelope["Type"] == "Notification"
    assert envelope["TopicArn"] == topic
    assert envelope["Subject"] == 'ALARM: "deep" in US East (N. Virginia)'
    assert envelope["Timestamp"] == "2026-01-05T09:02:00.000Z"
    assert json.loads(envelope["Message"]) == {
        "AlarmName": "deep",
        "AlarmDescription": "too deep",
        "AWSAccountId": "123456789012",
        "AlarmConfigurationUpdatedTimestamp": "2026-01-05T09:00:00.000+0000",
        "NewStateValue": "ALARM",
        "NewStateReason": "Threshold Crossed: 1 datapoint [3.0 (05/01/26 09:01:00)] was greater "
        "than the threshold (2.0).",
        "StateChangeTime": "2026-01-05T09:02:00.000+0000",
        "Region": "US East (N. Virginia)",
        "AlarmArn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:deep",
        "OldStateValue": "OK",
        "OKActions": [],
        "AlarmActions": [topic],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": VISIBLE,
            "Namespace": "AWS/SQS",
            "StatisticType": "Statistic",
            "Statistic": "MAXIMUM",
            "Unit": None,
            "Dimensions": [{"value": "orders", "name": "QueueName"}],
            "Period": 60,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 2.0,
            "TreatMissingData": "",
            "EvaluateLowSampleCountPercentile": "",
        },
    }
    (action,) = history("Action")
    assert action["HistorySummary"] == f"Successfully executed action {topic}"


@pytest.mark.parametrize(("raw", "is_raw"), [("true", True), ("false", False)])
def test_raw_delivery_leaves_the_envelope_out(
    lab: EmbeddedAccount, cloudwatch: Any, put_alarm: PutAlarm, raw: str, is_raw: bool
) -> None:
    topic, alerts = subscribed_queue(RawMessageDelivery=raw)
    put_alarm(AlarmActions=[topic])
    cloudwatch.set_alarm_state(AlarmName="deep", StateValue="ALARM", StateReason="a drill")
    body = json.loads(receive(alerts)["Body"])
    assert body.get("NewStateReason") == ("a drill" if is_raw else None)


def test_a_state_that_was_set_lasts_until_the_next_evaluation(
    lab: EmbeddedAccount, cloudwatch: Any, put_alarm: PutAlarm
) -> None:
    create_queue()
    put_alarm()
    lab.advance(60)
    cloudwatch.set_alarm_state(AlarmName="deep", StateValue="ALARM", StateReason="a drill")
    assert state_of() == "ALARM"
    lab.advance(60)
    assert state_of() == "OK"


def test_actions_that_are_switched_off_or_fail(
    lab: EmbeddedAccount, cloudwatch: Any, put_alarm: PutAlarm
) -> None:
    gone = "arn:aws:sns:us-east-1:123456789012:gone"
    put_alarm(AlarmActions=[gone], OKActions=[gone])
    cloudwatch.disable_alarm_actions(AlarmNames=["deep"])
    cloudwatch.set_alarm_state(AlarmName="deep", StateValue="OK", StateReason="a drill")
    assert history("Action") == []
    cloudwatch.enable_alarm_actions(AlarmNames=["deep"])
    cloudwatch.set_alarm_state(AlarmName="deep", StateValue="ALARM", StateReason="a drill")
    (action,) = history("Action")
    assert action["HistorySummary"].startswith(f"Failed to execute action {gone}")


def test_a_subscribed_queue_that_is_gone_stops_nothing(
    lab: EmbeddedAccount, cloudwatch: Any, put_alarm: PutAlarm
) -> None:
    topic, alerts = subscribed_queue()
    boto3.client("sqs").delete_queue(QueueUrl=alerts)
    put_alarm(AlarmActions=[topic])
    cloudwatch.set_alarm_state(AlarmName="deep", StateValue="ALARM", StateReason="a drill")
    assert [item["HistorySummary"] for item in history("Action")] == [
        f"Successfully executed action {topic}"
    ]
