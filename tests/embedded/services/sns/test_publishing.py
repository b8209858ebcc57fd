"""What may be published to a topic, and AWS's words for what may not.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers import open_lab


@pytest.fixture(scope="module")
def sns() -> Iterator[Any]:
    """A client that sends whatever it is told to; one lab for all, since little is accepted."""
    with open_lab():
        yield boto3.client("sns", config=Config(parameter_validation=False))


def attribute(kind: str, **value: Any) -> dict[str, Any]:
    return {"MessageAttributes": {"branch": {"DataType": kind} | value}}


INVALID, VALUE = "InvalidParameter", "ParameterValueInvalid"
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"Message": ""}, INVALID, "Invalid parameter: Empty message"),
    ({"Message": "x" * 262_145}, INVALID, "Invalid parameter: Message too long"),
    ({"Message": "x" * 262_140} | attribute("String", StringValue="north"), INVALID,
     "Invalid parameter: Message too long"),
    ({"Subject": "x" * 101}, INVALID, "Invalid parameter: Subject"),
    ({"Subject": "two\nlines"}, INVALID, "Invalid parameter: Subject"),
    ({"Message": "text", "MessageStructure": "json"}, INVALID,
     "Invalid parameter: Message Structure - JSON message body failed to parse"),
    ({"Message": '{"sqs": "a"}', "MessageStructure": "json"}, INVALID,
     "Invalid parameter: Message Structure - No default entry in JSON message body"),
    ({"MessageDeduplicationId": "1"}, INVALID,
     "Invalid parameter: MessageDeduplicationId Reason: The request includes "
     "MessageDeduplicationId parameter that is not valid for this topic type"),
    (attribute("Text", StringValue="north"), VALUE,
     "The message attribute 'branch' has an invalid message attribute type, the set of supported "
     "type prefixes is Binary, Number, and String."),
    (attribute("String"), VALUE,
     "The message attribute 'branch' must contain non-empty message attribute value for message "
     "attribute type 'String'."),
    (attribute("Number", StringValue="north"), VALUE,
     "Could not cast message attribute 'branch' value to number."),
    ({"TopicArn": "alarms"}, INVALID,
     "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"),
    ({"TopicArn": "arn:aws:sns:us-east-1:123456789012:none"}, "NotFound", "Topic does not exist"),
    ({"TopicArn": None}, INVALID,
     "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "code", "message"), REFUSED)
def test_publications_that_are_refused(
    sns: Any, changed: dict[str, Any], code: str, message: str
) -> None:
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    given = {"TopicArn": topic, "Message": "text"} | changed
    with pytest.raises(ClientError) as refused:
        sns.publish(**{name: value for name, value in given.items() if value is not None})
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == (code, message)


def test_what_a_fifo_topic_asks_for(sns: Any) -> None:
    topic = sns.create_topic(Name="alarms.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    with pytest.raises(ClientError, match="The MessageGroupId parameter is required for FIFO"):
        sns.publish(TopicArn=topic, Message="text")
    with pytest.raises(ClientError, match="should either have ContentBasedDeduplication"):
        sns.publish(TopicArn=topic, Message="text", MessageGroupId="one")


def test_a_batch_refuses_each_of_its_entries_alone(sns: Any) -> None:
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    entries = [{"Id": "1", "Message": "text"}, {"Id": "2", "Message": "text", "Subject": ""}]
    answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    assert [each["Id"] for each in answer["Successful"]] == ["1"]
    assert answer["Failed"] == [
        {
            "Id": "2",
            "Code": "InvalidParameter",
            "Message": "Invalid parameter: Subject",
            "SenderFault": True,
        }
    ]


@pytest.mark.parametrize(
    ("ids", "code"),
    [
        ([], "EmptyBatchRequest"),
        (["1"] * 2, "BatchEntryIdsNotDistinct"),
        (list("abcdefghijk"), "TooManyEntriesInBatchRequest"),
        (["an id"], "InvalidBatchEntryId"),
    ],
)
def test_batches_that_are_refused(sns: Any, ids: list[str], code: str) -> None:
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    entries = [{"Id": each, "Message": "text"} for each in ids]
    with pytest.raises(ClientError) as refused:
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    assert refused.value.response["Error"]["Code"] == code


TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:alerts"
SETTINGS: list[tuple[str, dict[str, Any], str]] = [
    ("create_topic", {"Name": "my alarms"}, "Invalid parameter: Topic Name"),
    ("create_topic", {"Name": "alarms.fifo"}, "Invalid parameter: Topic Name"),
    ("create_topic", {"Name": "alarms", "Attributes": {"FifoTopic": "true"}},
     "Invalid parameter: Topic Name"),
    ("subscribe", {"TopicArn": TOPIC, "Protocol": "pigeon", "Endpoint": "x"},
     "Invalid parameter: Amazon SNS does not support this protocol string: pigeon"),
    ("subscribe", {"TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": "alerts"},
     "Invalid parameter: SQS endpoint ARN"),
    ("subscribe", {"TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": QUEUE,
     "Attributes": {"FilterPolicy": "{"}}, "Invalid parameter: FilterPolicy: failed to parse JSON"),
    ("subscribe", {"TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": QUEUE,
     "Attributes": {"RedrivePolicy": "5"}}, "Invalid parameter: RedrivePolicy: must be"),
    ("unsubscribe", {"SubscriptionArn": "none"},
     "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "given", "message"), SETTINGS)
def test_settings_that_are_refused(
    sns: Any, operation: str, given: dict[str, Any], message: str
) -> None:
    sns.create_topic(Name="alarms")
    with pytest.raises(ClientError) as refused:
        getattr(sns, operation)(**given)
    error = refused.value.response["Error"]
    assert error["Code"] == "InvalidParameter"
    assert error["Message"].startswith(message)
    assert sns.list_subscriptions()["Subscriptions"] == []


def test_who_has_confirmed_is_counted(sns: Any) -> None:
    """Queues and functions confirm at once; a person would have to follow a link."""
    topic = sns.create_topic(Name="read")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE)
    answer = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="clerk@example.com")
    assert answer["SubscriptionArn"] == "pending confirmation"
    counted = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (counted["SubscriptionsConfirmed"], counted["SubscriptionsPending"]) == ("1", "1")
