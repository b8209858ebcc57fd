"""Notebook 06: its questions and its exercises."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from helpers.checks.questions import ABC, NOT_ATTEMPTED, Question, judge_answer
from helpers.dead_letters import explain_dead_letters
from helpers.functions.transactions import CORRUPTED
from helpers.queues import measure_depth
from helpers.reconciliation import reconcile

if TYPE_CHECKING:
    from helpers.pipeline import Bank

OTHER_COUNT = 40


QUESTIONS = {
    "changed amount": Question(
        right="b",
        choices=ABC,
        why="The form is still right and both accounts exist; only the signature tells.",
        misconceptions={
            "a": "The form only says that cents is a whole number above zero: 999900 is one.",
            "c": "Both accounts are in the ledger. The signature is checked before them, too.",
        },
        hint="Read the reason that the check printed.",
    ),
    "invocations": Question(
        right="c",
        choices=ABC,
        why="Pollers take what is there: batches need not fill, and refused messages come back.",
        misconceptions={
            "a": "Batch size 10 is a limit, not a promise: a batch may hold fewer messages, "
            "and what is refused is received again.",
            "b": "A batch holds up to ten messages, so that a hundred invocations are not needed.",
        },
        hint="Compare with the number of REPORT lines in the log.",
    ),
    "receives": Question(
        right=5,
        why="maxReceiveCount is 5: after five receives in vain the next one moves the message.",
        misconceptions={
            1: "A refusal is no verdict. The queue gives the message out again, since the fault "
            "may have been the receiver's, until maxReceiveCount is reached.",
            6: "Nearly: at the sixth attempt SQS moves the message, and the receiver "
            "does not see it any more.",
            10: "Ten is the batch size. How often one message comes is up to maxReceiveCount.",
        },
        hint="Count the rows of the table: one for each receive.",
    ),
    "seconds": Question(
        right=(148, 165),
        why="Five receives, and 30 s of visibility timeout after each: 150 s, and a little.",
        misconceptions={
            0: "Nothing tells the queue that a message is bad. It waits for the visibility "
            "timeout after each receive.",
            30: "After 30 s the message comes back for the first time. Four more receives follow.",
            120: "The fifth receive is then; its visibility timeout must end as well.",
            180: "Five timeouts, not six: the first receive is at the start.",
        },
        hint="Each refused message is invisible for 30 s after each of its receives.",
    ),
    "sent twice": Question(
        right="a",
        choices=ABC,
        why="The conditional put finds the transaction in the ledger and books nothing new.",
        misconceptions={
            "b": "The message is a new one, the transaction is not, and the ledger's key is the "
            "transaction's id.",
            "c": "The receiver answers a repeated transaction like a booked one: no failure, "
            "so Lambda deletes the message.",
        },
        hint="Count the bookings before and after.",
    ),
}

judge = partial(judge_answer, QUESTIONS)


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
