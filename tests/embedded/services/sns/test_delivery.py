"""What comes to the subscribers of a topic, and what does not.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
"""

from __future__ import annotations

import json
import logging
from base64 import b64decode
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.sns.notification import _key
from tests.embedded.conftest import Deploy
from tests.embedded.services.logs.test_logs import find

ACCOUNT = "us-east-1:123456789012"
TOPIC = f"arn:aws:sns:{ACCOUNT}:alarms"


@pytest.fixture
def sns(lab: EmbeddedAccount) -> Any:
    client = boto3.client("sns")
    client.create_topic(Name="alarms")
    return client


def arn(queue: str) -> str:
    return f"arn:aws:sqs:{ACCOUNT}:{queue}"


def inbox(queue: str = "alerts", topic: str = TOPIC, **attributes: str) -> str:
    """The URL of a queue that lets the topic send."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn(queue),
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    created = boto3.client("sqs").create_queue(
        QueueName=queue, Attributes={"Policy": policy} | attributes
    )
    return str(created["QueueUrl"])


def subscribe(sns: Any, queue: str = "alerts", topic: str = TOPIC, **attributes: str) -> str:
    answer = sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn(queue), Attributes=attributes
    )
    return str(answer["SubscriptionArn"])


def receive(url: str) -> list[dict[str, Any]]:
    answer = boto3.client("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"],
        MessageSystemAttributeNames=["All"],
    )  # fmt: skip
    return list(answer.get("Messages", []))


ATTRIBUTES = {
    "branch": {"DataType": "String", "StringValue": "north"},
    "amount": {"DataType": "Number", "StringValue": "5"},
    "seal": {"DataType": "Binary", "BinaryValue": b"\x00wax"},
}


def test_a_queue_receives_a_document_around_the_message(lab: EmbeddedAccount, sns: Any) -> None:
    url, subscription = inbox(), subscribe(sns)
    published = sns.publish(
        TopicArn=TOPIC, Message="über", Subject="a drill", MessageAttributes=ATTRIBUTES
    )
    (message,) = receive(url)
    assert message["Body"].startswith('{\n  "Type" : "Notification",\n  "MessageId" : ')
    assert "MessageAttributes" not in message
    document = json.loads(message["Body"])
    assert list(document) == [
        "Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion",
        "Signature", "SigningCertURL", "UnsubscribeURL", "MessageAttributes",
    ]  # fmt: skip
    assert document["MessageId"] == published["MessageId"]
    assert (document["TopicArn"], document["Message"]) == (TOPIC, "über")
    assert document["Timestamp"] == "2026-01-05T09:00:00.000Z"
    assert document["UnsubscribeURL"] == (
        f"https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={subscription}"
    )
    assert document["MessageAttributes"] == {
        "branch": {"Type": "String", "Value": "north"},
        "amount": {"Type": "Number", "Value": "5"},
        "seal": {"Type": "Binary", "Value": "AHdheA=="},
    }


@pytest.mark.parametrize(("version", "digest"), [("1", hashes.SHA1()), ("2", hashes.SHA256())])
def test_a_document_is_signed(
    lab: EmbeddedAccount, sns: Any, version: str, digest: hashes.HashAlgorithm
) -> None:
    sns.set_topic_attributes(
        TopicArn=TOPIC, AttributeName="SignatureVersion", AttributeValue=version
    )
    url, _ = inbox(), subscribe(sns)
    sns.publish(TopicArn=TOPIC, Message="text", Subject="a drill")
    document = json.loads(receive(url)[0]["Body"])
    assert document["SignatureVersion"] == version
    names = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    text = "".join(f"{name}\n{document[name]}\n" for name in names)
    signature, public = b64decode(document["Signature"]), _key().public_key()
    public.verify(signature, text.encode(), padding.PKCS1v15(), digest)
    with pytest.raises(InvalidSignature):
        public.verify(signature, text.replace("drill", "fire").encode(), padding.PKCS1v15(), digest)


def test_raw_delivery_is_the_message_alone(lab: EmbeddedAccount, sns: Any) -> None:
    url, _ = inbox(), subscribe(sns, RawMessageDelivery="true")
    sns.publish(TopicArn=TOPIC, Message="text", MessageAttributes=ATTRIBUTES)
    (message,) = receive(url)
    assert message["Body"] == "text"
    assert message["MessageAttributes"] == ATTRIBUTES


def test_each_protocol_has_its_message(lab: EmbeddedAccount, sns: Any) -> None:
    url, _ = inbox(), subscribe(sns, RawMessageDelivery="true")
    for message in ({"default": "all", "sqs": "queues"}, {"default": "all"}):
        sns.publish(TopicArn=TOPIC, Message=json.dumps(message), MessageStructure="json")
    assert [message["Body"] for message in receive(url)] == ["queues", "all"]


def text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


BY_ATTRIBUTES: dict[str, tuple[str, dict[str, Any], bool]] = {
    "equal": ('{"k": ["north"]}', {"k": text("north")}, True),
    "another": ('{"k": ["north"]}', {"k": text("south")}, False),
    "missing": ('{"k": ["north"]}', {}, False),
    "absent": ('{"k": [{"exists": false}]}', {"j": text("x")}, True),
    "number": ('{"n": [{"numeric": [">", 5]}]}', {"n": text("6") | {"DataType": "Number"}}, True),
    "a text is no number": ('{"n": [{"numeric": [">", 5]}]}', {"n": text("6")}, False),
    "one of an array": (
        '{"k": ["b"]}',
        {"k": text('["a", "b"]') | {"DataType": "String.Array"}},
        True,
    ),
    "anything but": ('{"k": [{"anything-but": {"prefix": "n"}}]}', {"k": text("south")}, True),
    "ignoring case": ('{"k": [{"equals-ignore-case": "NORTH"}]}', {"k": text("north")}, True),
    "address": ('{"k": [{"cidr": "10.0.0.0/24"}]}', {"k": text("10.0.0.9")}, True),
    "binary is not seen": (
        '{"k": [{"exists": true}]}',
        {"k": {"DataType": "Binary", "BinaryValue": b"x"}},
        False,
    ),
    "empty": ("{}", {}, True),
}


@pytest.mark.parametrize("case", BY_ATTRIBUTES)
def test_a_filter_lets_through_what_matches(lab: EmbeddedAccount, sns: Any, case: str) -> None:
    """SDG sns-subscription-filter-policies, "String value matching" and the others."""
    policy, attributes, matches = BY_ATTRIBUTES[case]
    url = inbox()
    subscribe(sns, RawMessageDelivery="true", FilterPolicy=policy)
    sns.publish(TopicArn=TOPIC, Message="body", MessageAttributes=attributes)
    assert len(receive(url)) == matches


@pytest.mark.parametrize(
    ("policy", "message", "matches"),
    [
        ('{"o": {"items": {"sku": ["x"]}}}', '{"o": {"items": [{"sku": "x"}]}}', True),
        ('{"o": {"items": {"sku": ["x"]}}}', '{"o": {"items": [{"sku": "y"}]}}', False),
        ('{"flag": [true]}', '{"flag": 1}', False),
        ('{"gone": [{"exists": false}]}', '{"k": 1}', True),
        ('{"gone": [{"exists": false}]}', "no json", False),
        ('{"gone": [{"exists": false}]}', "[" * 1000 + "]" * 1000, False),
    ],
)
def test_a_filter_can_look_into_the_body(
    lab: EmbeddedAccount, sns: Any, policy: str, message: str, matches: bool
) -> None:
    """SDG sns-message-filtering-scope."""
    url = inbox()
    subscribe(sns, FilterPolicyScope="MessageBody", FilterPolicy=policy)
    sns.publish(TopicArn=TOPIC, Message=message)
    assert len(receive(url)) == matches


@pytest.mark.parametrize(
    "policy",
    [
        '{"k": [{"numeric": ["=>", 0]}]}',
        '{"k": [{"numeric": [">", 5, "<", 1]}]}',
        '{"k": [{"prefix": 1}]}',
        '{"k": [{"unknown": 1}]}',
        '{"k": [{"cidr": "10.0.0.0/99"}]}',
        '{"k": [{"anything-but": [null]}]}',
        '{"k": [{}]}',
        '{"k": []}',
        '{"k": [["a"]]}',
        '{"k": [{"wildcard": "**"}]}',
    ],
)
def test_a_policy_that_is_none_is_refused(lab: EmbeddedAccount, sns: Any, policy: str) -> None:
    inbox()
    with pytest.raises(ClientError, match=r"Invalid parameter: .*FilterPolicy") as refused:
        subscribe(sns, FilterPolicy=policy)
    assert refused.value.response["Error"]["Code"] == "InvalidParameter"


def test_a_subscriber_that_is_gone_stops_no_other(
    lab: EmbeddedAccount, sns: Any, caplog: pytest.LogCaptureFixture
) -> None:
    urls = {name: inbox(name) for name in ("gone", "alerts")}
    for name in urls:
        subscribe(sns, name, RawMessageDelivery="true")
    boto3.client("sqs").delete_queue(QueueUrl=urls["gone"])
    sns.publish(TopicArn=TOPIC, Message="text")
    assert [message["Body"] for message in receive(urls["alerts"])] == ["text"]
    assert caplog.messages == [f"Not delivered to {arn('gone')}: there is no such queue"]


def test_a_queue_that_does_not_let_the_topic_send_receives_nothing(
    lab: EmbeddedAccount, sns: Any, caplog: pytest.LogCaptureFixture
) -> None:
    url, _ = inbox(topic=TOPIC + "-of-others"), subscribe(sns)
    sns.publish(TopicArn=TOPIC, Message="text")
    assert receive(url) == []
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "does not allow sqs:SendMessage to sns.amazonaws.com" in record.getMessage()
    lab.access.enforced = False
    sns.publish(TopicArn=TOPIC, Message="text")
    assert len(receive(url)) == 1


def test_what_cannot_be_delivered_goes_to_the_subscriptions_dead_letter_queue(
    lab: EmbeddedAccount, sns: Any
) -> None:
    policy = json.dumps({"deadLetterTargetArn": arn("dead")})
    inbox(), subscribe(sns, RawMessageDelivery="true", RedrivePolicy=policy)
    dead = inbox("dead")
    url = boto3.client("sqs").get_queue_url(QueueName="alerts")["QueueUrl"]
    boto3.client("sqs").delete_queue(QueueUrl=url)
    sns.publish(TopicArn=TOPIC, Message="text", MessageAttributes=ATTRIBUTES)
    (letter,) = receive(dead)
    assert (letter["Body"], letter["MessageAttributes"]) == ("text", ATTRIBUTES)


def test_nothing_leaves_for_those_who_have_not_confirmed(lab: EmbeddedAccount, sns: Any) -> None:
    for protocol, endpoint in (("https", "https://example.com"), ("email", "a@example.com")):
        sns.subscribe(TopicArn=TOPIC, Protocol=protocol, Endpoint=endpoint)
    assert "MessageId" in sns.publish(TopicArn=TOPIC, Message="text")


def test_a_function_is_invoked_if_it_lets_the_topic(
    lab: EmbeddedAccount, sns: Any, deploy: Deploy
) -> None:
    deploy("import json\ndef handler(event, context): print(json.dumps(event))")
    function = f"arn:aws:lambda:{ACCOUNT}:function:function"
    sns.subscribe(TopicArn=TOPIC, Protocol="lambda", Endpoint=function)
    sns.publish(TopicArn=TOPIC, Message="refused")
    boto3.client("lambda").add_permission(
        FunctionName="function", StatementId="topic", Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com", SourceArn=TOPIC,
    )  # fmt: skip
    sns.publish(TopicArn=TOPIC, Message="text")
    lab.run_until_idle()
    (line,) = find(boto3.client("logs"), logGroupName="/aws/lambda/function", filterPattern="Sns")
    (record,) = json.loads(line)["Records"]
    assert (record["EventSource"], record["EventVersion"]) == ("aws:sns", "1.0")
    notification = record["Sns"]
    assert (notification["Message"], notification["Subject"]) == ("text", None)
    assert {"SigningCertUrl", "UnsubscribeUrl", "MessageAttributes"} <= notification.keys()


# FIFO topics


@pytest.fixture
def fifo(sns: Any) -> str:
    made = sns.create_topic(Name="alarms.fifo", Attributes={"FifoTopic": "true"})
    return str(made["TopicArn"])


def test_a_fifo_topic_numbers_and_does_not_sign(lab: EmbeddedAccount, sns: Any, fifo: str) -> None:
    url = inbox("alerts.fifo", fifo, FifoQueue="true")
    subscribe(sns, "alerts.fifo", fifo)
    answer = sns.publish(
        TopicArn=fifo, Message="text", MessageGroupId="one", MessageDeduplicationId="1"
    )
    (message,) = receive(url)
    document = json.loads(message["Body"])
    assert list(document) == [
        "Type", "MessageId", "SequenceNumber", "TopicArn", "Message", "Timestamp", "UnsubscribeURL",
    ]  # fmt: skip
    assert document["SequenceNumber"] == answer["SequenceNumber"]
    assert len(answer["SequenceNumber"]) == 20
    kept = message["Attributes"]
    assert (kept["MessageGroupId"], kept["MessageDeduplicationId"]) == ("one", "1")


def test_a_fifo_topic_delivers_a_duplicate_once_in_five_minutes(
    lab: EmbeddedAccount, sns: Any, fifo: str
) -> None:
    """To a standard queue too, which would not notice."""
    url = inbox("alerts", fifo)
    subscribe(sns, "alerts", fifo, RawMessageDelivery="true")
    published = []
    for _ in range(3):
        published.append(sns.publish(
            TopicArn=fifo, Message="text", MessageGroupId="one", MessageDeduplicationId="1"
        )["MessageId"])  # fmt: skip
        lab.advance(200)
    assert published[0] == published[1] != published[2]
    messages = receive(url)
    assert [message["Body"] for message in messages] == ["text", "text"]
    assert "MessageGroupId" not in messages[0]["Attributes"]
