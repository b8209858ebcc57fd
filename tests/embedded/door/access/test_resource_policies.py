"""What stands at a queue lets in other accounts, services and people who sign nothing."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.door.access.test_decisions import policy, statement
from tests.embedded.services.lambda_.event_source.test_event_source import arn, create_queue
from tests.embedded.services.sqs.conftest import bodies, receive, refusal
from tests.embedded.services.sqs.test_query_protocol import ask

GUEST = "111122223333"


def let_in(url: str, principal: Any, *actions: str, **more: Any) -> None:
    """Give the queue a policy that allows the actions."""
    allows = statement("Allow", list(actions), arn(url), Principal=principal, **more)
    attributes = {"Policy": policy(allows)}
    boto3.client("sqs").set_queue_attributes(QueueUrl=url, Attributes=attributes)


def guest() -> boto3.Session:
    """The administrator, in another account of the organization."""
    role = f"arn:aws:iam::{GUEST}:role/OrganizationAccountAccessRole"
    keys = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="visit")["Credentials"]
    return boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name="us-east-1"
    )


# Another account


def test_another_account_sends_once_the_queue_lets_it(lab: EmbeddedAccount) -> None:
    url, there = create_queue(), guest().client("sqs")
    refused = refusal(there.send_message, QueueUrl=url, MessageBody="x")
    assert refused.code == "AccessDenied"
    assert refused.message == (
        f"User: arn:aws:sts::{GUEST}:assumed-role/OrganizationAccountAccessRole/visit is not "
        f"authorized to perform: sqs:sendmessage on resource: {arn(url)} because no "
        "resource-based policy allows the sqs:sendmessage action"
    )
    let_in(url, {"AWS": GUEST}, "sqs:SendMessage", "sqs:GetQueueUrl")
    found = there.get_queue_url(QueueName="orders", QueueOwnerAWSAccountId="123456789012")
    assert found["QueueUrl"] == url
    there.send_message(QueueUrl=url, MessageBody="from there")
    assert refusal(there.receive_message, QueueUrl=url).code == "AccessDenied"
    assert bodies(receive(boto3.client("sqs"), url)) == ["from there"]


def test_another_account_takes_messages_that_wait_for_it(lab: EmbeddedAccount) -> None:
    url, there = create_queue(), guest().client("sqs")
    own = there.create_queue(QueueName="orders")["QueueUrl"]
    assert own == url.replace("123456789012", GUEST)
    let_in(url, {"AWS": GUEST}, "sqs:ReceiveMessage", "sqs:DeleteMessage")
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody="x", DelaySeconds=5)
    before = lab.now()
    (message,) = receive(there, url, WaitTimeSeconds=20)
    assert (lab.now() - before).total_seconds() == 5, "a long poll waits at the right queue"
    there.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert receive(there, own) == []


@pytest.mark.parametrize("action", ["sqs:*", "*"])
def test_another_account_never_manages_the_queue(lab: EmbeddedAccount, action: str) -> None:
    """SDG sqs-overview-of-managing-access."""
    url, there = create_queue(), guest().client("sqs")
    let_in(url, {"AWS": GUEST}, action)
    there.send_message(QueueUrl=url, MessageBody="x")
    for manage in (there.delete_queue, there.list_queue_tags):
        assert refusal(manage, QueueUrl=url).code == "AccessDenied"
    hide = {"QueueUrl": url, "Attributes": {"VisibilityTimeout": "0"}}
    assert refusal(there.set_queue_attributes, **hide).code == "AccessDenied"


def test_a_label_lets_an_account_in_beside_statements_without_one(lab: EmbeddedAccount) -> None:
    url, there, sqs = create_queue(), guest().client("sqs"), boto3.client("sqs")
    let_in(url, {"AWS": GUEST}, "sqs:SendMessage")
    permission = {"QueueUrl": url, "Label": "read"}
    sqs.add_permission(**permission, AWSAccountIds=[GUEST], Actions=["ReceiveMessage"])
    there.send_message(QueueUrl=url, MessageBody="x")
    assert bodies(receive(there, url)) == ["x"]
    sqs.remove_permission(**permission)
    there.send_message(QueueUrl=url, MessageBody="x")
    assert refusal(there.receive_message, QueueUrl=url).code == "AccessDenied"


# Nobody


def test_an_open_queue_takes_what_nobody_signed(lab: EmbeddedAccount) -> None:
    url = create_queue()
    nobody = boto3.client("sqs", config=Config(signature_version=UNSIGNED))
    refused = refusal(nobody.send_message, QueueUrl=url, MessageBody="x")
    assert (refused.code, refused.status) == ("AccessDenied", 403)
    let_in(url, "*", "sqs:SendMessage")
    nobody.send_message(QueueUrl=url, MessageBody="x")
    assert bodies(receive(boto3.client("sqs"), url)) == ["x"]


# A service


@pytest.mark.parametrize(
    ("condition", "delivered"),
    [
        (None, True),
        ({"ArnEquals": {"aws:SourceArn": "TOPIC"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:123456789012:*"}}, True),
        ({"ArnEquals": {"aws:SourceArn": "TOPIC-of-another-team"}}, False),
        ({"StringEquals": {"aws:SourceAccount": "123456789012"}}, True),
        ({"StringEquals": {"aws:SourceAccount": GUEST}}, False),
    ],
)
def test_a_topic_delivers_where_the_queue_lets_it(
    lab: EmbeddedAccount, condition: dict[str, Any] | None, delivered: bool
) -> None:
    sns, sqs, url = boto3.client("sns"), boto3.client("sqs"), create_queue()
    topic = sns.create_topic(Name="topic")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn(url))
    text = json.dumps({"Condition": condition} if condition else {}).replace("TOPIC", topic)
    let_in(url, {"Service": "sns.amazonaws.com"}, "sqs:SendMessage", **json.loads(text))
    sns.publish(TopicArn=topic, Message="x")
    assert len(receive(sqs, url)) == delivered


def test_a_queue_that_denies_everybody_denies_the_administrator(lab: EmbeddedAccount) -> None:
    url, sqs = create_queue(), boto3.client("sqs")
    denies = statement("Deny", "sqs:SendMessage", arn(url), Principal="*")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(denies)})
    refused = refusal(sqs.send_message, QueueUrl=url, MessageBody="x")
    assert refused.message == (
        "User: arn:aws:iam::123456789012:user/administrator is not authorized to perform: "
        f"sqs:sendmessage on resource: {arn(url)} with an explicit deny in a resource-based policy"
    )
    by_query = ask(lab, url, "SendMessage", MessageBody="x")
    assert (by_query.status, b"<Code>AccessDenied</Code>" in by_query.body) == (403, True)
