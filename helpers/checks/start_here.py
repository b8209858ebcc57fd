"""Notebook 00: its questions and its exercises."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3

from helpers.bank.queues import Depth, find_queue, measure_depth
from helpers.checks import answers
from helpers.checks.answers import exercise, judge_in
from helpers.checks.environment import check_environment
from helpers.checks.multiple_choice import ABC, NOT_ATTEMPTED, Question, tell_difference
from helpers.deploying.tags import is_ours

if TYPE_CHECKING:
    from helpers.lab import Lab

__all__ = ["QUESTIONS", "check_environment", "check_own_queue", "check_shorter_wait", "judge"]

OWN_QUEUE = "my-first-queue"


EXPERIMENT = "clock-experiment"
SHORTER, DEFAULT = 10, 30
"""Seconds for which the exercise hides a message, and for which its queue would."""

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
        why="A delay of 60 s is over after 60 s, not after 59 s. You stopped the clock in between.",
        misconceptions={
            1: "The message is in the queue, but delayed. It is visible when its 60 s are over.",
            2: "The cell sent one message. Delayed is a state of this message, not a copy of it.",
        },
        hint="Look at the first printed line: there is one message, and it is in one of three "
        "states.",
    ),
    "received message": Question(
        right="b",
        choices=ABC,
        why="Receiving hides a message for its visibility timeout. Only a delete removes it.",
        misconceptions={
            "a": "Receiving is not deleting. SQS cannot know that the work was done, so it waits "
            "for a delete. If none comes, a consumer can receive the message again.",
            "c": "A message is hidden only for its visibility timeout. Otherwise a consumer that "
            "crashed would keep it forever.",
        },
        hint="Compare the two printed counts, at once and 31 s later.",
    ),
}
FAULTS: dict[str, Callable[[Any], str]] = {
    "delayed message": lambda early: tell_difference(early, Depth(0, 0, 1), "after 59 s"),
    "received message": lambda later: tell_difference(later, Depth(1, 0, 0), "31 s later"),
}
"""What was seen instead of what a question is about; "" if it was seen."""

judge = judge_in(__name__, QUESTIONS, FAULTS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
def check_shorter_wait(lab: Lab, url: str, visible: Any) -> str:
    """Modify, notebook 00: the message was received once, hidden for 10 s, and is visible again.

    Looking means receiving: the message stays visible, and its receive count is one more.

    Args:
        url: of the queue with the message.
        visible: how many messages are visible, by the learner's count, or `...`.
    """
    if visible is ...:
        return NOT_ATTEMPTED
    depth = measure_depth(url)
    if depth.total != 1:
        return f"Not yet: the queue has {depth.total} messages, not 1. Run the whole cell again."
    if depth.in_flight:
        return (
            "Not yet: the message is still hidden. Give VisibilityTimeout=10 to receive_message, "
            "and let 11 s pass."
        )
    looked = boto3.client("sqs").receive_message(
        QueueUrl=url, VisibilityTimeout=0, WaitTimeSeconds=1, MessageSystemAttributeNames=["All"]
    )
    attributes = looked["Messages"][0]["Attributes"]
    if int(attributes["ApproximateReceiveCount"]) == 1:  # this look
        return "Not yet: nobody received the message. Receive it first."
    received = int(attributes["ApproximateFirstReceiveTimestamp"]) / 1000
    passed = lab.now().timestamp() - received
    if not SHORTER <= passed < DEFAULT:
        return (
            f"Not yet: {passed:.0f} s passed since the receive. Hide the message for {SHORTER} s, "
            f"and let 11 s pass: the queue's own timeout is {DEFAULT} s."
        )
    if visible != depth.visible:
        return f"Not yet: you stored {visible!r}, and the queue shows {depth.visible} as visible."
    return "Right: VisibilityTimeout in receive_message is for this receive, not for the queue."


@exercise
def check_own_queue() -> str:
    """Make, notebook 00: my-first-queue hides messages for 60 s and has three visible ones."""
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
        return f"Not yet: it has {depth.visible} visible messages, not 3.{again}"
    if not is_ours(boto3.client("sqs").list_queue_tags(QueueUrl=queue.url).get("Tags", {})):
        return "Not yet: it has no tag of the course, so the clean-up will not delete it."
    return "Right: 60 s, and 3 visible messages."
