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
        why="It adds a payment each time it receives it, and an exception fails the whole batch.",
        misconceptions={
            "a": "Look for a line that checks whether a payment is already booked. There is none.",
            "b": "What happens to the payments that are in one batch with the bad message?",
        },
        hint="Two storms were tried. Count the red ones.",
    ),
    "bad message": Question(
        right="b",
        choices=ABC,
        why="Only the message that the handler names is received again, until it becomes a dead "
        "letter.",
        misconceptions={
            "a": "Lambda deletes the messages that the handler does not name. This one is named.",
            "c": "Lambda deletes the messages that the handler does not name.",
        },
        hint="Which messages does the handler name in what it returns?",
    ),
    "news": Question(
        right="c",
        choices=ABC,
        why="The second invocation finds the payment booked, and does not publish.",
        misconceptions={
            "a": "The second put fails, because the item exists. What happens after that?",
            "b": "The condition accepts only the first put.",
        },
        hint="Follow the second invocation line by line: does the put work?",
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
        return 'Not yet. Rehearse it with the storm "batches": it sends full batches.'
    if report.red:
        needed = SECONDS * BATCH
        return (
            f"Not yet. {BATCH} payments at {SECONDS} s each take {needed} s, and a timeout must "
            "be longer than that."
        )
    return "Right. Choose a timeout for a full batch, not for the one message of the first test."


@exercise
def check_own(report: Report | None) -> str:
    """Make: a function of the learner's own that is green in four storms.

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
        return "Not yet. It writes nothing: keep the sum of each account in a table."
    return f"Right. In {len(tried) - 1} storms the result is the same as in the calm run."
