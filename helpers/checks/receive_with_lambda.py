"""Notebook 04: its questions and its exercises."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import boto3

from helpers.bank import receiver
from helpers.bank.queues import QUEUE, find_queue
from helpers.checks.questions import ABC, NOT_ATTEMPTED, Question, judge_answer
from helpers.deploying.mappings import find_mappings
from helpers.experiments.trials import Trial, run_trial

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

TIMEOUT = 10
ADVISED = 6
"""A queue's visibility timeout, in timeouts of its function: AWS's advice."""

GOOD = ("100", "250", "75")
BAD = ("-40", "seven", "0")
TRIED = ("100", "-40", "250", "seven", "0", "75")

QUESTIONS = {
    "old template": Question(
        right="b",
        choices=ABC,
        why="Lambda checks the role first, and wants sqs:GetQueueAttributes as well.",
        misconceptions={
            "a": "Receiving and deleting are not all: Lambda asks the queue for its attributes, "
            "the visibility timeout among them.",
            "c": "It would, if a permission were taken away later. Here Lambda looks before.",
        },
        hint="Read what AWS said to the second of the three.",
    ),
    "third call": Question(
        right="b",
        choices=ABC,
        why="The environment stays warm from call to call, and so does what its module holds.",
        misconceptions={
            "a": "The module is run once per environment, not once per call: the list goes on.",
            "c": "The handler appends to a list, and answers the list.",
        },
        hint="Compare the answers of the rows with those above them.",
    ),
    "poison": Question(
        right=9,
        why="The invocation failed, so Lambda deletes none of its messages: all come again.",
        misconceptions={
            0: "Lambda does not know which message was bad. It knows that the invocation failed.",
            6: "Those behind the bad one are never reached. The three before it come again, too.",
            3: "The three were booked, five times each. But who says so to Lambda?",
            1: "The bad one is the tenth. You were asked for the good ones.",
        },
        hint="Count the good ones among the dead letters in the table.",
    ),
    "no switch": Question(
        right="c",
        choices=ABC,
        why="Lambda did not read the answer. The invocation succeeded: delete everything.",
        misconceptions={
            "a": "So it is with the switch. Without it nobody reads what the handler answers.",
            "b": "Nothing comes again after an invocation that succeeded, and this one did.",
        },
        hint="Look at the row seven: booked how often, and then?",
    ),
    "booked in all": Question(
        right=(4, 9),
        why="Work that began late was received a second time before it was done.",
        misconceptions={
            3: "Nobody failed, and still: two messages waited for the environment, and their 30 s "
            "went by while they waited.",
        },
        hint="Add up what was booked with 30 s of visibility timeout.",
    ),
    "bookings": Question(
        right=1,
        why="The condition lets the ledger refuse what is there already.",
        misconceptions={
            2: "The handler ran twice, and wrote twice. The second write met the condition.",
            0: "The first delivery was booked like any other.",
        },
        hint="Look at the ledger in the last line.",
    ),
}

judge = partial(judge_answer, QUESTIONS)


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
        return f"Not yet: an exception left the handler, and everything came back: {trial.error}."
    return (
        "Not yet: everything came back. Lambda could not read the answer: each itemIdentifier "
        "must be the messageId of a record."
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
            return f"Not yet: {body} is no whole number above zero, and was booked."
        if end == "deleted":
            return f"Not yet: {body} is lost. Report it, and it becomes a dead letter."
    return ""


def check_timeouts() -> str:
    """Modify, notebook 04: the receiver has 10 seconds, and banking-queue six times as much."""
    functions = boto3.client("lambda")
    queue = find_queue(QUEUE)
    try:
        timeout = functions.get_function_configuration(FunctionName=receiver.FUNCTION)["Timeout"]
    except functions.exceptions.ResourceNotFoundException:
        return "Not yet: there is no receiver. Run the cell that deploys it first."
    if queue is None:
        return f"Not yet: there is no {QUEUE}. Run the checkpoint first."
    answer = boto3.client("sqs").get_queue_attributes(
        QueueUrl=queue.url, AttributeNames=["VisibilityTimeout"]
    )
    visibility = int(answer["Attributes"]["VisibilityTimeout"])
    if timeout == receiver.TIMEOUT and visibility == ADVISED * receiver.TIMEOUT:
        return f"Not attempted yet: {timeout} s for the function, {visibility} s for the queue."
    if timeout != TIMEOUT:
        return f"Not yet: the receiver has {timeout} s, not {TIMEOUT} s."
    if visibility < ADVISED * TIMEOUT:
        return (
            f"Not yet: {visibility} s are {visibility / TIMEOUT:g} times the function's timeout. "
            "AWS accepts it, and advises six times."
        )
    if visibility > ADVISED * TIMEOUT:
        return f"Not yet: {visibility} s are more than advised. A failed message waits as long."
    if not find_mappings(receiver.FUNCTION, queue.arn):
        return "Not yet: the settings are right, but no mapping reads the queue for the receiver."
    return f"Right: {TIMEOUT} s for the function, {visibility} s for the queue."
