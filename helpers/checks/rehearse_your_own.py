"""Notebook 09: its questions and its exercises."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from helpers.checks import answers
from helpers.checks.answers import exercise, judge_in
from helpers.checks.multiple_choice import ABC, NOT_ATTEMPTED, Question

if TYPE_CHECKING:
    from helpers.rehearsing.rehearsals import Report

SECONDS, BATCH = 1, 4
"""What the slow function takes for a payment, and how many payments come in a batch."""
OWN = ("delivered-twice", "sent-twice", "at-the-same-time", "poison")
"""The storms that the learner's own function must bear."""

QUESTIONS = {
    "first receiver": Question(
        right="c",
        choices=ABC,
        why="It adds again what comes again, and a failing batch takes its good messages along.",
        misconceptions={
            "a": "Look for what tells it that a payment is booked already. There is nothing.",
            "b": "What becomes of the payments that stand in one batch with the bad message?",
        },
        hint="Two storms were tried. Count the red ones.",
    ),
    "bad message": Question(
        right="b",
        choices=ABC,
        why="Only the message that is named comes back, until it is a dead letter.",
        misconceptions={
            "a": "What an answer does not name is deleted. This one is named.",
            "c": "Those that are not named are done, and Lambda deletes them.",
        },
        hint="Lambda deletes what the answer does not name.",
    ),
    "news": Question(
        right="c",
        choices=ABC,
        why="The second try finds the payment booked, and leaves before it publishes.",
        misconceptions={
            "a": "It is tried again, and the conditional put fails: read on from there.",
            "b": "The payment is booked only if it is not there, whoever tries.",
        },
        hint="Follow the second try, line by line: what does the put say?",
    ),
}
"""The questions before each experiment, and an answer for each way to think about them."""

judge = judge_in(__name__, QUESTIONS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
def check_timeout(report: Report | None) -> str:
    """Modify: a timeout that is long enough for a full batch.

    Args:
        report: of a rehearsal of the slow function, with full batches.
    """
    if report is None:
        return NOT_ATTEMPTED
    tried = {result.storm.name for result in report.results}
    if "batches" not in tried:
        return 'Not yet. Rehearse it with the storm "batches": that one brings full batches.'
    if report.red:
        needed = SECONDS * BATCH
        return (
            f"Not yet. {BATCH} payments at {SECONDS} s each take {needed} s, and a timeout must "
            "be longer than that."
        )
    return "Right. A timeout is for a full batch, not for the one message of the first test."


@exercise
def check_own(report: Report | None) -> str:
    """Make: a function of the learner's own that bears four storms.

    Args:
        report: of its rehearsal.
    """
    if report is None:
        return NOT_ATTEMPTED
    tried = {result.storm.name for result in report.results if not result.skipped}
    if missing := [name for name in OWN if name not in tried]:
        return f"Not yet. Rehearse it in {', '.join(missing)}, too."
    if report.red:
        return f"Not yet. It is red in {', '.join(report.red)}: print the report, and read why."
    if not any(result.storm.name == "calm" for result in report.results) or not report.left:
        return "Not yet. It leaves nothing behind: keep the sum of each account in a table."
    return f"Right. {len(tried) - 1} storms, and what is left is as after a calm day."
