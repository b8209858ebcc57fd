"""AWS/SQS: every metric of a queue, with the traps that surprise people.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy
from tests.embedded.services.cloudwatch.conftest import Read
from tests.embedded.services.lambda_.event_source.test_event_source import (
    connect,
    create_queue,
    send,
    with_dead_letters,
)

VISIBLE = "ApproximateNumberOfMessagesVisible"
NOT_VISIBLE = "ApproximateNumberOfMessagesNotVisible"
DELAYED = "ApproximateNumberOfMessagesDelayed"
AGE = "ApproximateAgeOfOldestMessage"
OF_EVERY_QUEUE = {
    VISIBLE: "Count",
    NOT_VISIBLE: "Count",
    DELAYED: "Count",
    AGE: "Seconds",
    "NumberOfMessagesSent": "Count",
    "NumberOfMessagesReceived": "Count",
    "NumberOfMessagesDeleted": "Count",
    "NumberOfEmptyReceives": "Count",
    "SentMessageSize": "Bytes",
}
OF_FIFO_QUEUES = {
    "ApproximateNumberOfGroupsWithInflightMessages": "Count",
    "NumberOfDeduplicatedSentMessages": "Count",
}
OF_FAIR_QUEUES = {
    "ApproximateNumberOfNoisyGroups": "Count",
    "ApproximateNumberOfMessagesVisibleInQuietGroups": "Count",
    "ApproximateNumberOfMessagesNotVisibleInQuietGroups": "Count",
    "ApproximateNumberOfMessagesDelayedInQuietGroups": "Count",
    "ApproximateAgeOfOldestMessageInQuietGroups": "Seconds",
}


def receive(queue: str, **options: Any) -> list[dict[str, Any]]:
    answer = boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, **options)
    return list(answer.get("Messages", []))


@pytest.mark.parametrize(
    ("name", "group", "expected"),
    [
        ("orders", None, OF_EVERY_QUEUE),
        ("orders", "tenant", OF_EVERY_QUEUE | OF_FAIR_QUEUES),
        ("orders.fifo", "group", OF_EVERY_QUEUE | OF_FIFO_QUEUES),
    ],
)
def test_a_queue_publishes_these_metrics_in_these_units(
    lab: EmbeddedAccount,
    cloudwatch: Any,
    name: str,
    group: str | None,
    expected: dict[str, str],
) -> None:
    fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    queue = create_queue(name, **(fifo if name.endswith(".fifo") else {}))
    grouped = {"MessageGroupId": group} if group else {}
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="text", **grouped)
    lab.advance(60)
    listed = cloudwatch.list_metrics(Namespace="AWS/SQS")["Metrics"]
    dimension = [{"Name": "QueueName", "Value": name}]
    assert {each["MetricName"] for each in listed} == set(expected)
    assert all(each["Dimensions"] == dimension for each in listed)
    for metric, unit in expected.items():
        answer = cloudwatch.get_metric_statistics(
            Namespace="AWS/SQS", MetricName=metric, Dimensions=dimension, Period=60,
            StartTime=lab.now().replace(minute=0), EndTime=lab.now(), Statistics=["Maximum"],
        )  # fmt: skip
        assert [point["Unit"] for point in answer["Datapoints"]] == [unit], metric


def test_gauges_say_what_the_queue_holds_when_the_minute_ends(
    lab: EmbeddedAccount, read: Read
) -> None:
    queue = create_queue(VisibilityTimeout="70")
    send(queue, "a", "b", "c")
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="d", DelaySeconds=90)
    lab.advance(30)
    boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=1)
    lab.advance(150)
    gauges = [read("AWS/SQS", name, "Maximum", QueueName="orders")
              for name in (VISIBLE, NOT_VISIBLE, DELAYED, AGE)]  # fmt: skip
    assert gauges == [[2, 4, 4], [1, 0, 0], [1, 0, 0], [60, 120, 180]]


# The facts that surprise people


def test_moves_to_a_dead_letter_queue_are_not_sent_messages(
    lab: EmbeddedAccount, read: Read
) -> None:
    queue, _ = with_dead_letters(1, VisibilityTimeout="1")
    send(queue, "poison")
    receive(queue)
    lab.advance(2)
    assert receive(queue) == []
    lab.advance(60)
    assert sum(read("AWS/SQS", "NumberOfMessagesSent", "Sum", QueueName="dead")) == 0
    assert max(read("AWS/SQS", VISIBLE, "Maximum", QueueName="dead")) == 1


def test_messages_received_three_times_do_not_age(lab: EmbeddedAccount, read: Read) -> None:
    """A queue that holds nothing but poison looks young."""
    queue = create_queue(VisibilityTimeout="0")
    send(queue, "poison")
    lab.advance(600)
    receive(queue)
    receive(queue)
    lab.advance(60)
    receive(queue)
    lab.advance(60)
    assert read("AWS/SQS", AGE, "Maximum", QueueName="orders")[-2:] == [660, 0]


def test_every_receive_of_a_message_counts(lab: EmbeddedAccount, read: Read) -> None:
    queue = create_queue(VisibilityTimeout="0")
    send(queue, "again")
    for _ in range(5):
        receive(queue)
    lab.advance(60)
    assert read("AWS/SQS", "NumberOfMessagesReceived", "Sum", QueueName="orders") == [5]
    assert read("AWS/SQS", "NumberOfMessagesSent", "Sum", QueueName="orders") == [1]


def test_every_delete_with_a_valid_handle_counts(lab: EmbeddedAccount, read: Read) -> None:
    """Of a message that is gone already, and with a handle that a later receive has outdated."""
    sqs, queue = boto3.client("sqs"), create_queue(VisibilityTimeout="0")
    send(queue, "again")
    outdated, latest = (receive(queue)[0]["ReceiptHandle"] for _ in range(2))
    for handle in (outdated, latest, latest):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)
    lab.advance(60)
    assert read("AWS/SQS", "NumberOfMessagesDeleted", "Sum", QueueName="orders") == [3]
    assert list(lab.trace()["what"]).count("deleted") == 1


LIMITED = {"ScalingConfig": {"MaximumConcurrency": 2}}
PROVISIONED = {"ProvisionedPollerConfig": {"MinimumPollers": 3}}


@pytest.mark.parametrize(
    ("settings", "at_first", "at_last"), [({}, 15, 6), (LIMITED, 15, 15), (PROVISIONED, 9, 9)]
)
def test_idle_pollers_are_fewer_after_a_while(
    lab: EmbeddedAccount,
    deploy: Deploy,
    read: Read,
    settings: dict[str, Any],
    at_first: int,
    at_last: int,
) -> None:
    """LDG services-sqs-scaling: as few as two, but with MaximumConcurrency; when, is modelled."""
    deploy("def handler(event, context): pass")
    queue = create_queue()
    connect(queue, **settings)
    lab.advance(600)
    empty = read("AWS/SQS", "NumberOfEmptyReceives", "Sum", QueueName="orders")
    assert (empty[1:4], empty[-3:]) == ([at_first] * 3, [at_last] * 3)
    send(queue, "wakes them")
    lab.advance(180)
    empty = read("AWS/SQS", "NumberOfEmptyReceives", "Sum", QueueName="orders")
    assert empty[-1] == at_first


def test_an_age_in_a_dead_letter_queue_begins_with_the_move(
    lab: EmbeddedAccount, read: Read
) -> None:
    queue, _ = with_dead_letters(1, VisibilityTimeout="1")
    send(queue, "poison")
    receive(queue)
    lab.advance(600)
    assert receive(queue) == []
    lab.advance(60)
    assert read("AWS/SQS", AGE, "Maximum", QueueName="dead")[-1] == 60


# When there is a datapoint


def test_a_queue_is_active_for_six_hours_after_its_last_use(
    lab: EmbeddedAccount, read: Read
) -> None:
    queue = create_queue()
    lab.advance(12 * 3600)
    active = len(read("AWS/SQS", VISIBLE, "Maximum", QueueName="orders"))
    assert active == 1 + 6 * 60  # the minute of its use, and six hours
    receive(queue)
    lab.advance(60)
    assert len(read("AWS/SQS", VISIBLE, "Maximum", QueueName="orders")) == active + 1


def test_a_queue_with_messages_stays_active(lab: EmbeddedAccount, read: Read) -> None:
    send(create_queue(), "waits")
    lab.advance(12 * 3600)
    assert read("AWS/SQS", VISIBLE, "Maximum", QueueName="orders") == [1] * 720


def test_the_minute_under_way_is_not_published(lab: EmbeddedAccount, read: Read) -> None:
    send(create_queue(), "a")
    lab.advance(59)
    assert read("AWS/SQS", "NumberOfMessagesSent", "Sum", QueueName="orders") == []
    lab.advance(1)
    assert read("AWS/SQS", "NumberOfMessagesSent", "Sum", QueueName="orders") == [1]


def test_a_deleted_queue_leaves_its_metrics(lab: EmbeddedAccount, read: Read) -> None:
    queue = create_queue()
    send(queue, "a", "b")
    boto3.client("sqs").delete_queue(QueueUrl=queue)
    lab.advance(300)
    assert read("AWS/SQS", "NumberOfMessagesSent", "Sum", QueueName="orders") == [2]


# Sizes, FIFO and fair queues


def test_sizes_are_one_sample_for_each_message(lab: EmbeddedAccount, read: Read) -> None:
    send(create_queue(), "x" * 10, "x" * 20, "x" * 60)
    lab.advance(120)
    size = {name: read("AWS/SQS", "SentMessageSize", name, QueueName="orders")
            for name in ("SampleCount", "Average", "Maximum", "p50")}  # fmt: skip
    assert size == {"SampleCount": [3], "Average": [30], "Maximum": [60], "p50": [20]}


def test_a_fifo_queue_counts_duplicates_and_busy_groups(lab: EmbeddedAccount, read: Read) -> None:
    queue = create_queue("orders.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    for group, body in (("one", "a"), ("one", "a"), ("two", "b"), ("two", "c")):
        boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=body, MessageGroupId=group)
    receive(queue, VisibilityTimeout=300)
    lab.advance(60)
    metrics = [read("AWS/SQS", name, "Maximum", QueueName="orders.fifo")
               for name in OF_FIFO_QUEUES]  # fmt: skip
    assert metrics == [[2], [1]]


def test_a_noisy_tenant_shows_in_a_fair_queue(lab: EmbeddedAccount, read: Read) -> None:
    queue = create_queue()
    sqs = boto3.client("sqs")
    for tenant in ["noisy"] * 35 + ["quiet"] * 2:
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageGroupId=tenant)
    for _ in range(3):
        receive(queue, VisibilityTimeout=300)
    lab.advance(60)

    def gauge(name: str) -> float:
        (value,) = read("AWS/SQS", name, "Maximum", QueueName="orders")
        return value

    assert gauge("ApproximateNumberOfNoisyGroups") == 1
    assert gauge("ApproximateNumberOfMessagesVisibleInQuietGroups") == 2
    assert gauge("ApproximateNumberOfMessagesNotVisibleInQuietGroups") == 0
    assert gauge(VISIBLE) == 7
