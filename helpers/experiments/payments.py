"""Ten payments to a landlord, for a consumer that must make each of them once.

Messages say what is due. What was paid, and what is remembered of it, is in a DynamoDB table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3

from helpers.bank import ledger
from helpers.bank.queues import delete_queue, measure_depth, renew_pair
from helpers.experiments.visibility import send_messages

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

DUE, DEAD, TABLE = "payments-due", "payments-dead", "payments-table"
PAYMENTS = tuple(f"payment-{number:02}" for number in range(1, 11))
EUROS = 100
"""Of each payment."""
SENT_TWICE = PAYMENTS[3]
"""Its sender heard no answer, and sent it again: a new message, and the same payment."""
STRANGER = "payment-99"
"""A message that names no payment which is due."""
DIES_AT = PAYMENTS[4]
"""In the middle of it the consumer of `try_deaths` dies."""
LANDLORD = "landlord"
HUNDRED = {":euros": {"N": str(EUROS)}}


class Payments(NamedTuple):
    """Where they come from, and how the pictures call them."""

    due_url: str
    """A queue with a message for each of `PAYMENTS`, its body, and two for `SENT_TWICE`."""
    dead_url: str
    """Its dead-letter queue."""
    names: dict[str, str]
    """The payment by message id, for pictures; what was sent twice is told apart."""


class Account(NamedTuple):
    """What the table has."""

    euros: int
    """That the landlord has received."""
    remembered: frozenset[str]
    """The payments that are marked as done."""
    at_once: frozenset[str]
    """Of these, the ones that were paid and marked in one write."""


def prepare_payments(lab: Lab, stranger: bool = False) -> Payments:
    """All payments are due, none is paid, and nothing is remembered, whatever was before.

    Args:
        stranger: send a message more, `STRANGER`, that nobody can pay.
    """
    delete_payments()
    due, dead = renew_pair(lab, DUE, DEAD)
    ledger.create_table(TABLE)
    names = send_messages(due.url, *PAYMENTS)
    again = send_messages(due.url, SENT_TWICE)
    names |= {message_id: f"{body}, again" for message_id, body in again.items()}
    names |= send_messages(due.url, STRANGER) if stranger else {}
    return Payments(due.url, dead.url, names)


def delete_payments() -> list[str]:
    """Delete both queues and the table, if the course created them; what was deleted."""
    deletions = ((DUE, delete_queue), (DEAD, delete_queue), (TABLE, ledger.delete_ledger))
    return [name for name, delete in deletions if delete(name)]


def pay(payment: str) -> None:
    """Move the money, whether or not it was moved before.

    Raises:
        ValueError: no such payment is due.
    """
    _change(payment, UpdateExpression="ADD euros :euros", ExpressionAttributeValues=HUNDRED)


def remember(payment: str) -> None:
    """Mark the payment as done.

    Raises:
        ValueError: no such payment is due.
    """
    mark = {":done": {"SS": [payment]}}
    _change(payment, UpdateExpression="ADD done :done", ExpressionAttributeValues=mark)


def is_remembered(payment: str) -> bool:
    """Whether the payment is marked as done."""
    return payment in read_account().remembered


def pay_once(payment: str) -> bool:
    """Pay and mark as done in one write, unless it is done already: then the answer is False.

    Raises:
        ValueError: no such payment is due.
    """
    try:
        _change(
            payment,
            UpdateExpression="ADD euros :euros, done :done, at_once :done",
            ConditionExpression="NOT contains(done, :name)",
            ExpressionAttributeValues={
                **HUNDRED,
                ":done": {"SS": [payment]},  # a set of texts
                ":name": {"S": payment},
            },
        )
    except boto3.client("dynamodb").exceptions.ConditionalCheckFailedException:
        return False
    return True


def read_account() -> Account:
    """What the table has now."""
    answer = boto3.client("dynamodb").get_item(
        TableName=TABLE, Key={"entry": {"S": LANDLORD}}, ConsistentRead=True
    )
    item = answer.get("Item", {})
    done, at_once = (frozenset(item.get(name, {}).get("SS", [])) for name in ("done", "at_once"))
    return Account(int(item.get("euros", {}).get("N", "0")), done, at_once)


ORDERS: dict[str, tuple[Callable[[str], object], ...]] = {
    "remember, pay, delete": (remember, pay),
    "pay, remember, delete": (pay, remember),
    "pay_once, delete": (pay_once,),
}
"""What a consumer does with a message that it does not remember, before it deletes it."""


def try_deaths(lab: Lab) -> pd.DataFrame:
    """Let a consumer make the payments, in each order of steps. It dies after the first step of
    payment-05; another one is started, and goes on until the queue is empty.

    Returns:
        Index steps; columns due, paid (both EUR).
    """
    import pandas as pd

    rows = {}
    for name, steps in ORDERS.items():
        shop = prepare_payments(lab)
        _consume(shop.due_url, steps, dies_at=DIES_AT)
        while measure_depth(shop.due_url).total:
            lab.advance(seconds=30)
            _consume(shop.due_url, steps)
        rows[name] = (len(PAYMENTS) * EUROS, read_account().euros)
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["due", "paid"])
    return frame.rename_axis("steps")


def _consume(url: str, steps: tuple[Callable[[str], object], ...], dies_at: str = "") -> None:
    """Receive until nothing comes, or until it dies after the first step of a payment."""
    sqs = boto3.client("sqs")
    ask = {"QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1}
    while messages := sqs.receive_message(**ask).get("Messages", []):
        for message in messages:
            payment = message["Body"]
            for step in steps if not is_remembered(payment) else ():
                step(payment)
                if payment == dies_at:
                    return
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def _change(payment: str, **change: Any) -> None:
    """Change the landlord's item: one write of one item happens whole, or not at all."""
    if payment not in PAYMENTS:
        raise ValueError(f"no payment {payment!r} is due")
    key = {"entry": {"S": LANDLORD}}
    boto3.client("dynamodb").update_item(TableName=TABLE, Key=key, **change)
