"""Notebook 00: its questions and its exercises."""

from __future__ import annotations

from functools import partial

import boto3

from helpers.bank.queues import find_queue, measure_depth
from helpers.checks import answers
from helpers.checks.answers import exercise, judge_in
from helpers.checks.environment import check_environment
from helpers.checks.questions import ABC, Question

__all__ = ["QUESTIONS", "check_environment", "check_own_queue", "judge"]

OWN_QUEUE = "my-first-queue"


QUESTIONS = {
    "still clock": Question(
        right=0,
        why="The account's clock stands still until you move it, however long a cell runs.",
        misconceptions={
            1: "Your computer's clock moved. The account has its own clock, and only you move it.",
        },
        hint="Compare the two times that the cell printed.",
    ),
    "delayed message": Question(
        right=0,
        why="A delay of 60 s is over after 60 s, not after 59: the clock lets you stop in between.",
        misconceptions={
            1: "The message is in the queue, but delayed: visible only when its 60 s are over.",
            2: "The cell sent one message. Delayed is a state of this message, not a copy of it.",
        },
        hint="Look at the printed depth: one message, and three states it can be in.",
    ),
    "received message": Question(
        right="b",
        choices=ABC,
        why="Receiving hides a message for its visibility timeout. Only deleting removes it.",
        misconceptions={
            "a": "Receiving is not deleting. SQS cannot know that the work was done; "
            "it waits for a delete, and else lets a consumer receive the message again.",
            "c": "A message is hidden for its visibility timeout only. "
            "Otherwise a consumer that died would keep it for ever.",
        },
        hint="Compare the depth before and after the 30 seconds.",
    ),
    "shorter timeout": Question(
        right=1,
        why="VisibilityTimeout in receive_message counts for this receive, not for the queue.",
        misconceptions={
            0: "The message is still hidden. Was VisibilityTimeout=10 given to receive_message, "
            "and did 11 s pass?",
        },
        hint="Count the visible messages with queues.measure_depth(url).visible.",
    ),
}

judge = judge_in(__name__, QUESTIONS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
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
        return "Not yet: its visibility timeout is 30 s, which is a queue's default."
    if attributes["VisibilityTimeout"] != "60":
        return f"Not yet: its visibility timeout is {attributes['VisibilityTimeout']} s, not 60 s."
    if depth.delayed:
        return f"Not yet: {depth.delayed} of its messages are delayed; only visible ones count."
    if depth.in_flight:
        return f"Not yet: {depth.in_flight} of its messages are in flight; let 60 s pass."
    if depth.visible != 3:
        again = f" To begin again: queues.delete_queue({OWN_QUEUE!r})." if depth.visible > 3 else ""
        return f"Not yet: it shows {depth.visible} messages, not 3.{again}"
    return "Right: 60 s, and 3 visible messages."
