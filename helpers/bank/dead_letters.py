"""What is in the dead-letter queue, and why it is there."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3

from helpers.bank import keys, ledger, receiver
from helpers.bank.functions.transactions import REASONS, Refused, check_transaction
from helpers.bank.queues import measure_depth

if TYPE_CHECKING:
    import pandas as pd

HOLD = 60
"""Seconds that a dead letter is invisible while the others are read."""
EMPTY_ANSWERS = 3


class DeadLetter(NamedTuple):
    """A message of the dead-letter queue; `receives` counts those in the source queue, too."""

    message_id: str
    body: str
    receives: int


def read_dead_letters(queue_url: str) -> list[DeadLetter]:
    """Every message of the dead-letter queue, each once; all of them stay in the queue.

    SQS has no way to look without receiving. Each message is received, held invisible until the
    last one is read, and then put back at once. That raises its receive count by one, which is
    harmless here: a dead-letter queue sends nothing on. Done to the source queue, looking could
    make dead letters.
    """
    sqs = boto3.client("sqs")
    expected = measure_depth(queue_url).visible
    # By message: a second delivery replaces the first, as its receipt handle does.
    found: dict[str, dict[str, Any]] = {}
    empty = 0
    while len(found) < expected and empty < EMPTY_ANSWERS:
        messages = sqs.receive_message(
            QueueUrl=queue_url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=1,
            VisibilityTimeout=HOLD,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        ).get("Messages", [])
        empty = 0 if messages else empty + 1
        found |= {message["MessageId"]: message for message in messages}
    received = list(found.values())
    for start in range(0, len(received), 10):
        entries = [
            {"Id": str(place), "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}
            for place, message in enumerate(received[start : start + 10])
        ]
        sqs.change_message_visibility_batch(QueueUrl=queue_url, Entries=entries)
    return [
        DeadLetter(
            message["MessageId"],
            message["Body"],
            int(message["Attributes"]["ApproximateReceiveCount"]),
        )
        for message in received
    ]


def explain_dead_letters(
    queue_url: str, function: str = receiver.FUNCTION, table: str = ledger.TABLE
) -> pd.DataFrame:
    """Why each dead letter is one: its body goes through the receiver's own checks once more.

    Args:
        function, table: the receiver and the ledger, if they are another bank's.

    Returns:
        Index message_id; columns reason (of the receiver's REASONS, or "none found": a good
        transaction that died of something else, such as a timeout), detail, transaction_id (""
        if the body names none), receives, body. Sorted by reason and transaction.
    """
    import pandas as pd

    secret, accounts = keys.open_secret(function), ledger.find_accounts(table)
    rows = []
    for letter in read_dead_letters(queue_url):
        try:
            check_transaction(letter.body, secret, accounts.__contains__)
            reason, detail = "none found", "a good transaction"
        except Refused as refusal:
            reason, detail = refusal.reason, refusal.detail
        rows.append(
            (
                letter.message_id,
                reason,
                detail,
                find_transaction_id(letter.body),
                letter.receives,
                letter.body,
            )
        )
    columns = ["message_id", "reason", "detail", "transaction_id", "receives", "body"]
    frame = pd.DataFrame(rows, columns=columns).set_index("message_id")
    order = {reason: place for place, reason in enumerate(REASONS)}
    frame["place"] = frame["reason"].map(order).fillna(len(order))
    return frame.sort_values(["place", "detail", "transaction_id", "body"]).drop(columns="place")


def count_reasons(explained: pd.DataFrame) -> pd.DataFrame:
    """How many dead letters have which reason and detail.

    Args:
        explained: what `explain_dead_letters` returned.

    Returns:
        Index (reason, detail); column messages. Account numbers in details are left out.
    """
    detail = explained["detail"].str.replace(r"account \S+", "such account", regex=True)
    counted = explained.assign(detail=detail).groupby(["reason", "detail"], sort=False).size()
    return counted.to_frame("messages")


def find_transaction_id(body: str) -> str:
    """The transaction that a body names, even a body that is cut off; "" if it names none."""
    found = re.search(r'"transactionId":\s*("(?:[^"\\]|\\.)*")', body)
    try:
        return str(json.loads(found[1])) if found else ""
    except ValueError:
        return ""
