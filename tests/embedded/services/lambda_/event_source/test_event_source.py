"""The queue as an event source: messages reach the function, and what becomes of them then."""

from __future__ import annotations

import json

import boto3
import pytest

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount, StillBusy
from tests.embedded.conftest import Deploy


def create_queue(name: str = "orders", **attributes: str) -> str:
    return str(boto3.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


def arn(url: str) -> str:
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]


def count(url: str) -> tuple[int, int]:
    """Visible and in flight."""
    attributes = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    found = attributes["Attributes"]
    return (
        int(found["ApproximateNumberOfMessages"]),
        int(found["ApproximateNumberOfMessagesNotVisible"]),
    )


def send(url: str, *bodies: str) -> None:
    for body in bodies:
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody=body)


def connect(url: str, function: str = "function", **settings: object) -> str:
    answer = boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=arn(url), FunctionName=function, **settings
    )
    return str(answer["UUID"])


def with_dead_letters(max_receive_count: int = 2, **attributes: str) -> tuple[str, str]:
    """A queue and its dead-letter queue."""
    dead = create_queue("dead")
    policy = {"deadLetterTargetArn": arn(dead), "maxReceiveCount": max_receive_count}
    return create_queue(RedrivePolicy=json.dumps(policy), **attributes), dead


def handled(function: str = "function") -> list[list[str]]:
    """The message bodies of each invocation, as the function printed them."""
    events = boto3.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")
    return [
        json.loads(event["message"]) for event in events["events"] if event["message"][0] == "["
    ]


PRINTS = """
    import json

    def handler(event, context):
        print(json.dumps([record["body"] for record in event["Records"]]))
"""


