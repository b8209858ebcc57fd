"""Messages in the hands of a consumer: sent, received, and gone back to."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import boto3


class NothingVisible(LookupError):
    """A message was asked for, and none can be received now."""


class Received(NamedTuple):
    """A message that a consumer has received."""

    message_id: str
    """Of the message, the same at each receive."""
    handle: str
    """Of this receive: what deletes the message, and changes for how long it is hidden."""
    body: str
    receive_count: int
    """How often it was received, this time included."""


def send_messages(url: str, *bodies: str) -> dict[str, str]:
    """Send a message for each body; the bodies by message id, in this order."""
    sqs = boto3.client("sqs")
    return {sqs.send_message(QueueUrl=url, MessageBody=body)["MessageId"]: body for body in bodies}


def receive_one(url: str, wait: int = 1) -> Received:
    """Receive one message. It is hidden from now on, and not deleted.

    Args:
        wait: seconds for which SQS may wait for one.

    Raises:
        NothingVisible: there is none.
    """
    received = _receive(url, 1, wait)
    if not received:
        raise NothingVisible(
            f"No message can be received from {url.rpartition('/')[2]} now. Send one; or let time "
            "pass, if one is in flight; or run the cell that began the experiment."
        )
    return received[0]


def look_at_all(url: str) -> list[Received]:
    """Every message that is visible, once each; all of them are visible again afterwards.

    To look is to receive: each message's receive count is one more, and where a dead-letter queue
    is set up that can make dead letters.
    """
    found: dict[str, Received] = {}
    while received := _receive(url, 10, wait=1):
        found |= {message.message_id: message for message in received}
    sqs = boto3.client("sqs")
    for message in found.values():
        sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=message.handle, VisibilityTimeout=0
        )
    return list(found.values())


def look_by_group(url: str) -> dict[str, list[str]]:
    """The bodies in the queue by message group, "" for none, each group's in their order; all of
    them are visible again afterwards. As `look_at_all`, it receives."""
    sqs = boto3.client("sqs")
    groups: defaultdict[str, list[str]] = defaultdict(list)
    handles = []
    while messages := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"]
    ).get("Messages", []):
        for message in messages:
            groups[message.get("Attributes", {}).get("MessageGroupId", "")].append(message["Body"])
            handles.append(message["ReceiptHandle"])
    for handle in handles:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    return dict(groups)


def _receive(url: str, most: int, wait: int) -> list[Received]:
    answer = boto3.client("sqs").receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=most,
        WaitTimeSeconds=wait,
        MessageSystemAttributeNames=["ApproximateReceiveCount"],
    )
    return [
        Received(
            message["MessageId"],
            message["ReceiptHandle"],
            message["Body"],
            int(message["Attributes"]["ApproximateReceiveCount"]),
        )
        for message in answer.get("Messages", [])
    ]
