"""Alarms, and the inbox in which they arrive."""

from __future__ import annotations

import boto3
import pytest

from helpers import Lab
from helpers.bank import queues
from helpers.deploying import tags
from helpers.watching import alarms

VISIBLE = "ApproximateNumberOfMessagesVisible"


def fail(queue: str) -> None:
    """Send a message, and receive it in vain as often as it takes."""
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=queue, MessageBody="bad")
    for _ in range(2):
        sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0)


def test_an_alarm_arrives_once_and_is_read_once(lab: Lab) -> None:
    queue, dead = queues.create_pair(lab, "trap", days=1, dead_letter_days=14)
    inbox = alarms.create_inbox(lab)
    alarms.put_alarm(inbox, "by sent", "NumberOfMessagesSent", 0, queue="trap-dead-letter-queue")
    alarms.put_alarm(inbox, "by visible", VISIBLE, 0, queue="trap-dead-letter-queue")
    lab.advance(60)
    assert alarms.read_inbox(inbox) == []
    fail(queue.url)
    assert queues.measure_depth(dead.url).visible == 1
    lab.advance(120)
    (notice,) = alarms.read_inbox(inbox)
    assert str(notice) == "09:02 by visible: ALARM"
    assert notice.reason.startswith("Threshold Crossed: 1 datapoint [1.0 ")
    now = lab.now()
    assert alarms.read_inbox(inbox) == []
    assert lab.now() == now, "an empty inbox is not waited for"
    boto3.client("sqs").purge_queue(QueueUrl=dead.url)
    lab.advance(120)
    assert alarms.read_inbox(inbox) == [], "only alarms are sent, not their end"


def test_an_inbox_that_is_made_again_goes_on(lab: Lab) -> None:
    inbox = alarms.create_inbox(lab)
    queue = queues.create_pair(lab, "trap", days=1, dead_letter_days=14)[0]
    alarms.put_alarm(inbox, "full", VISIBLE, 0, queue="trap-queue")
    again = alarms.create_inbox(lab)
    assert again.topic_arn == inbox.topic_arn
    boto3.client("sqs").send_message(QueueUrl=queue.url, MessageBody="a")
    lab.advance(120)
    assert [notice.alarm for notice in alarms.read_inbox(again)] == ["full"]


@pytest.mark.parametrize(
    ("metric", "owner", "message"),
    [
        ("Errors", {"queue": "q"}, r"A queue has no metric 'Errors'\. It has: Approximate"),
        (VISIBLE, {"function": "f"}, "A function has no metric 'Approximate"),
        ("Errors", {}, "name one of them"),
        ("Errors", {"queue": "q", "function": "f"}, "name one of them"),
    ],
)
def test_what_no_alarm_can_watch(
    lab: Lab, metric: str, owner: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        alarms.put_alarm(alarms.Inbox("t", "q"), "alarm", metric, 0, **owner)


def test_clean_up_spares_the_alarms_of_others(lab: Lab) -> None:
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="theirs", Namespace="AWS/SQS", MetricName=VISIBLE, Statistic="Maximum",
        Period=60, EvaluationPeriods=1, Threshold=0, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    inbox = alarms.create_inbox(lab)
    alarms.put_alarm(inbox, "ours", "Errors", 0, function="f")
    assert alarms.delete_alarms() == ["ours", "banking-alarms"]
    assert [each["AlarmName"] for each in cloudwatch.describe_alarms()["MetricAlarms"]] == [
        "theirs"
    ]
    assert boto3.client("sns").list_topics()["Topics"] == []
    assert queues.find_queue(alarms.INBOX) is None
    assert alarms.delete_alarms() == []


def test_everything_the_notebook_creates_is_tagged(lab: Lab) -> None:
    inbox = alarms.create_inbox(lab)
    found = boto3.client("sns").list_tags_for_resource(ResourceArn=inbox.topic_arn)["Tags"]
    assert tags.is_ours(found)
