"""Notebook 04: its questions and its exercises."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from helpers.bank import receiver
from helpers.bank.queues import DEAD_LETTER_QUEUE, QUEUE, find_queue
from helpers.checks import answers
from helpers.checks.answers import exercise, judge_in
from helpers.checks.multiple_choice import ABC, NOT_ATTEMPTED, Question
from helpers.deploying.mappings import find_mappings, wait_for_mapping
from helpers.experiments.trials import Trial, run_trial

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

SWITCH = "ReportBatchItemFailures"

GOOD = ("100", "250", "75")
BAD = ("-40", "seven", "0")
TRIED = ("100", "-40", "250", "seven", "0", "75")

QUESTIONS = {
    "third call": Question(
        right="b",
        choices=ABC,
        why="The environment stays warm from call to call, and keeps the variables of its file.",
        misconceptions={
            "a": "The file is run once per environment, not once per call: the list grows.",
            "c": "The handler appends to a list, and returns the list.",
        },
        hint="Compare the answers of the rows with those above them.",
    ),
    "two permissions": Question(
        right="b",
        choices=ABC,
        why="Lambda checks the role first. It also needs sqs:GetQueueAttributes.",
        misconceptions={
            "a": "Lambda also asks the queue for its attributes, such as the visibility timeout.",
            "c": "That happens if a permission is removed later. Here Lambda checks at once.",
        },
        hint="Read what AWS answered with 2 actions.",
    ),
    "poison": Question(
        right=9,
        why="The invocation failed, so Lambda deletes none of its messages, and receives all of "
        "them again.",
        misconceptions={
            0: "Lambda does not know which message was bad. It knows that the invocation failed.",
            6: "The six behind the bad one are never reached. But the three before it are received "
            "again, too.",
            3: "The three were booked, five times each. The invocation still failed, so Lambda did "
            "not delete them.",
            1: "The bad one is the fourth of the ten. You were asked for the good ones.",
            10: "That counts the bad one, too. You were asked for the good ones.",
        },
        hint="Count the good ones among the dead letters in the table.",
    ),
    "without the switch": Question(
        right="c",
        choices=ABC,
        why="Lambda did not read what the handler returned. The invocation succeeded, so all "
        "messages were deleted.",
        misconceptions={
            "a": "That needs a setting of the mapping. By default Lambda does not read what the "
            "handler returns.",
            "b": "The invocation succeeded. Then Lambda deletes the messages, and none is received "
            "again.",
        },
        hint="Look at the row seven: how many times was it booked, and what happened in the end?",
    ),
    "booked in all": Question(
        right="c",
        choices=ABC,
        why="Two messages waited for the environment, became visible, and were received again.",
        misconceptions={
            "a": "No handler failed, so no message is lost. Each was booked at least once.",
            "b": "No handler failed, but two messages waited for the environment, and their 30 s "
            "ended meanwhile.",
        },
        hint="Add up what was booked with a visibility timeout of 30 s.",
    ),
}


def _list_ends(trial: Trial, dead: int, booked: int) -> bool:
    ends = trial.table["end"] == "dead letter"
    once = trial.table["booked"] == 1
    return int(ends.sum()) == dead and int(once.sum()) == booked


def _unless(is_so: Callable[[Any], bool]) -> Callable[[Any], str]:
    """What the handler did instead; "" where it is so."""
    return lambda seen: "" if is_so(seen) else _tell_fault(seen)


def _tell_fault(seen: pd.DataFrame | Trial) -> str:
    if isinstance(seen, Trial):
        return seen.error or "the table shows another result"
    return f"the third call returned {seen['answer'].iloc[2]}"


FAULTS = {
    "third call": _unless(lambda table: list(table["answer"][:3]) == [[1], [1, 1], [1, 1, 1]]),
    "poison": _unless(
        lambda trial: trial.error.startswith("ValueError") and _list_ends(trial, 10, 0)
    ),
    "without the switch": _unless(lambda trial: not trial.error and _list_ends(trial, 0, 9)),
    "booked in all": _unless(
        lambda trial: not trial.error and int(trial.table["booked"].min()) > 0
    ),
}
"""What was seen instead of what a question is about; "" if it was seen."""

judge = judge_in(__name__, QUESTIONS, FAULTS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
def check_own_handler(lab: Lab, handler: Any) -> str:
    """Make, notebook 04: a handler that books amounts above zero, and reports the rest.

    It is tried on a queue of its own, with good and bad messages in one batch.
    """
    if handler is ...:
        return NOT_ATTEMPTED
    try:
        trial = run_trial(lab, handler, TRIED, report=True)
    except ValueError:
        return f"Not yet: `mine` must be a function of this notebook, not {handler!r}."
    said = _judge_all(trial) or _judge_good(trial.table) or _judge_bad(trial.table)
    return said or "Right: 3 booked once, 3 dead letters."


def _judge_all(trial: Trial) -> str:
    if not (trial.table["end"] == "dead letter").all():
        return ""
    if trial.error:
        return (
            "Not yet: the handler raised an exception, and all messages became visible again: "
            f"{trial.error}."
        )
    return (
        "Not yet: all messages became visible again. Lambda could not read what the handler "
        "returned: each itemIdentifier must be the messageId of a record."
    )


def _judge_good(table: pd.DataFrame) -> str:
    good = table.loc[list(GOOD)]
    for body, (booked, end) in good.iterrows():
        if end == "dead letter":
            return f"Not yet: {body} is above zero, and became a dead letter."
        if booked != 1:
            return f"Not yet: {body} was deleted, and booked {booked} times. Print `booked {body}`."
    return ""


def _judge_bad(table: pd.DataFrame) -> str:
    for body, (booked, end) in table.loc[list(BAD)].iterrows():
        if booked:
            return f"Not yet: {body} is not a whole number above zero, but was booked."
        if end == "deleted":
            return f"Not yet: {body} is lost. Report it, and it becomes a dead letter."
    return ""


@exercise
def check_switch(lab: Lab) -> str:
    """Modify, notebook 04: the mapping of the bank's receiver reads the receiver's answers. Three
    bad messages are sent, and must become dead letters."""
    queue, dead = find_queue(QUEUE), find_queue(DEAD_LETTER_QUEUE)
    if queue is None or dead is None:
        return f"Not attempted yet: there is no {QUEUE}. Run the checkpoint first."
    found = find_mappings(receiver.FUNCTION, queue.arn)
    if not found:
        return f"Not attempted yet: no mapping reads {QUEUE} for the receiver. Run the cell before."
    if found[0].get("FunctionResponseTypes") != [SWITCH]:
        return f"Not attempted yet: FunctionResponseTypes of the mapping does not have {SWITCH}."
    wait_for_mapping(lab, found[0]["UUID"])
    counted = receiver.count_bad_messages(lab, queue.url, dead.url)
    if counted["dead letters"] != counted["sent"]:
        return f"Not yet: {counted['dead letters']} of {counted['sent']} are dead letters."
    return f"Right: {counted['sent']} bad messages were sent once more, and all are dead letters."
