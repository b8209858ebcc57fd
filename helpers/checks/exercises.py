"""Checks of the exercises: they look into the account, not at the learner's code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

from helpers.checks.predictions import NOT_ATTEMPTED
from helpers.dead_letters import explain_dead_letters
from helpers.functions.transactions import CORRUPTED
from helpers.queues import find_queue, measure_depth
from helpers.reconciliation import reconcile

if TYPE_CHECKING:
    from helpers.pipeline import Bank

OWN_QUEUE = "my-first-queue"
OTHER_COUNT = 40


def check_own_queue() -> str:
    """Make, notebook 00: my-first-queue hides messages for 60 s and shows three."""
    queue = find_queue(OWN_QUEUE)
    if queue is None:
        return f"Not attempted yet: there is no queue named {OWN_QUEUE}."
    attributes = boto3.client("sqs").get_queue_attributes(
        QueueUrl=queue.url, AttributeNames=["VisibilityTimeout"]
    )["Attributes"]
    depth = measure_depth(queue.url)
    if attributes["VisibilityTimeout"] == "30":
        return "Not yet: its visibility timeout is 30 s, which a queue has if nobody says else."
    if attributes["VisibilityTimeout"] != "60":
        return f"Not yet: its visibility timeout is {attributes['VisibilityTimeout']} s, not 60 s."
    if depth.delayed:
        return f"Not yet: {depth.delayed} of its messages are delayed; only visible ones count."
    if depth.in_flight:
        return f"Not yet: {depth.in_flight} of its messages are in flight; let 60 s pass."
    if depth.visible != 3:
        return f"Not yet: it shows {depth.visible} messages, not 3."
    return "Right: 60 s, and 3 visible messages."


def check_other_sending(bank: Bank, other: Any, *sendings: Any) -> str:
    """Modify, notebook 06: 40 other transactions were sent, and the proof holds over all.

    Args:
        other: the frame of the learner's sending, or `...`.
        sendings: the frames of the sendings before.
    """
    import pandas as pd

    if other is ...:
        return NOT_ATTEMPTED
    if not isinstance(other, pd.DataFrame) or "transaction_id" not in other.columns:
        return "Not yet: `other` must be what sender.send_transactions returned."
    before = pd.concat(sendings)
    if other.index.isin(before.index).any():
        return "Not yet: `other` is an earlier sending. Call sender.send_transactions again."
    if other["transaction_id"].isin(before["transaction_id"]).any():
        return "Not yet: the same seed makes the same transactions. Choose another one."
    if len(other) != OTHER_COUNT:
        return f"Not yet: {len(other)} transactions were sent, not {OTHER_COUNT}."
    if left := measure_depth(bank.queue_url).total:
        return f"Not yet: {left} messages are still in the queue. Let lab time pass."
    result = reconcile(bank, *sendings, other)
    if not result.is_balanced:
        return f"Not yet: {result.differences['problem'].iloc[0]}. Was anything else sent?"
    return f"Right: {result.prove()}"


def check_forgery(bank: Bank, *sendings: Any) -> str:
    """Make, notebook 06: a message of the learner's own was refused for its signature.

    Args:
        sendings: the frames of what the sender function sent, or `...`.
    """
    if left := measure_depth(bank.queue_url).total:
        return f"Not yet: {left} messages are still in the queue. Let lab time pass."
    known = {name for frame in sendings if frame is not ... for name in frame.index}
    letters = explain_dead_letters(bank.dead_letter_queue_url)
    own = letters[~letters.index.isin(list(known))]
    if own.empty:
        return "Not attempted yet: every dead letter came from the sender function."
    if CORRUPTED in set(own["reason"]):
        return "Right: the form is good, the signature is not, and the ledger never saw it."
    return f"Not yet: your message is {own['reason'].iloc[-1]}: {own['detail'].iloc[-1]}."
