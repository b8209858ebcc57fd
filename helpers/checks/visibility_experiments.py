"""Notebook 03: its questions and its exercises."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from helpers.bank.queues import find_queue, measure_depth
from helpers.checks import answers
from helpers.checks.answers import exercise, judge_in
from helpers.checks.multiple_choice import ABC, Question
from helpers.experiments import payments
from helpers.experiments.visibility import look_at_all
from helpers.watching import timeline

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

HIDDEN = 30
"""Seconds for which a receive hides a message of the payments."""
PATIENCE = "patience"
"""The queue of the exercise with growing waits."""
WAITS = (10, 20, 40)
"""Seconds: for how long its message is to be hidden, time after time."""
OWN_QUEUES = ("comes-back", "too-late", "hold-on", PATIENCE, "looked-at", "looked-at-dead")
"""Of the experiments; the clean-up deletes them."""

QUESTIONS = {
    "received how often": Question(
        right=4,
        why="At 0, 30, 60 and 90 seconds. This goes on until the message is deleted, becomes a "
        "dead letter, or expires.",
        misconceptions={
            1: 'This is the common mistake: "after 30 s a message will not be processed any '
            'more". After 30 s it can be received again.',
            3: "Count the first receive, too. It is at second 0.",
            5: "The message is hidden for 30 s, not for 20. 20 s is how long a receive waits.",
        },
        hint="Count the seconds in the first line.",
    ),
    "a late delete": Question(
        right="c",
        choices=ABC,
        why="Each receive has its own handle. Ben's handle is newer, so Anna's deletes nothing.",
        misconceptions={
            "a": "Anna's receipt handle was outdated when Ben received the message.",
            "b": "SQS answers 200. A standard queue reports no error here.",
        },
        hint="Read both lines: which status did Anna get, and what is in the queue?",
    ),
    "extended once": Question(
        right=50,
        why="The new timeout counts from the moment of the call: 20 + 30.",
        misconceptions={
            60: "The new timeout is not added to the old one. It begins at the call.",
            30: "The call at second 20 replaced the old timeout: 30 more seconds began.",
            40: "The 10 s that were left of the old timeout do not count: 30 s from second 20 on.",
            80: "`report` is hidden until then. You were asked about `audit`.",
        },
        hint="Look at the picture below: where does the bar of `audit` end?",
    ),
    "five looks": Question(
        right="b",
        choices=ABC,
        why="SQS counts every receive. After five of them, the sixth makes the message a dead "
        "letter.",
        misconceptions={
            "a": "SQS cannot tell who only looks at a message from who works on it: both receive.",
            "c": "SQS does not copy the message. It moves it.",
        },
        hint="Compare what the consumer receives with the number of dead letters.",
    ),
    "what to remember": Question(
        right="c",
        choices=ABC,
        why="A second delivery has the same message id. A payment that was sent twice has two ids.",
        misconceptions={
            "a": "The delete comes too late: the message was delivered twice already.",
            "b": "That finds the second deliveries of SQS. But a message that the sender sent "
            "again has a new id.",
        },
        hint="Which of the printed numbers is the number of payments?",
    ),
    "after a death": Question(
        right=900,
        why="The payment was marked as done and never paid. The next consumer skipped it.",
        misconceptions={
            1000: "The second consumer finds payment-05 marked as done, so it does not pay it.",
            1100: "That is the other order: paid, not yet marked, and then paid again.",
            400: "The messages that were not deleted become visible after 30 s, and another "
            "consumer receives them.",
            500: "The messages that were not deleted become visible after 30 s, and another "
            "consumer receives them.",
        },
        hint="Read the first row of the table.",
    ),
}

judge = judge_in(__name__, QUESTIONS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
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
    wanted = ", ".join(map(str, WAITS))
    if len(hidden) != len(WAITS) or any(
        abs(seconds - wait) > 1 for seconds, wait in zip(hidden, WAITS, strict=True)
    ):
        return f"Not yet: it was hidden for {waits} s. You were asked for {wanted} s."
    if max(gaps) > 1:
        return f"Not yet: it was visible for {max(gaps):g} s. Receive it as soon as it is visible."
    return f"Right: it was hidden for {waits} s. Waits that grow are called backoff."


@exercise
def check_payments(lab: Lab) -> str:
    """Make, notebook 03: each due payment was made once, whatever may happen to a consumer, and
    the message that nobody can pay is not lost. Time passes until that message can be seen."""
    due, dead = find_queue(payments.DUE), find_queue(payments.DEAD)
    if due is None or dead is None:
        return "Not attempted yet: there are no payments. Run the whole cell."
    account, left = payments.read_account(), measure_depth(due.url)
    if not account.euros and not account.remembered:
        if left.in_flight:
            return "Not yet: messages were received, and nothing was paid."
        return "Not attempted yet: nothing was paid."
    expected = len(payments.PAYMENTS) * payments.EUROS
    if account.euros != expected:
        return f"Not yet: the landlord has {account.euros} EUR, and {expected} EUR were due."
    if missing := sorted(set(payments.PAYMENTS) - account.remembered):
        return (
            f"Not yet: all is paid, but the table does not remember {missing[0]}. Another consumer "
            "would pay it again."
        )
    if risky := sorted(set(payments.PAYMENTS) - account.at_once):
        return (
            f"Not yet: {risky[0]} was paid in one step and remembered in another. A consumer that "
            "crashes between the two steps loses money. Use payments.pay_once."
        )
    if not left.in_flight + left.visible:
        lost = not measure_depth(dead.url).total
    else:
        lab.advance(seconds=HIDDEN)
        bodies = {message.body for message in look_at_all(due.url)}
        lost = payments.STRANGER not in bodies and not measure_depth(dead.url).total
        if done := sorted(bodies - {payments.STRANGER}):
            return f"Not yet: {done[0]} is paid, and its message is still in {payments.DUE}."
    if lost:
        return (
            f"Not yet: nobody can pay {payments.STRANGER}, and its message was deleted, so nobody "
            "will ever know of it. Leave it in the queue."
        )
    return f"Right: {expected} EUR, each payment made once, and {payments.STRANGER} is not lost."


def _read_waits(life: pd.DataFrame) -> tuple[list[float], list[float]]:
    """For how long each receive of a message hid it, and how long it was visible in between."""
    flights = life[life["state"] == "in flight"].groupby("receive_count", sort=False)
    begins, ends = flights["begins"].min(), flights["ends"].max()
    hidden = [float(seconds) for seconds in ends - begins]
    gaps = [later - earlier for earlier, later in zip(ends, begins.iloc[1:], strict=False)]
    return hidden, [0.0, *gaps]
