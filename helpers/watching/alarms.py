"""Alarms, and the inbox in which they arrive: an SNS topic that hands them on to a queue."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import boto3

from helpers.bank import topics
from helpers.bank.queues import (
    DEAD_LETTER_QUEUE,
    QUEUE,
    delete_queue,
    measure_depth,
    renew_queue,
)
from helpers.deploying import tags
from helpers.watching.metrics import FUNCTION_METRICS, QUEUE_METRICS

if TYPE_CHECKING:
    from helpers.lab import Lab

INBOX = "banking-alarms"
"""The name of the topic and of the queue behind it."""


class Inbox(NamedTuple):
    """Where alarms are sent, and where they are read."""

    topic_arn: str
    queue_url: str


class Notice(NamedTuple):
    """What arrives when an alarm's state changes."""

    time: datetime
    """Of the change."""
    alarm: str
    state: str
    """ALARM, OK or INSUFFICIENT_DATA."""
    reason: str

    def __str__(self) -> str:
        return f"{self.time:%H:%M} {self.alarm}: {self.state}"


def create_inbox(lab: Lab) -> Inbox:
    """An inbox without notices. One that exists is emptied, and alarms go on sending to it."""
    topic = boto3.client("sns").create_topic(Name=INBOX, Tags=tags.AS_LIST)["TopicArn"]
    queue = renew_queue(lab, INBOX)
    topics.subscribe_queues(topic, [queue])
    return Inbox(topic, queue.url)


def create_bank_alarms(lab: Lab) -> Inbox:
    """An inbox, and three alarms that go there: dead letters visible, dead letters sent, age."""
    inbox, age = create_inbox(lab), "ApproximateAgeOfOldestMessage"
    visible = "ApproximateNumberOfMessagesVisible"
    put_alarm(inbox, "dead letters are visible", visible, 0, queue=DEAD_LETTER_QUEUE)
    put_alarm(inbox, "dead letters are sent", "NumberOfMessagesSent", 0, queue=DEAD_LETTER_QUEUE)
    put_alarm(inbox, "the oldest is over 2 minutes old", age, 120, queue=QUEUE)
    return inbox


def read_inbox(inbox: Inbox) -> list[Notice]:
    """Take the notices that have arrived out of the inbox, in the order of their times.

    An inbox that is empty is not waited for.
    """
    arrived = measure_depth(inbox.queue_url).visible
    bodies = topics.take_messages(inbox.queue_url, arrived)
    notices = [
        Notice(
            datetime.fromisoformat(found["StateChangeTime"]),
            found["AlarmName"],
            found["NewStateValue"],
            found["NewStateReason"],
        )
        for found in map(json.loads, bodies)
    ]
    return sorted(notices)


def put_alarm(
    inbox: Inbox, name: str, metric: str, above: float, *, queue: str = "", function: str = ""
) -> None:
    """An alarm that goes to the inbox when one minute of a metric is above a number.

    Its statistic is the one that `helpers.watching.metrics` reads the metric by.

    Args:
        queue: the name of the queue whose metric it is; or
        function: the name of the function.

    Raises:
        ValueError: there is no such metric, or not one of queue and function.
    """
    if bool(queue) == bool(function):
        raise ValueError("An alarm of this kind watches a queue or a function: name one of them.")
    known = QUEUE_METRICS if queue else FUNCTION_METRICS
    if metric not in known:
        owner = "queue" if queue else "function"
        raise ValueError(f"A {owner} has no metric {metric!r}. It has: {', '.join(known)}.")
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/SQS" if queue else "AWS/Lambda",
        MetricName=metric,
        Dimensions=[{"Name": "QueueName" if queue else "FunctionName", "Value": queue or function}],
        Statistic=known[metric],
        Period=60,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanThreshold",
        Threshold=above,
        AlarmActions=[inbox.topic_arn],
        Tags=tags.AS_LIST,
    )


def delete_alarms() -> list[str]:
    """Delete the alarms that the course created, and the inbox; their names."""
    cloudwatch = boto3.client("cloudwatch")
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
    own = [
        str(alarm["AlarmName"])
        for page in pages
        for alarm in page["MetricAlarms"]
        if tags.is_ours(cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"])
    ]
    if own:
        cloudwatch.delete_alarms(AlarmNames=own)
    inbox = delete_queue(INBOX), topics.delete_topic(INBOX)
    return [*own, INBOX] if any(inbox) else own
