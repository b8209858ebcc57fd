"""Messages that are moved by SQS: dead-lettering, and back again."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

import pytest

from helpers.embedded.time.clock import SECOND
from tests.embedded.services.sqs.conftest import (
    Inside,
    arn,
    bodies,
    counts,
    receive,
    refusal,
    send,
)

Make = Any
DAY = 86_400


@pytest.fixture
def pair(sqs: Any, make: Make) -> tuple[str, str]:
    """A queue that gives up after one receive, and its dead-letter queue."""
    return make_pair(sqs, make)


def make_pair(sqs: Any, make: Make, suffix: str = "", **options: Any) -> tuple[str, str]:
    dead = make("dead" + suffix, **options)
    policy = {"deadLetterTargetArn": arn(sqs, dead), "maxReceiveCount": 1}
    return make("queue" + suffix, RedrivePolicy=json.dumps(policy), **options), dead


def kill(sqs: Any, url: str) -> None:
    """Let every message of the queue go to the dead-letter queue."""
    while receive(sqs, url, VisibilityTimeout=0):
        pass


def test_a_move_is_not_a_send(sqs: Any, pair: Any, inside: Inside) -> None:
    url, dead = pair
    send(sqs, url, "text")
    kill(sqs, url)
    source, target = (inside.queues.find(arn(sqs, each)) for each in (url, dead))
    assert source is not None
    assert target is not None
    assert counts(sqs, dead) == (1, 0, 0)
    assert (source.counters.sent, source.counters.moved, target.counters.sent) == (1, 1, 0)
    whats = [row.what for row in inside.trace.happenings if row.message_id]
    assert whats == ["sent", "received", "dead-lettered"]


def test_a_long_poll_on_dead_letters_waits_on(sqs: Any, pair: Any, lab: Any) -> None:
    """A message that is moved away when it comes back does not end the poll."""
    url, dead = pair
    send(sqs, url, "text")
    receive(sqs, url, VisibilityTimeout=5)
    began = lab.now()
    assert receive(sqs, url, WaitTimeSeconds=20) == []
    assert (lab.now() - began).total_seconds() == 20
    assert counts(sqs, dead) == (1, 0, 0)


@pytest.mark.parametrize(("suffix", "seconds"), [("", 3 * DAY), (".fifo", 4 * DAY)])
def test_retention_goes_on_in_a_standard_dead_letter_queue(
    sqs: Any, make: Make, lab: Any, suffix: str, seconds: int
) -> None:
    options = {"ContentBasedDeduplication": True} if suffix else {}
    url, dead = make_pair(sqs, make, suffix, MessageRetentionPeriod=4 * DAY, **options)
    send(sqs, url, "text", **({"MessageGroupId": "g"} if suffix else {}))
    lab.advance(DAY)
    kill(sqs, url)
    lab.advance(seconds - 1)
    assert counts(sqs, dead) == (1, 0, 0)
    lab.advance(1)
    assert counts(sqs, dead) == (0, 0, 0)


def test_a_letter_may_be_too_old_on_arrival(sqs: Any, pair: Any, lab: Any, inside: Inside) -> None:
    url, dead = pair
    sqs.set_queue_attributes(QueueUrl=dead, Attributes={"MessageRetentionPeriod": str(DAY)})
    send(sqs, url, "text")
    lab.advance(2 * DAY)
    kill(sqs, url)
    lab.advance(1)
    assert counts(sqs, dead) == (0, 0, 0)
    last = [(row.what, row.at) for row in inside.trace.happenings if row.message_id][-2:]
    assert last == [("dead-lettered", 2 * DAY * SECOND), ("expired", 2 * DAY * SECOND)]


def test_sources_of_a_dead_letter_queue_are_listed(sqs: Any, pair: Any) -> None:
    url, dead = pair
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [url]
    assert sqs.list_dead_letter_source_queues(QueueUrl=url)["queueUrls"] == []


@pytest.mark.parametrize(
    ("allow", "admitted"),
    [
        ({"redrivePermission": "allowAll"}, True),
        ({"redrivePermission": "denyAll"}, False),
        ({"redrivePermission": "byQueue", "sourceQueueArns": ["queue"]}, True),
        ({"redrivePermission": "byQueue", "sourceQueueArns": ["other"]}, False),
    ],
)
def test_a_dead_letter_queue_chooses_its_sources(
    sqs: Any, make: Make, allow: dict[str, Any], admitted: bool
) -> None:
    prefix = "arn:aws:sqs:us-east-1:123456789012:"
    if "sourceQueueArns" in allow:
        allow = {**allow, "sourceQueueArns": [prefix + name for name in allow["sourceQueueArns"]]}
    dead = make("dead", RedriveAllowPolicy=json.dumps(allow))
    found = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["RedriveAllowPolicy"])
    assert json.loads(found["Attributes"]["RedriveAllowPolicy"]) == allow
    policy = json.dumps({"deadLetterTargetArn": arn(sqs, dead), "maxReceiveCount": 3})
    if admitted:
        make("queue", RedrivePolicy=policy)
    else:
        refused = refusal(make, name="queue", RedrivePolicy=policy)
        assert refused.code == "InvalidParameterValue"
        assert refusal(sqs.get_queue_url, QueueName="queue").status == 400


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ({"deadLetterTargetArn": "nowhere", "maxReceiveCount": 0}, "valid values are from 1 to"),
        ({"deadLetterTargetArn": "nowhere", "maxReceiveCount": 1001}, "from 1 to 1000 both"),
        ({"deadLetterTargetArn": "nowhere", "maxReceiveCount": 1}, "target does not exist."),
        ({"deadLetterTargetArn": "d.fifo", "maxReceiveCount": 1}, "must be same type of queue"),
        ({"maxReceiveCount": 1}, "mandatory attribute: deadLetterTargetArn."),
        ({"deadLetterTargetArn": "d.fifo"}, "mandatory attribute: maxReceiveCount."),
    ],
)
def test_bad_redrive_policies(sqs: Any, make: Make, policy: dict[str, Any], reason: str) -> None:
    make("d.fifo")
    name = policy.get("deadLetterTargetArn")
    if name:
        policy = {**policy, "deadLetterTargetArn": f"arn:aws:sqs:us-east-1:123456789012:{name}"}
    refused = refusal(make, name="queue", RedrivePolicy=json.dumps(policy))
    assert refused.code == "InvalidParameterValue"
    assert "for parameter RedrivePolicy is invalid. Reason: " in refused.message
    assert reason in refused.message


# Moving back


def test_messages_go_back_at_the_rate_asked_for(sqs: Any, pair: Any, lab: Any) -> None:
    url, dead = pair
    sent = send(sqs, url, *(f"text {number}" for number in range(10)))
    kill(sqs, url)
    lab.advance(100)
    task = sqs.start_message_move_task(SourceArn=arn(sqs, dead), MaxNumberOfMessagesPerSecond=2)
    lab.advance(2.4)
    (row,) = sqs.list_message_move_tasks(SourceArn=arn(sqs, dead))["Results"]
    assert row == {
        "TaskHandle": task["TaskHandle"],
        "Status": "RUNNING",
        "SourceArn": arn(sqs, dead),
        "MaxNumberOfMessagesPerSecond": 2,
        "ApproximateNumberOfMessagesMoved": 5,
        "ApproximateNumberOfMessagesToMove": 10,
        "StartedTimestamp": 1767603700000,
    }
    assert counts(sqs, dead) == (5, 0, 0)
    lab.advance(3)
    (row,) = sqs.list_message_move_tasks(SourceArn=arn(sqs, dead))["Results"]
    assert row["Status"] == "COMPLETED"
    assert "TaskHandle" not in row
    assert counts(sqs, dead) == (0, 0, 0)
    messages = receive(sqs, url, AttributeNames=["All"])
    assert bodies(messages) == [f"text {number}" for number in range(10)]
    for message, before in zip(messages, sent, strict=True):
        assert message["MessageId"] != before["MessageId"]
        assert message["Attributes"]["ApproximateReceiveCount"] == "1"
        assert int(message["Attributes"]["SentTimestamp"]) >= 1767603700000
        assert "DeadLetterQueueSourceArn" not in message["Attributes"]


def test_messages_go_to_another_queue(sqs: Any, pair: Any, make: Make, lab: Any) -> None:
    url, dead = pair
    other = make("other")
    send(sqs, url, "text")
    kill(sqs, url)
    began = lab._simulation.now
    sqs.start_message_move_task(SourceArn=arn(sqs, dead), DestinationArn=arn(sqs, other))
    lab.advance(1)
    (row,) = sqs.list_message_move_tasks(SourceArn=arn(sqs, dead))["Results"]
    assert row["DestinationArn"] == arn(sqs, other)
    assert (row["Status"], counts(sqs, other)) == ("COMPLETED", (1, 0, 0))
    assert lab._simulation.now - began == SECOND


def test_a_move_task_is_cancelled_once(sqs: Any, pair: Any, lab: Any) -> None:
    url, dead = pair
    send(sqs, url, *"abcdef")
    kill(sqs, url)
    source = arn(sqs, dead)
    handle = sqs.start_message_move_task(SourceArn=source, MaxNumberOfMessagesPerSecond=1)
    again = refusal(sqs.start_message_move_task, SourceArn=source)
    assert again.code == "InvalidParameterValue"
    assert again.message.startswith("There is already a task running.")
    lab.advance(2.5)
    answer = sqs.cancel_message_move_task(TaskHandle=handle["TaskHandle"])
    assert answer["ApproximateNumberOfMessagesMoved"] == 3
    lab.advance(10)
    assert counts(sqs, dead) == (3, 0, 0)
    (row,) = sqs.list_message_move_tasks(SourceArn=source)["Results"]
    assert row["Status"] == "CANCELLED"
    refused = refusal(sqs.cancel_message_move_task, TaskHandle=handle["TaskHandle"])
    assert refused.code == "AWS.SimpleQueueService.UnsupportedOperation"


def test_bad_move_tasks(sqs: Any, pair: Any) -> None:
    url, dead = pair
    missing = arn(sqs, dead) + "-missing"
    start = sqs.start_message_move_task
    refused = refusal(start, SourceArn=missing)
    assert refused.code == "ResourceNotFoundException"
    assert refused.message == (
        "The resource that you specified for the SourceArn parameter doesn't exist."
    )
    refused = refusal(start, SourceArn=arn(sqs, url))
    assert refused.message == "Source queue must be configured as a Dead Letter Queue."
    refused = refusal(start, SourceArn=arn(sqs, dead), DestinationArn=missing)
    assert refused.code == "ResourceNotFoundException"
    refused = refusal(start, SourceArn=arn(sqs, dead), MaxNumberOfMessagesPerSecond=501)
    assert refused.code == "InvalidParameterValue"
    refused = refusal(sqs.cancel_message_move_task, TaskHandle="junk")
    assert refused.code == "InvalidParameterValue"


def test_a_task_handle_names_its_source(sqs: Any, pair: Any, make: Make) -> None:
    url, dead = pair
    send(sqs, url, *"abcdef")
    kill(sqs, url)
    handle = sqs.start_message_move_task(SourceArn=arn(sqs, dead), MaxNumberOfMessagesPerSecond=1)
    claim = json.loads(b64decode(handle["TaskHandle"]))
    for source in (arn(sqs, dead) + "-missing", arn(sqs, make("other"))):
        forged = b64encode(json.dumps(claim | {"sourceArn": source}).encode()).decode()
        refused = refusal(sqs.cancel_message_move_task, TaskHandle=forged)
        assert (refused.code, refused.status) == ("ResourceNotFoundException", 404)
        assert refused.message == (
            "The resource that you specified for the SourceArn parameter doesn't exist."
        )
    forged = b64encode(json.dumps(claim | {"taskId": "none"}).encode()).decode()
    refused = refusal(sqs.cancel_message_move_task, TaskHandle=forged)
    assert (refused.message, refused.status) == ("Task does not exist.", 404)


def test_sources_of_a_dead_letter_queue_come_in_pages(sqs: Any, pair: Any, make: Make) -> None:
    """API ListDeadLetterSourceQueues: pages only where MaxResults asks for them."""
    url, dead = pair
    policy = json.dumps({"deadLetterTargetArn": arn(sqs, dead), "maxReceiveCount": 1})
    others = [make(f"source-{number}", RedrivePolicy=policy) for number in range(2)]
    pages = sqs.get_paginator("list_dead_letter_source_queues").paginate(
        QueueUrl=dead, PaginationConfig={"PageSize": 2}
    )
    assert [page["queueUrls"] for page in pages] == [[url, others[0]], [others[1]]]
    for token in ("x", "LTE=", "no base64"):
        refused = refusal(
            sqs.list_dead_letter_source_queues, QueueUrl=dead, MaxResults=1, NextToken=token
        )
        assert refused.code == "InvalidParameterValue"


def test_a_move_task_fails_when_there_is_nowhere_to_move_to(
    sqs: Any, pair: Any, make: Make, lab: Any
) -> None:
    url, dead = pair
    policy = {"deadLetterTargetArn": arn(sqs, dead), "maxReceiveCount": 1}
    make("other", RedrivePolicy=json.dumps(policy))
    send(sqs, url, "text")
    kill(sqs, url)
    sqs.delete_queue(QueueUrl=url)
    sqs.start_message_move_task(SourceArn=arn(sqs, dead))
    lab.advance(1)
    (row,) = sqs.list_message_move_tasks(SourceArn=arn(sqs, dead))["Results"]
    assert row["Status"] == "FAILED"
    assert row["FailureReason"]
    assert counts(sqs, dead) == (1, 0, 0)
