"""Notebook 03: its questions and its exercises."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import boto3

from helpers.bank.queues import find_queue, measure_depth
from helpers.checks.questions import ABC, Question, judge_answer
from helpers.experiments import payments
from helpers.experiments.visibility import look_at_all
from helpers.watching import timeline

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

PATIENCE = "patience"
"""The queue of the exercise with growing waits."""
TRIES = 3
OWN_QUEUES = ("comes-back", "too-late", "hold-on", PATIENCE)
"""Of the experiments; the clean-up deletes them."""

QUESTIONS = {
    "received how often": Question(
        right=4,
        why="At 0, 30, 60 and 90 seconds. It would go on so until it is deleted, dead or expired.",
        misconceptions={
            1: "That is the widespread sentence: after 30 s a message will not be processed any "
            "more. The opposite is true: after 30 s it is given out again.",
            3: "Count the first receive, too: it is at second 0.",
            5: "Each wait ends after 30 s, not after 20: the 20 s are the receive's patience.",
        },
        hint="Count the printed seconds.",
    ),
    "a late delete": Question(
        right="c",
        choices=ABC,
        why="A handle belongs to one receive. Ben's is newer, and Anna hears nothing of it.",
        misconceptions={
            "a": "Anna's receipt handle was outdated when Ben received the message.",
            "b": "SQS answers 200, as always. A standard queue does not tell.",
        },
        hint="Read both lines: what was Anna told, and what is in the queue?",
    ),
    "let go": Question(
        right=3,
        why="Each receive counts when it happens. To let go does not take it back.",
        misconceptions={
            2: "Ben's receive counts, also when he could not use the message.",
            1: "The count is the message's, not the consumer's.",
            0: "Nothing turns a receive count back, except a redrive.",
        },
        hint="Read the second line.",
    ),
    "extended once": Question(
        right=50,
        why="The new timeout counts from the moment of the call: 20 + 30.",
        misconceptions={
            60: "The timeout is not added to the old one. It starts anew when you call.",
            30: "The old timeout is over when you call: 30 more seconds begin.",
            40: "10 s of the old timeout were left, and are forgotten: 30 s from second 20 on.",
        },
        hint="Look at the picture below: where does the bar of `rent` end?",
    ),
    "five looks": Question(
        right="b",
        choices=ABC,
        why="A look is a receive. After five of them the sixth receive finds it dead.",
        misconceptions={
            "a": "SQS cannot tell a look from an attempt: both receive.",
            "c": "A copy was never made. The one message has moved.",
        },
        hint="Compare what the consumer receives with the number of dead letters.",
    ),
    "count after a redrive": Question(
        right=1,
        why="A redriven message is a new message: new id, new age, nothing counted.",
        misconceptions={
            6: "The five looks are forgotten: the redrive sent a new message.",
            5: "The five looks are forgotten: the redrive sent a new message.",
            0: "The consumer's own receive counts.",
        },
        hint="Read the receive count that was printed.",
    ),
    "what to remember": Question(
        right="c",
        choices=ABC,
        why="A second delivery has the same message id; what was sent twice has another one.",
        misconceptions={
            "a": "A delete keeps the message from coming back later, not from having been "
            "delivered twice.",
            "b": "It finds the second deliveries of SQS. What the sender sent again has a new id.",
        },
        hint="Which of the printed numbers is the number of payments?",
    ),
}

judge = partial(judge_answer, QUESTIONS)


def check_patience(lab: Lab) -> str:
    """Modify, notebook 03: the last message in the queue `patience` was hidden longer each time."""
    queue = find_queue(PATIENCE)
    lives = timeline.read_lifelines(lab, PATIENCE)
    if queue is None or lives.empty:
        return f"Not attempted yet: there is no message in a queue named {PATIENCE}."
    life = lives[lives["message"] == lives["message"].iloc[-1]]
    hidden, gaps = _read_waits(life)
    if not hidden:
        return "Not attempted yet: the message was not received."
    waits = ", ".join(f"{seconds:g}" for seconds in hidden)
    if "deleted" in set(life["then"]):
        return "Not yet: the message was deleted, and the transfer was not made."
    if life["state"].iloc[-1] == "in flight":
        return "Not yet: it is still hidden. Let its wait pass."
    if len(hidden) != TRIES:
        return f"Not yet: hidden for {waits} s. {TRIES} tries are wanted, not {len(hidden)}."
    if any(later <= earlier for earlier, later in pairwise(hidden)):
        return f"Not yet: hidden for {waits} s. Each wait must be longer than the one before."
    if max(gaps) > 1:
        return f"Not yet: it lay in the queue for {max(gaps):g} s. Try again as soon as it is back."
    return f"Right: hidden for {waits} s. Who is busy is asked less and less often."


def check_payments() -> str:
    """Make, notebook 03: each due payment was paid once, and a table remembers it."""
    due, paid = find_queue(payments.DUE), find_queue(payments.PAID)
    if due is None or paid is None:
        return "Not attempted yet: there are no payments. Run the whole cell."
    left, made = measure_depth(due.url), measure_depth(paid.url)
    if not made.total:
        if left.in_flight:
            return "Not yet: messages were received, and nothing was paid."
        return "Not attempted yet: nothing was paid."
    if left.total:
        return f"Not yet: {left.total} messages are still in {payments.DUE}. Delete what is done."
    expected = len(payments.PAYMENTS)
    if made.total > expected:
        return f"Not yet: {made.total} payments were made, and {expected} were due."
    bodies = {message.body for message in look_at_all(paid.url)}
    if lost := sorted(set(payments.PAYMENTS) - bodies):
        return f"Not yet: {lost[0]} was not paid. The message to pay is the payment's own body."
    remembered = _read_memory()
    if not remembered:
        return (
            "Not yet: paid once, this time. But the table is empty: another consumer, or this one "
            "after a restart, would pay again."
        )
    if missing := sorted(set(payments.PAYMENTS) - remembered):
        return f"Not yet: the table does not remember {missing[0]}. Its `entry` is the payment."
    return f"Right: {expected} payments, each made once, and any other consumer can see it."


def _read_waits(life: pd.DataFrame) -> tuple[list[float], list[float]]:
    """For how long each receive of a message hid it, and how long it was visible in between."""
    flights = life[life["state"] == "in flight"].groupby("receive_count", sort=False)
    begins, ends = flights["begins"].min(), flights["ends"].max()
    hidden = [float(seconds) for seconds in ends - begins]
    gaps = [later - earlier for earlier, later in zip(ends, begins.iloc[1:], strict=False)]
    return hidden, [0.0, *gaps]


def _read_memory() -> set[str]:
    """What the table remembers; a word before a slash, as in the ledger, is allowed."""
    items = boto3.client("dynamodb").scan(TableName=payments.MEMORY, ConsistentRead=True)["Items"]
    return {item["entry"]["S"].rpartition("/")[2] for item in items}
