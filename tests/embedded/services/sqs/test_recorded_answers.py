"""Answers that the real service was recorded giving, case by case.

The cases and their names are those of LocalStack's sqs.snapshot.json (Apache-2.0), which holds
answers of AWS; the requests are ours. test_recorded_refusals.py has those that are errors.

Left out, each with its reason:

- Every case in its sqs_query form: boto3 no longer speaks the query protocol to SQS. One receive
  and one refusal of it are asked for by hand in test_query_protocol.py. Not held to the record
  there: test_message_system_attribute_names_with_attribute_names, where the query protocol
  overlooks MessageSystemAttributeNames if AttributeNames is given.
- The names of the hosts in test_list_queues_pagination: they are LocalStack's own.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from tests.embedded.services.sqs.conftest import arn, bodies, counts, receive, send

Make = Any

LOCKED = {"MessageGroupId": "group"}


def attributes(sqs: Any, url: str, *names: str) -> dict[str, str]:
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names) or ["All"])
    return dict(answer.get("Attributes", {}))


def test_send_message_batch_with_oversized_contents_with_updated_maximum_message_size(
    sqs: Any, make: Make
) -> None:
    """Each message counts by itself; all of them may be larger than one may be."""
    attribute = {"k": {"DataType": "String", "StringValue": "x"}}
    batch = [
        {"Id": "1", "MessageBody": "a" * 2040, "MessageAttributes": attribute},
        {"Id": "2", "MessageBody": "a"},
    ]
    answer = sqs.send_message_batch(QueueUrl=make(MaximumMessageSize=2048), Entries=batch)
    assert "Failed" not in answer
    first, second = answer["Successful"]
    assert first["MD5OfMessageBody"] == "f44facf5a7ee0af446ecf3e0f854441e"
    assert first["MD5OfMessageAttributes"] == "a45daa70926828a2f0a1db3418e6feb4"
    assert set(second) == {"Id", "MD5OfMessageBody", "MessageId"}
    assert second["MD5OfMessageBody"] == "0cc175b9c0f1b6a831c399e269772661"


def test_send_batch_message_size(sqs: Any, make: Make) -> None:
    batch = [{"Id": "1", "MessageBody": "a" * 1025}, {"Id": "2", "MessageBody": "a" * 1024}]
    answer = sqs.send_message_batch(QueueUrl=make(MaximumMessageSize=1024), Entries=batch)
    assert answer["Failed"] == [
        {
            "Id": "1",
            "Code": "InvalidParameterValue",
            "Message": "One or more parameters cannot be validated. "
            "Reason: Message must be shorter than 1024 bytes.",
            "SenderFault": True,
        }
    ]
    assert answer["Successful"][0]["MD5OfMessageBody"] == "c9a34cfc85d982698c6ac89f76071abd"


def test_tag_untag_queue(sqs: Any, make: Make) -> None:
    url = make()
    sqs.tag_queue(QueueUrl=url, Tags={"tag1": "value1", "tag2": "value2", "tag3": ""})
    tags = {"tag1": "value1", "tag2": "value2", "tag3": ""}
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == tags
    sqs.untag_queue(QueueUrl=url, TagKeys=["tag1", "tag3"])
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"tag2": "value2"}
    sqs.untag_queue(QueueUrl=url, TagKeys=["tag2"])
    assert "Tags" not in sqs.list_queue_tags(QueueUrl=url)


STANDARD = {
    "ApproximateNumberOfMessages": "0",
    "ApproximateNumberOfMessagesDelayed": "0",
    "ApproximateNumberOfMessagesNotVisible": "0",
    "CreatedTimestamp": "1767603600",
    "DelaySeconds": "0",
    "LastModifiedTimestamp": "1767603600",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "QueueArn": "arn:aws:sqs:us-east-1:123456789012:queue",
    "ReceiveMessageWaitTimeSeconds": "0",
    "SqsManagedSseEnabled": "true",
    "VisibilityTimeout": "30",
}
FIFO = {
    **STANDARD,
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoQueue": "true",
    "FifoThroughputLimit": "perQueue",
    "QueueArn": "arn:aws:sqs:us-east-1:123456789012:q.fifo",
}


def test_create_and_update_queue_attributes(sqs: Any, make: Make, lab: Any) -> None:
    chosen = {"MessageRetentionPeriod": "604800", "ReceiveMessageWaitTimeSeconds": "10"}
    url = make(VisibilityTimeout=20, **chosen)
    assert attributes(sqs, url) == {**STANDARD, **chosen, "VisibilityTimeout": "20"}
    lab.advance(5)
    update = {"MaximumMessageSize": "2048", "VisibilityTimeout": "69", "DelaySeconds": "420"}
    sqs.set_queue_attributes(QueueUrl=url, Attributes=update)
    modified = {"LastModifiedTimestamp": "1767603605"}
    assert attributes(sqs, url) == {**STANDARD, **chosen, **update, **modified}


def test_set_queue_attributes_default_values(sqs: Any, make: Make) -> None:
    url = make()
    assert attributes(sqs, url) == STANDARD
    key = {"KmsMasterKeyId": "testKeyId", "KmsDataKeyReusePeriodSeconds": "6000"}
    sqs.set_queue_attributes(QueueUrl=url, Attributes=key)
    assert attributes(sqs, url) == {**STANDARD, **key, "SqsManagedSseEnabled": "false"}
    defaults = dict.fromkeys((*key, "Policy", "RedrivePolicy", "VisibilityTimeout"), "")
    sqs.set_queue_attributes(QueueUrl=url, Attributes=defaults)
    assert attributes(sqs, url) == {**STANDARD, "SqsManagedSseEnabled": "false"}


def test_sse_queue_attributes(sqs: Any, make: Make) -> None:
    names = ("KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled")
    key = {"KmsMasterKeyId": "testKeyId", "KmsDataKeyReusePeriodSeconds": "6000"}
    by_key = make("by-key", **key, SqsManagedSseEnabled="false")
    assert attributes(sqs, by_key, *names) == {**key, "SqsManagedSseEnabled": "false"}
    by_sqs = make("by-sqs", SqsManagedSseEnabled="true")
    assert attributes(sqs, by_sqs, *names) == {"SqsManagedSseEnabled": "true"}


def test_fifo_set_content_based_deduplication_strategy(sqs: Any, make: Make) -> None:
    url = make("q.fifo", ContentBasedDeduplication="true")
    assert attributes(sqs, url) == {**FIFO, "ContentBasedDeduplication": "true"}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"ContentBasedDeduplication": "false"})
    assert attributes(sqs, url) == FIFO


def test_set_empty_redrive_policy(sqs: Any, make: Make) -> None:
    target = arn(sqs, make("dead-letters"))
    policy = {"deadLetterTargetArn": target, "maxReceiveCount": 42}
    url = make(RedrivePolicy=json.dumps(policy))
    assert json.loads(attributes(sqs, url, "RedrivePolicy")["RedrivePolicy"]) == policy
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": ""})
    assert attributes(sqs, url, "RedrivePolicy") == {}


def test_sqs_permission_lifecycle(sqs: Any, make: Make) -> None:
    url = make()
    accounts = ["111122223333", "123456789012"]
    grant = {"QueueUrl": url, "Actions": ["ReceiveMessage"]}
    sqs.add_permission(Label="both", AWSAccountIds=accounts, **grant)
    resource = arn(sqs, url)
    assert json.loads(attributes(sqs, url, "Policy")["Policy"]) == {
        "Version": "2008-10-17",
        "Id": f"{resource}/SQSDefaultPolicy",
        "Statement": [
            {
                "Sid": "both",
                "Effect": "Allow",
                "Principal": {"AWS": [f"arn:aws:iam::{number}:root" for number in accounts]},
                "Action": "SQS:ReceiveMessage",
                "Resource": resource,
            }
        ],
    }
    sqs.add_permission(Label="one", AWSAccountIds=accounts[:1], **grant)
    sqs.remove_permission(QueueUrl=url, Label="both")
    (statement,) = json.loads(attributes(sqs, url, "Policy")["Policy"])["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}
    sqs.remove_permission(QueueUrl=url, Label="one")
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])


def test_list_queues_pagination(sqs: Any, make: Make) -> None:
    urls = [make(f"test-queue-{number}") for number in range(10)]
    make("other")
    assert sqs.list_queues(QueueNamePrefix="test-")["QueueUrls"] == urls
    first = sqs.list_queues(QueueNamePrefix="test-", MaxResults=2)
    assert first["QueueUrls"] == urls[:2]
    rest = sqs.list_queues(QueueNamePrefix="test-", MaxResults=8, NextToken=first["NextToken"])
    assert rest["QueueUrls"] == urls[2:]
    assert "NextToken" not in rest


@pytest.mark.parametrize("options", [{}, {"WaitTimeSeconds": 0}, {"WaitTimeSeconds": 1}])
def test_receive_empty_queue(sqs: Any, make: Make, options: dict[str, int]) -> None:
    answer = sqs.receive_message(QueueUrl=make(), **options)
    assert set(answer) == {"ResponseMetadata"}


def test_send_receive_wait_time_seconds(sqs: Any, make: Make) -> None:
    """A short poll, asked for or by default, finds what is there."""
    url = make()
    first, second = send(sqs, url, "message", "message")
    (by_default,) = receive(sqs, url, 1)
    (asked_for,) = receive(sqs, url, 1, WaitTimeSeconds=0)
    assert by_default["MessageId"] == first["MessageId"]
    assert asked_for["MessageId"] == second["MessageId"]
    assert set(by_default) == {"Body", "MD5OfBody", "MessageId", "ReceiptHandle"}
    assert by_default["MD5OfBody"] == "78e731027d8fd50ed642340b7c9a63b3"


def test_change_message_visibility_after_visibility_timeout_expiration(
    sqs: Any, make: Make, lab: Any
) -> None:
    url = make()
    send(sqs, url, "message")
    (message,) = receive(sqs, url, VisibilityTimeout=1)
    lab.advance(2)
    answer = sqs.change_message_visibility(
        QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=2
    )
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_delete_after_visibility_timeout(sqs: Any, make: Make, lab: Any) -> None:
    url = make()
    send(sqs, url, "foobar")
    (message,) = receive(sqs, url, VisibilityTimeout=1)
    lab.advance(2)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert receive(sqs, url) == []
    assert counts(sqs, url) == (0, 0, 0)


def test_fifo_delete_after_visibility_timeout_extended(sqs: Any, make: Make, lab: Any) -> None:
    url = make("q.fifo", ContentBasedDeduplication=True)
    send(sqs, url, "foobar", **LOCKED)
    (message,) = receive(sqs, url, VisibilityTimeout=2)
    handle = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
    sqs.change_message_visibility(VisibilityTimeout=5, **handle)
    lab.advance(3)
    assert sqs.delete_message(**handle)["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert counts(sqs, url) == (0, 0, 0)


def test_fifo_empty_message_groups_added_back_to_queue(sqs: Any, make: Make) -> None:
    url = make("q.fifo", ContentBasedDeduplication=True)
    send(sqs, url, "Message 1", **LOCKED)
    (first,) = receive(sqs, url)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    assert receive(sqs, url) == []
    send(sqs, url, "Message 2", **LOCKED)
    assert bodies(receive(sqs, url)) == ["Message 2"]


def test_fifo_message_attributes(sqs: Any, make: Make, lab: Any) -> None:
    url = make("q.fifo", VisibilityTimeout=1)
    (sent,) = send(
        sqs, url, "message-body-1", MessageGroupId="group-1", MessageDeduplicationId="dedup-1"
    )
    assert set(sent) == {"MD5OfMessageBody", "MessageId", "SequenceNumber", "ResponseMetadata"}
    assert len(sent["SequenceNumber"]) == 20
    for count in ("1", "2"):
        (message,) = receive(sqs, url, AttributeNames=["All"])
        received = message["Attributes"]
        assert received.pop("SequenceNumber") == sent["SequenceNumber"]
        assert received.pop("SenderId")
        assert received == {
            "ApproximateFirstReceiveTimestamp": "1767603600000",
            "ApproximateReceiveCount": count,
            "MessageDeduplicationId": "dedup-1",
            "MessageGroupId": "group-1",
            "SentTimestamp": "1767603600000",
        }
        lab.advance(1)


@pytest.mark.parametrize("by_content", [True, False])
def test_fifo_deduplication_arrives_once_after_delete(
    sqs: Any, make: Make, by_content: bool
) -> None:
    url = make("q.fifo", ContentBasedDeduplication=by_content)
    options = LOCKED if by_content else {**LOCKED, "MessageDeduplicationId": "id"}
    first, again = (send(sqs, url, '{"foo": "bar"}', **options)[0] for _ in range(2))
    assert again["MessageId"] == first["MessageId"]
    assert again["SequenceNumber"] == first["SequenceNumber"]
    (message,) = receive(sqs, url)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    send(sqs, url, '{"foo": "bar"}', **options)
    assert receive(sqs, url) == []


@pytest.mark.parametrize("by_content", [True, False])
def test_fifo_deduplication_not_on_message_group_id(sqs: Any, make: Make, by_content: bool) -> None:
    """Also test_sqs_fifo_same_dedup_id_different_message_groups: the scope is the queue."""
    url = make("q.fifo", ContentBasedDeduplication=by_content)
    options = {} if by_content else {"MessageDeduplicationId": "id"}
    send(sqs, url, '{"foo": "bar"}', MessageGroupId="group-1", **options)
    assert len(receive(sqs, url)) == 1
    send(sqs, url, '{"foo": "bar"}', MessageGroupId="group-2", **options)
    assert receive(sqs, url) == []


@pytest.mark.parametrize("limit", [{}, {"FifoThroughputLimit": "perMessageGroupId"}])
def test_fifo_deduplication_per_message_group(sqs: Any, make: Make, limit: dict[str, str]) -> None:
    """test_fifo_high_throughput_ordering and
    test_sqs_fifo_message_group_scope_no_throughput_setting."""
    url = make("q.fifo", DeduplicationScope="messageGroup", **limit)
    for number in (1, 2):
        options = {"MessageGroupId": f"group-{number}", "MessageDeduplicationId": "id"}
        send(sqs, url, f"Test{number}", **options)
        assert bodies(receive(sqs, url)) == [f"Test{number}"]


HIGH = {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
REGULAR = {"DeduplicationScope": "queue", "FifoThroughputLimit": "perQueue"}


def test_fifo_change_to_high_throughput_after_creation(sqs: Any, make: Make) -> None:
    url = make("q.fifo", **REGULAR)

    def arrives(body: str, group: str, identity: str) -> bool:
        send(sqs, url, body, MessageGroupId=group, MessageDeduplicationId=identity)
        messages = receive(sqs, url)
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies(messages) == [body]

    assert arrives("Test1", "group-1", "id")
    assert not arrives("Test2", "group-2", "id")
    sqs.set_queue_attributes(QueueUrl=url, Attributes=HIGH)
    assert attributes(sqs, url) == {**FIFO, **HIGH}
    assert not arrives("Test3", "group-1", "id")
    assert not arrives("Test3", "group-2", "id")
    assert arrives("Test4", "group-1", "id-2")
    assert not arrives("Test5", "group-1", "id-2")


def test_fifo_change_to_regular_throughput_after_creation(sqs: Any, make: Make) -> None:
    url = make("q.fifo", **HIGH)
    for number in (1, 2):
        options = {"MessageGroupId": f"group-{number}", "MessageDeduplicationId": "id"}
        send(sqs, url, f"Test{number}", **options)
        assert bodies(receive(sqs, url)) == [f"Test{number}"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes=REGULAR)
    assert attributes(sqs, url, *REGULAR) == REGULAR
    send(sqs, url, "Test3", MessageGroupId="group-3", MessageDeduplicationId="id")
    assert bodies(receive(sqs, url)) == ["Test3"]


@pytest.mark.parametrize(("released", "expected"), [(0, []), (1, ["foo"]), (2, ["foo", "bar"])])
def test_fifo_group_visibility_extends_with_change_message_visibility(
    sqs: Any, make: Make, lab: Any, released: int, expected: list[str]
) -> None:
    url = make("q.fifo", ContentBasedDeduplication=True, VisibilityTimeout=5)
    send(sqs, url, "foo", "bar", "baz", **LOCKED)
    messages = receive(sqs, url)
    assert bodies(messages) == ["foo", "bar", "baz"]
    for message in messages[released:]:
        sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=30
        )
    lab.advance(6)
    assert bodies(receive(sqs, url)) == expected


def test_fifo_queue_send_message_with_zero_delay_defaults_to_queue_delay(
    sqs: Any, make: Make, lab: Any
) -> None:
    url = make("q.fifo", ContentBasedDeduplication=True, DelaySeconds=2)
    send(sqs, url, "message-1", DelaySeconds=0, **LOCKED)
    assert receive(sqs, url) == []
    lab.advance(2)
    assert bodies(receive(sqs, url)) == ["message-1"]


def test_message_deduplication_id_success(sqs: Any, make: Make) -> None:
    punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
    url = make("q.fifo")
    for identity in ("a" * 128, punctuation):
        send(sqs, url, "message", MessageDeduplicationId=identity, **LOCKED)
    assert len(receive(sqs, url)) == 2


@pytest.mark.parametrize("name", ["queue", "q.fifo"])
def test_approximate_number_of_messages_not_visible(sqs: Any, make: Make, name: str) -> None:
    """Also test_fifo_approximate_number_of_messages_not_visible: messages behind a locked group
    still count as visible."""
    url = make(name)
    for number in range(5):
        options = (
            {**LOCKED, "MessageDeduplicationId": str(number)} if name.endswith(".fifo") else {}
        )
        send(sqs, url, "message", **options)
    messages = receive(sqs, url, 2)
    assert counts(sqs, url) == (3, 2, 0)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
    assert counts(sqs, url) == (3, 1, 0)


def test_fair_queue_with_message_group_id(sqs: Any, make: Make) -> None:
    url = make()
    (sent,) = send(sqs, url, "message", MessageGroupId="test")
    assert set(sent) == {"MD5OfMessageBody", "MessageId", "ResponseMetadata"}
    (message,) = receive(sqs, url, MessageSystemAttributeNames=["All"])
    assert set(message["Attributes"]) == {
        "ApproximateFirstReceiveTimestamp",
        "ApproximateReceiveCount",
        "MessageGroupId",
        "SenderId",
        "SentTimestamp",
    }
    assert message["Attributes"]["MessageGroupId"] == "test"


def test_send_message_with_binary_attributes(sqs: Any, make: Make) -> None:
    url = make()
    value = b"traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01"
    attribute = {"attr1": {"DataType": "Binary", "BinaryValue": value}}
    send(sqs, url, "test", MessageAttributes=attribute)
    (message,) = receive(sqs, url, MessageAttributeNames=["All"])
    assert message["MessageAttributes"] == attribute
    assert message["MD5OfMessageAttributes"] == "8cbe4db156db8a94db8b801b7addb984"


TRACE = "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"


def test_aws_trace_header_propagation(sqs: Any, make: Make) -> None:
    url = make()
    header = {"AWSTraceHeader": {"DataType": "String", "StringValue": TRACE}}
    send(sqs, url, "test", MessageSystemAttributes=header)
    (message,) = receive(sqs, url, AttributeNames=["SentTimestamp", "AWSTraceHeader"])
    assert message["Attributes"] == {"AWSTraceHeader": TRACE, "SentTimestamp": "1767603600000"}


def test_dead_letter_queue_message_attributes(sqs: Any, make: Make, lab: Any) -> None:
    """Also test_dead_letter_queue_with_fifo_and_content_based_deduplication, of which only
    that it works was recorded."""
    dead_letters = make("dead-letters")
    policy = {"deadLetterTargetArn": arn(sqs, dead_letters), "maxReceiveCount": 1}
    url = make(RedrivePolicy=json.dumps(policy), VisibilityTimeout=1)
    header = {"AWSTraceHeader": {"DataType": "String", "StringValue": TRACE}}
    attribute = {"MyAttribute": {"DataType": "String", "StringValue": "foobar"}}
    send(sqs, url, "message-1", MessageAttributes=attribute, MessageSystemAttributes=header)
    send(sqs, url, "message-2")
    everything = {"MessageAttributeNames": ["All"], "AttributeNames": ["All"]}
    first, second = receive(sqs, url, **everything)
    lab.advance(1)
    assert receive(sqs, url) == []
    dead = receive(sqs, dead_letters, **everything)
    assert [message["MessageId"] for message in dead] == [first["MessageId"], second["MessageId"]]
    for before, after in zip((first, second), dead, strict=True):
        assert before["ReceiptHandle"] != after["ReceiptHandle"]
        expected = {
            **before["Attributes"],
            "ApproximateReceiveCount": "2",
            "DeadLetterQueueSourceArn": arn(sqs, url),
        }
        assert after["Attributes"] == expected
        assert after.get("MessageAttributes") == before.get("MessageAttributes")
    assert dead[0]["MD5OfMessageAttributes"] == "adb59cd4678ea5a855436b949cd07ab6"


def test_dead_letter_queue_with_fifo_and_content_based_deduplication(sqs: Any, make: Make) -> None:
    dead_letters = make("dead.fifo", ContentBasedDeduplication=True)
    policy = {"deadLetterTargetArn": arn(sqs, dead_letters), "maxReceiveCount": 2}
    url = make("q.fifo", ContentBasedDeduplication=True, RedrivePolicy=json.dumps(policy))
    send(sqs, url, "foobar", **LOCKED)
    for _ in range(2):
        assert bodies(receive(sqs, url, VisibilityTimeout=0)) == ["foobar"]
    assert receive(sqs, url) == []
    assert bodies(receive(sqs, dead_letters)) == ["foobar"]


KENOBI = {
    "General": {"DataType": "String", "StringValue": "Kenobi"},
    "Hello": {"DataType": "String", "StringValue": "There"},
    "Help.Me": {"DataType": "String", "StringValue": "Me"},
}


@pytest.mark.parametrize(
    ("names", "expected", "digest"),
    [
        ([], (), None),
        (["All"], ("General", "Hello", "Help.Me"), "4c360f3fdafd970e05fae2f149d997f5"),
        (["*"], ("General", "Hello", "Help.Me"), "4c360f3fdafd970e05fae2f149d997f5"),
        ([".*"], ("General", "Hello", "Help.Me"), "4c360f3fdafd970e05fae2f149d997f5"),
        (["Foo", "Help"], (), None),
        (["Hello", "General"], ("General", "Hello"), "fca026605781cb4126a1e9044df24232"),
        (["Foo", "Hello"], ("Hello",), "a311262e065454b75da111d535b8dacd"),
        (["Hel.*"], ("Hello", "Help.Me"), "83fee93c1bcd8b9a5a923ffacdc636c7"),
        (["AWS."], (), None),
        (["..foo"], (), None),
    ],
)
def test_receive_message_message_attribute_names_filters(
    sqs: Any, make: Make, names: list[str], expected: tuple[str, ...], digest: str | None
) -> None:
    url = make()
    (sent,) = send(sqs, url, "msg", MessageAttributes=KENOBI)
    assert sent["MD5OfMessageAttributes"] == "4c360f3fdafd970e05fae2f149d997f5"
    (message,) = receive(sqs, url, MessageAttributeNames=names)
    assert message.get("MessageAttributes", {}) == {name: KENOBI[name] for name in expected}
    assert message.get("MD5OfMessageAttributes") == digest


@pytest.mark.parametrize("parameter", ["AttributeNames", "MessageSystemAttributeNames"])
def test_receive_message_attribute_names_filters(sqs: Any, make: Make, parameter: str) -> None:
    """Also test_receive_message_message_system_attribute_names_filters."""
    url = make(VisibilityTimeout=0)
    send(sqs, url, "msg", MessageAttributes={"Foo": {"DataType": "String", "StringValue": "Bar"}})
    everything = {
        "ApproximateFirstReceiveTimestamp",
        "ApproximateReceiveCount",
        "SenderId",
        "SentTimestamp",
    }
    (message,) = receive(sqs, url, **{parameter: ["All"]})
    assert set(message["Attributes"]) == everything
    assert "MessageAttributes" not in message
    (message,) = receive(sqs, url, MessageAttributeNames=["All"], **{parameter: ["All"]})
    assert message["Attributes"]["ApproximateReceiveCount"] == "2"
    assert message["MD5OfMessageAttributes"] == "ae7155c6026991b6d54b11589678bf9c"
    for names in (["SenderId"], ["SenderId", "SequenceNumber"]):
        (message,) = receive(sqs, url, **{parameter: names})
        assert set(message["Attributes"]) == {"SenderId"}


def test_message_system_attribute_names_with_attribute_names(sqs: Any, make: Make) -> None:
    url = make(VisibilityTimeout=0)
    send(sqs, url, "msg")
    for names in (["All"], ["SenderId"]):
        (message,) = receive(sqs, url, AttributeNames=names, MessageSystemAttributeNames=["All"])
        assert len(message["Attributes"]) == 4


def test_send_message_via_queue_url_with_json_protocol(sqs: Any, make: Make) -> None:
    url = make()
    client = boto3.client("sqs")
    client.meta.events.register(
        "before-sign.sqs.ReceiveMessage", lambda request, **_: setattr(request, "url", url)
    )
    assert set(client.receive_message(QueueUrl=url)) == {"ResponseMetadata"}
