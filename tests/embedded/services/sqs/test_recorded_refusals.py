"""Refusals that the real service was recorded giving, case by case.

The cases and their names are those of LocalStack's sqs.snapshot.json (Apache-2.0), which holds
answers of AWS; the requests are ours. See test_recorded_answers.py for what is left out.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.embedded.services.sqs.conftest import Refusal, refusal, send

PREFIX = "AWS.SimpleQueueService."
VALUE = ("InvalidParameterValue", "InvalidParameterValueException")
MEBIBYTE = 1_048_576

Make = Any


def entries(*ids: str, **more: Any) -> list[dict[str, Any]]:
    return [{"Id": name, "MessageBody": "text", **more} for name in ids]


def test_send_receive_max_number_of_messages(sqs: Any, make: Make) -> None:
    refused = refusal(sqs.receive_message, QueueUrl=make(), MaxNumberOfMessages=11)
    assert refused == Refusal(
        *VALUE,
        "Value 11 for parameter MaxNumberOfMessages is invalid. "
        "Reason: Must be between 1 and 10, if provided.",
        400,
    )


@pytest.mark.parametrize("seconds", [21, -1])
def test_send_receive_wait_time_seconds(sqs: Any, make: Make, lab: Any, seconds: int) -> None:
    before = lab.now()
    refused = refusal(sqs.receive_message, QueueUrl=make(), WaitTimeSeconds=seconds)
    assert refused == Refusal(
        *VALUE,
        f"Value {seconds} for parameter WaitTimeSeconds is invalid. "
        "Reason: Must be >= 0 and <= 20, if provided.",
        400,
    )
    assert lab.now() == before


def test_send_oversized_message(sqs: Any, make: Make) -> None:
    refused = refusal(sqs.send_message, QueueUrl=make(), MessageBody="a" * (MEBIBYTE + 1))
    assert refused == Refusal(
        *VALUE,
        "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.",
        400,
    )


def test_send_message_with_updated_maximum_message_size(sqs: Any, make: Make) -> None:
    url = make()
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MaximumMessageSize": "1024"})
    sqs.send_message(QueueUrl=url, MessageBody="a" * 1024)
    refused = refusal(sqs.send_message, QueueUrl=url, MessageBody="a" * 1025)
    assert refused.message.endswith("Message must be shorter than 1024 bytes.")
    assert refused[:2] == VALUE


def test_send_message_batch_with_oversized_contents(sqs: Any, make: Make) -> None:
    batch = [{"Id": "1", "MessageBody": "a" * MEBIBYTE}, {"Id": "2", "MessageBody": "a"}]
    refused = refusal(sqs.send_message_batch, QueueUrl=make(), Entries=batch)
    assert refused == Refusal(
        PREFIX + "BatchRequestTooLong",
        "BatchRequestTooLong",
        "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.",
        400,
    )


def test_send_empty_message(sqs: Any, make: Make) -> None:
    refused = refusal(sqs.send_message, QueueUrl=make(), MessageBody="")
    assert refused == Refusal(
        "MissingParameter",
        "MissingRequiredParameterException",
        "The request must contain the parameter MessageBody.",
        400,
    )


def test_send_message_with_empty_string_attribute(sqs: Any, make: Make) -> None:
    refused = refusal(
        sqs.send_message,
        QueueUrl=make(),
        MessageBody="text",
        MessageAttributes={"ErrorDetails": {"DataType": "String", "StringValue": ""}},
    )
    assert refused == Refusal(
        *VALUE,
        "Message (user) attribute 'ErrorDetails' must contain a non-empty value of type 'String'.",
        400,
    )


def test_fifo_queue_send_message_with_delay_seconds_fails(sqs: Any, make: Make) -> None:
    refused = refusal(
        sqs.send_message,
        QueueUrl=make("q.fifo", ContentBasedDeduplication=True),
        MessageBody="text",
        MessageGroupId="group",
        DelaySeconds=2,
    )
    assert refused == Refusal(
        *VALUE,
        "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter "
        "that is not valid for this queue type.",
        400,
    )


NO_DEDUPLICATION = (
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
    "provided explicitly"
)
NO_GROUP = "The request must contain the parameter MessageGroupId."


def test_posting_to_fifo_requires_deduplicationid_group_id(sqs: Any, make: Make) -> None:
    url = make("q.fifo")
    refused = refusal(sqs.send_message, QueueUrl=url, MessageBody="text", MessageGroupId="group")
    assert refused == Refusal(*VALUE, NO_DEDUPLICATION, 400)
    refused = refusal(
        sqs.send_message, QueueUrl=url, MessageBody="text", MessageDeduplicationId="id"
    )
    assert refused == Refusal(
        "MissingParameter", "MissingRequiredParameterException", NO_GROUP, 400
    )


def test_send_batch_missing_deduplication_id_for_fifo_queue(sqs: Any, make: Make) -> None:
    batch = entries("1", "2", MessageGroupId="group")
    batch[0]["MessageDeduplicationId"] = "id"
    url = make("q.fifo")
    refused = refusal(sqs.send_message_batch, QueueUrl=url, Entries=batch)
    assert refused == Refusal(*VALUE, NO_DEDUPLICATION, 400)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


def test_send_batch_missing_message_group_id_for_fifo_queue(sqs: Any, make: Make) -> None:
    batch = entries("1", MessageDeduplicationId="id")
    refused = refusal(sqs.send_message_batch, QueueUrl=make("q.fifo"), Entries=batch)
    assert refused == Refusal(*VALUE, NO_GROUP, 400)


def test_too_many_entries_in_batch_request(sqs: Any, make: Make) -> None:
    batch = entries(*(str(number) for number in range(20)))
    refused = refusal(sqs.send_message_batch, QueueUrl=make(), Entries=batch)
    assert refused == Refusal(
        PREFIX + "TooManyEntriesInBatchRequest",
        "TooManyEntriesInBatchRequest",
        "Maximum number of entries per request are 10. You have sent 20.",
        400,
    )


def test_delete_and_change_message_visibility_batch_with_too_large_batch(
    sqs: Any, make: Make
) -> None:
    """test_delete_message_batch_with_too_large_batch and
    test_change_message_visibility_batch_with_too_large_batch."""
    url = make()
    batch = [{"Id": str(number), "ReceiptHandle": "x"} for number in range(20)]
    refused = refusal(sqs.delete_message_batch, QueueUrl=url, Entries=batch)
    assert refused.code == PREFIX + "TooManyEntriesInBatchRequest"
    assert refused.message == "Maximum number of entries per request are 10. You have sent 20."
    batch = [{**entry, "VisibilityTimeout": 1} for entry in batch]
    assert refusal(sqs.change_message_visibility_batch, QueueUrl=url, Entries=batch) == refused


BAD_ID = Refusal(
    PREFIX + "InvalidBatchEntryId",
    "InvalidBatchEntryId",
    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
    "It can be at most 80 letters long.",
    400,
)


def test_invalid_batch_id(sqs: Any, make: Make) -> None:
    batch = entries("message:1")
    assert refusal(sqs.send_message_batch, QueueUrl=make(), Entries=batch) == BAD_ID


@pytest.mark.parametrize("name", ["", "testLongId" * 10, "invalid:id"])
def test_delete_message_batch_invalid_msg_id(sqs: Any, make: Make, name: str) -> None:
    batch = [{"Id": name, "ReceiptHandle": "x"}]
    assert refusal(sqs.delete_message_batch, QueueUrl=make(), Entries=batch) == BAD_ID


@pytest.mark.parametrize("text", ["", "a" * 129, "group 123"])
@pytest.mark.parametrize("name", ["MessageGroupId", "MessageDeduplicationId"])
def test_invalid_message_group_id_and_deduplication_id(
    sqs: Any, make: Make, name: str, text: str
) -> None:
    """test_send_message_to_standard_queue_with_invalid_message_group_id and
    test_message_deduplication_id_invalid."""
    url = make("q.fifo") if name == "MessageDeduplicationId" else make()
    options = {"MessageGroupId": "group"} if name == "MessageDeduplicationId" else {}
    refused = refusal(sqs.send_message, QueueUrl=url, MessageBody="text", **{**options, name: text})
    assert refused == Refusal(
        *VALUE,
        f"Value {text} for parameter {name} is invalid. Reason: {name} can only include "
        "alphanumeric and punctuation characters. 1 to 128 in length.",
        400,
    )


def test_successive_purge_calls_fail(sqs: Any, make: Make, lab: Any) -> None:
    url = make("banking-queue")
    sqs.purge_queue(QueueUrl=url)
    lab.advance(59)
    assert refusal(sqs.purge_queue, QueueUrl=url) == Refusal(
        PREFIX + "PurgeQueueInProgress",
        "PurgeQueueInProgress",
        "Only one PurgeQueue operation on banking-queue is allowed every 60 seconds.",
        403,
    )
    lab.advance(1)
    sqs.purge_queue(QueueUrl=url)


def test_non_existent_queue(sqs: Any, make: Make) -> None:
    expected = Refusal(
        PREFIX + "NonExistentQueue",
        "QueueDoesNotExist",
        "The specified queue does not exist.",
        400,
    )
    url = make().replace("queue", "other")
    assert refusal(sqs.get_queue_url, QueueName="other") == expected
    assert refusal(sqs.get_queue_attributes, QueueUrl=url) == expected
    assert refusal(sqs.receive_message, QueueUrl=url, WaitTimeSeconds=20) == expected


def test_create_fifo_queue_with_different_attributes_raises_error(sqs: Any, make: Make) -> None:
    make("q.fifo", ContentBasedDeduplication=True)
    make("q.fifo", ContentBasedDeduplication=True)
    refused = refusal(make, name="q.fifo", ContentBasedDeduplication=False)
    assert refused == Refusal(
        "QueueAlreadyExists",
        "QueueNameExists",
        "A queue already exists with the same name and a different value for attribute "
        "ContentBasedDeduplication",
        400,
    )


def test_create_queue_with_different_attributes_raises_exception(sqs: Any, make: Make) -> None:
    url = make(ReceiveMessageWaitTimeSeconds=1, DelaySeconds=1)
    refused = refusal(make, ReceiveMessageWaitTimeSeconds=1, DelaySeconds=2)
    assert refused.code == "QueueAlreadyExists"
    assert refused.message.endswith("a different value for attribute DelaySeconds")
    assert make() == url
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "2"})
    assert refusal(make, DelaySeconds=1) == refused


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("FifoQueue", "false", "Unknown Attribute FifoQueue."),
        ("ContentBasedDeduplication", "true", "Unknown Attribute ContentBasedDeduplication."),
        (
            "DeduplicationScope",
            "queue",
            "You can specify the DeduplicationScope only when FifoQueue is set to true.",
        ),
        (
            "FifoThroughputLimit",
            "perQueue",
            "You can specify the FifoThroughputLimit only when FifoQueue is set to true.",
        ),
    ],
)
def test_create_standard_queue_with_fifo_attribute_raises_error(
    sqs: Any, name: str, value: str, message: str
) -> None:
    refused = refusal(sqs.create_queue, QueueName="queue", Attributes={name: value})
    assert refused == Refusal("InvalidAttributeName", "InvalidAttributeName", message, 400)


@pytest.mark.parametrize("value", ["true", "false"])
def test_set_unsupported_attribute_standard(sqs: Any, make: Make, value: str) -> None:
    refused = refusal(sqs.set_queue_attributes, QueueUrl=make(), Attributes={"FifoQueue": value})
    assert refused.code == "InvalidAttributeName"
    assert refused.message == "Unknown Attribute FifoQueue."


def test_set_unsupported_attribute_fifo(sqs: Any, make: Make) -> None:
    refused = refusal(
        sqs.set_queue_attributes, QueueUrl=make("q.fifo"), Attributes={"FifoQueue": "false"}
    )
    assert refused == Refusal(
        "InvalidAttributeValue",
        "InvalidAttributeValue",
        "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
        400,
    )


def test_sse_kms_and_sqs_are_mutually_exclusive(sqs: Any, make: Make) -> None:
    refused = refusal(
        sqs.set_queue_attributes,
        QueueUrl=make(),
        Attributes={"KmsMasterKeyId": "key", "SqsManagedSseEnabled": "true"},
    )
    assert refused.code == "InvalidAttributeName"
    assert refused.message == (
        "You can use one type of server-side encryption (SSE) at one time. "
        "You can either enable KMS SSE or SQS SSE."
    )


def test_invalid_dead_letter_arn_rejected_before_lookup(sqs: Any) -> None:
    policy = '{"deadLetterTargetArn":"dummy","maxReceiveCount":42}'
    refused = refusal(sqs.create_queue, QueueName="q", Attributes={"RedrivePolicy": policy})
    assert refused.code == "InvalidParameterValue"
    assert policy in refused.message


def test_fifo_delete_after_visibility_timeout(sqs: Any, make: Make, lab: Any) -> None:
    """Also test_fifo_delete_message_with_expired_receipt_handle."""
    url = make("q.fifo", ContentBasedDeduplication=True)
    send(sqs, url, "foobar", MessageGroupId="group")
    handle = sqs.receive_message(QueueUrl=url, VisibilityTimeout=1)["Messages"][0]["ReceiptHandle"]
    lab.advance(1)
    assert refusal(sqs.delete_message, QueueUrl=url, ReceiptHandle=handle) == Refusal(
        *VALUE,
        f"Value {handle} for parameter ReceiptHandle is invalid. "
        "Reason: The receipt handle has expired.",
        400,
    )


def test_sqs_permission_lifecycle_refusals(sqs: Any, make: Make) -> None:
    url = make()
    grant = {"QueueUrl": url, "AWSAccountIds": ["123456789012"], "Actions": ["ReceiveMessage"]}
    sqs.add_permission(Label="label", **grant)
    assert refusal(sqs.add_permission, Label="label", **grant) == Refusal(
        *VALUE, "Value label for parameter Label is invalid. Reason: Already exists.", 400
    )
    assert refusal(sqs.remove_permission, QueueUrl=url, Label="other") == Refusal(
        *VALUE, "Value other for parameter Label is invalid. Reason: can't find label.", 400
    )