def test_messages_are_delivered_in_batches_and_deleted(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(PRINTS)
    queue = create_queue()
    connect(queue, BatchSize=4)
    send(queue, *(str(number) for number in range(10)))
    lab.run_until_idle()
    batches = handled()
    assert sorted(body for batch in batches for body in batch) == sorted(map(str, range(10)))
    assert max(map(len, batches)) == 4
    assert count(queue) == (0, 0)


def test_nothing_runs_inside_send_message(lab: EmbeddedAccount, deploy: Deploy) -> None:
    """moto's own dispatch would invoke the function at once, one record at a time."""
    deploy(PRINTS)
    queue = create_queue()
    connect(queue)
    lab.advance(10)
    send(queue, "a", "b", "c")
    assert count(queue) == (3, 0)
    lab.run_until_idle()
    assert handled() == [["a", "b", "c"]]


def test_a_failed_batch_comes_back_after_the_visibility_timeout(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy("def handler(event, context): raise RuntimeError('no')")
    queue, dead = with_dead_letters(2, VisibilityTimeout="30")
    connect(queue)
    send(queue, "a", "b")
    lab.advance(10)
    assert count(queue) == (0, 2)
    passed = 10 + lab.run_until_idle()
    assert count(queue) == (0, 0)
    assert count(dead) == (2, 0)
    assert 60 <= passed <= 70
    starts = boto3.client("logs").filter_log_events(
        logGroupName="/aws/lambda/function", filterPattern="START"
    )["events"]
    assert len([event for event in starts if event["message"].startswith("START")]) == 2


def test_dead_letters_keep_their_id_and_go_on_counting(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy("def handler(event, context): raise RuntimeError('no')")
    queue, dead = with_dead_letters(2)
    connect(queue)
    sent = boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="poison")["MessageId"]
    lab.run_until_idle()
    message = boto3.client("sqs").receive_message(
        QueueUrl=dead, MessageSystemAttributeNames=["All"]
    )["Messages"][0]
    assert message["MessageId"] == sent
    assert message["Attributes"]["ApproximateReceiveCount"] == "3"
    assert message["Attributes"]["DeadLetterQueueSourceArn"] == arn(queue)


def test_reported_item_failures_alone_come_back(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(
        """
        import json

        def handler(event, context):
            print(json.dumps([record["body"] for record in event["Records"]]))
            bad = [r["messageId"] for r in event["Records"] if r["body"] == "bad"]
            return {"batchItemFailures": [{"itemIdentifier": name} for name in bad]}
        """
    )
    queue, dead = with_dead_letters(3)
    connect(queue, FunctionResponseTypes=["ReportBatchItemFailures"])
    send(queue, "good", "bad", "fine")
    lab.run_until_idle()
    assert handled() == [["good", "bad", "fine"], ["bad"], ["bad"]]
    assert count(dead) == (1, 0)


def test_item_failures_that_the_mapping_does_not_ask_for_are_lost(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(
        """
        def handler(event, context):
            names = [record["messageId"] for record in event["Records"]]
            return {"batchItemFailures": [{"itemIdentifier": name} for name in names]}
        """
    )
    queue, dead = with_dead_letters()
    connect(queue)
    send(queue, "a")
    lab.run_until_idle()
    assert count(queue) == count(dead) == (0, 0)


def test_a_batching_window_waits_for_more(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(PRINTS)
    queue = create_queue()
    connect(queue, BatchSize=10, MaximumBatchingWindowInSeconds=20)
    lab.advance(5)
    send(queue, "first")
    lab.advance(10)
    send(queue, "second")
    lab.run_until_idle()
    assert handled() == [["first", "second"]]


def test_a_batching_window_closes_when_it_is_over(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(PRINTS)
    queue = create_queue()
    connect(queue, BatchSize=10, MaximumBatchingWindowInSeconds=20)
    lab.advance(5)
    send(queue, "first")
    lab.advance(19.5)
    send(queue, "in time")
    lab.advance(1)
    send(queue, "late")
    lab.run_until_idle()
    assert handled() == [["first", "in time"], ["late"]]


def test_records_have_the_fields_that_aws_sends(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(
        """
        import json

        def handler(event, context):
            print(json.dumps([event["Records"][0]]))
        """
    )
    queue = create_queue()
    connect(queue)
    boto3.client("sqs").send_message(
        QueueUrl=queue,
        MessageBody="{}",
        MessageAttributes={"kind": {"DataType": "String", "StringValue": "payment"}},
    )
    lab.run_until_idle()
    [[record]] = handled()
    assert set(record) == {
        *("messageId", "receiptHandle", "body", "attributes", "messageAttributes"),
        *("md5OfBody", "md5OfMessageAttributes", "eventSource", "eventSourceARN", "awsRegion"),
    }
    assert set(record["attributes"]) == {
        *("ApproximateReceiveCount", "SentTimestamp"),
        *("SenderId", "ApproximateFirstReceiveTimestamp"),
    }
    assert record["messageAttributes"] == {
        "kind": {
            "stringValue": "payment",
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "String",
        }
    }
    assert record["eventSourceARN"] == arn(queue)


def test_a_disabled_mapping_leaves_the_queue_alone(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(PRINTS)
    queue = create_queue()
    mapping = connect(queue)
    client = boto3.client("lambda")
    assert client.get_event_source_mapping(UUID=mapping)["State"] == "Creating"
    lab.advance(60)
    assert client.get_event_source_mapping(UUID=mapping)["State"] == "Enabled"
    assert client.update_event_source_mapping(UUID=mapping, Enabled=False)["State"] == "Disabling"
    lab.advance(60)
    assert client.get_event_source_mapping(UUID=mapping)["State"] == "Disabled"
    send(queue, "waits")
    lab.advance(60)
    assert count(queue) == (1, 0)
    client.update_event_source_mapping(UUID=mapping, Enabled=True)
    lab.run_until_idle()
    assert handled() == [["waits"]]
    assert client.delete_event_source_mapping(UUID=mapping)["State"] == "Deleting"
    lab.advance(60)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_event_source_mapping(UUID=mapping)


def test_mappings_that_cannot_be_are_refused(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(PRINTS)
    queue = create_queue()
    client = boto3.client("lambda")
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="NonExistentQueue"):
        client.create_event_source_mapping(
            EventSourceArn=arn(queue) + "-lost", FunctionName="function"
        )
    connect(queue)
    with pytest.raises(client.exceptions.ResourceConflictException, match="already exists"):
        connect(queue)


def test_slow_handlers_run_side_by_side_in_lab_time(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy("import time\ndef handler(event, context): time.sleep(1)", Timeout=5)
    queue = create_queue()
    connect(queue, BatchSize=1)
    lab.advance(10)
    send(queue, *(str(number) for number in range(10)))
    assert lab.run_until_idle() < 4


def test_a_message_that_always_fails_and_has_nowhere_to_go_ends_with_a_clear_error(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy("def handler(event, context): raise RuntimeError('no')")
    queue = create_queue()
    connect(queue)
    send(queue, "poison")
    with pytest.raises(StillBusy, match=r"orders still holds 0 visible, 1 in flight, 0 delayed"):
        lab.run_until_idle(limit=100)
    assert lab.now().isoformat() <= "2026-01-05T09:01:40+00:00"


def test_a_dying_environment_loses_no_message(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy("import os\ndef handler(event, context): os._exit(1)")
    queue, dead = with_dead_letters(3)
    connect(queue)
    send(queue, "a", "b")
    lab.run_until_idle()
    assert count(dead) == (2, 0)


def test_a_closed_lab_ends_everything_midway(deploy: Deploy, lab: EmbeddedAccount) -> None:
    deploy("import time\ndef handler(event, context): time.sleep(2)")
    queue = create_queue()
    connect(queue)
    send(queue, "a")
    lab.advance(3)
    lab.close()
    with open_lab():
        assert "QueueUrls" not in boto3.client("sqs").list_queues()
