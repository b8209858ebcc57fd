"""Ten payments that are due, for a consumer that must pay each of them once.

Paying is an effect that nobody can take back: a message to another bank, here to a second queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from helpers.bank import ledger
from helpers.bank.queues import delete_queue, renew_queue
from helpers.experiments.visibility import send_messages

if TYPE_CHECKING:
    from helpers.lab import Lab

DUE, PAID, MEMORY = "payments-due", "payments-paid", "payments-memory"
PAYMENTS = tuple(f"payment-{number:02}" for number in range(1, 11))
SENT_TWICE = PAYMENTS[3]
"""Its sender heard no answer, and sent it again: a new message, and the same payment."""


class Payments(NamedTuple):
    """Where they come from, where they go, and what remembers them."""

    due_url: str
    """A queue with a message for each of `PAYMENTS`, its body, and two for `SENT_TWICE`."""
    paid_url: str
    """An empty queue: each message sent to it pays."""
    memory: str
    """An empty DynamoDB table, whose key is `entry`, a text."""
    names: dict[str, str]
    """The payment by message id, for pictures; what was sent twice is told apart."""


def prepare_payments(lab: Lab) -> Payments:
    """All payments are due, none is paid, and nobody remembers any, whatever was before."""
    delete_payments()
    due, paid = renew_queue(lab, DUE), renew_queue(lab, PAID)
    ledger.create_table(MEMORY)
    names = send_messages(due.url, *PAYMENTS)
    again = send_messages(due.url, SENT_TWICE)
    names |= {message_id: f"{body}, again" for message_id, body in again.items()}
    return Payments(due.url, paid.url, MEMORY, names)


def delete_payments() -> list[str]:
    """Delete both queues and the table, if the course created them; what was deleted."""
    deletions = ((DUE, delete_queue), (PAID, delete_queue), (MEMORY, ledger.delete_ledger))
    return [name for name, delete in deletions if delete(name)]
