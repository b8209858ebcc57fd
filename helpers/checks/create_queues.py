"""Notebook 02: its questions and its exercises."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3

from helpers.bank import keys
from helpers.bank.queues import DAY, RECEIVES_BEFORE_DEAD, Queue, find_queue
from helpers.checks import answers
from helpers.checks.answers import exercise, judge_in
from helpers.checks.multiple_choice import ABC, Question, tell_difference

if TYPE_CHECKING:
    from helpers.lab import Lab

OWN_QUEUE = "my-statement-queue"
OWN_DEAD_LETTER_QUEUE = "my-statement-dead-letter-queue"
OWN_QUEUES = (OWN_QUEUE, OWN_DEAD_LETTER_QUEUE)
OWN_DAYS = 7

QUESTIONS = {
    "dead-letter queue first": Question(
        right="c",
        choices=ABC,
        why="AWS refuses a redrive policy whose dead-letter queue does not exist, so you create "
        "that "
        "queue first.",
        misconceptions={
            "a": "SQS does not create a queue that you did not ask for.",
            "b": "SQS looks for the dead-letter queue at once, when you create the queue.",
        },
        hint="Read the reason that the cell printed.",
    ),
    "second receive": Question(
        right=30,
        why="The message is visible again after 30 s, while the second call still waits.",
        misconceptions={
            0: "A message that was received is in flight: nobody can receive it before its 30 s "
            "are over.",
            20: "At 20 s the first of the two calls returned no message: it was still in flight.",
            40: "The second call did not wait its full 20 s: the message was visible after 10 s.",
        },
        hint="Add up the seconds that the two calls waited.",
    ),
    "after a day": Question(
        right="c",
        choices=ABC,
        why="Retention counts from the sending. SQS deletes an expired message without a notice.",
        misconceptions={
            "a": "A queue keeps a message for its retention only, received or not.",
            "b": "Only a message that was received too often moves there. This one was never "
            "received.",
        },
        hint="Read the two counts that the cell printed.",
    ),
    "hours to find it": Question(
        right=1,
        why="A dead letter keeps the time of its sending: 23 of its 24 hours were over.",
        misconceptions={
            24: "That is so in a FIFO queue. In a standard queue a dead letter keeps the time of "
            "its first sending.",
            47: "Two retentions do not add up. The clock does not start again when the message "
            "moves.",
            0: "The message was 23 hours old when it moved, not 24. One hour was left.",
        },
        hint="Count the 24 hours from the moment at which the message was sent.",
    ),
    "empty receives": Question(
        right="c",
        choices=ABC,
        why="A long poll waits inside one request, and answers as soon as a message is there.",
        misconceptions={
            "a": "It asks most often. Each request is billed, and most of them bring nothing.",
            "b": "It makes few requests, but the message waits until the next one.",
        },
        hint="Compare two columns, receives and seconds_late.",
    ),
    "order": Question(
        right="b",
        choices=ABC,
        why="A standard queue tries to keep the order, and does not promise it.",
        misconceptions={
            "a": "SQS stores a standard queue on many servers. It mostly keeps the order, but "
            "does not promise it.",
            "c": "SQS does not sort a batch: it answers with the messages that it finds first.",
        },
        hint="Compare the two lists.",
    ),
    "key disabled": Question(
        right="a",
        choices=ABC,
        why="SQS needs the key to encrypt new messages, and to decrypt the ones that it delivers.",
        misconceptions={
            "b": "The sender is refused as well, as soon as SQS asks KMS for a new data key.",
            "c": "The receiver is refused as well: SQS stores the bodies encrypted, and must "
            "decrypt them.",
        },
        hint="Read the row of five minutes later.",
    ),
}

LATE = 2
"""Seconds that a real account's answers may take."""


def _tell_waits(seen: dict[int, list[str]]) -> str:
    """How the two waits differ from one in vain and one that ends at 30 s."""
    as_told = [len(bodies) for bodies in seen.values()] == [0, 1]
    if as_told and 30 <= max(seen) <= 30 + LATE:
        return ""
    return f"by the seconds that had passed the two calls got {seen}"


REFUSED = "KMS.DisabledException"
FAULTS: dict[str, Callable[[Any], str]] = {
    "dead-letter queue first": lambda refusal: "" if refusal else "SQS refused nothing",
    "second receive": _tell_waits,
    "after a day": lambda left: tell_difference(left, [0, 0], "the number of messages"),
    "hours to find it": lambda hours: tell_difference(hours, 1, "the number of hours"),
    "empty receives": lambda table: tell_difference(
        table["seconds_late"].gt(LATE).to_dict(),
        {"a": False, "b": True, "c": False},
        "whether the message came late",
    ),
    "order": lambda arrived: tell_difference(
        sorted(arrived), [-80, -70, -40, 60, 90, 100], "the amounts"
    ),
    "key disabled": lambda seen: tell_difference(
        seen["5 minutes later"], (REFUSED, REFUSED), "five minutes later"
    ),
}
"""What was seen instead of what a question is about; "" if it was seen."""

judge = judge_in(__name__, QUESTIONS, FAULTS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
def check_repair(lab: Lab) -> str:
    """Modify, notebook 02: a message in trap-dead-letter-queue is older than the queue's day.

    Looking means receiving: the message is visible again at once, its receive count is one more.
    """
    queue, dead = find_queue("trap-queue"), find_queue("trap-dead-letter-queue")
    if queue is None or dead is None:
        return "Not attempted yet: there is no trap-queue. Run the cell that creates it."
    kept, kept_dead = _read_retention(queue), _read_retention(dead)
    if kept_dead == kept == DAY:
        return "Not attempted yet: both queues still keep messages for 1 day."
    if kept != DAY:
        return f"Not yet: trap-queue must keep messages for 1 day, as before, not for {kept} s."
    if kept_dead < 14 * DAY:
        return f"Not yet: dead letters are kept for {kept_dead / DAY:g} days, not for 14."
    letters = boto3.client("sqs").receive_message(
        QueueUrl=dead.url,
        VisibilityTimeout=0,
        WaitTimeSeconds=1,
        MaxNumberOfMessages=10,
        MessageSystemAttributeNames=["SentTimestamp", "DeadLetterQueueSourceArn"],
    )
    moved = [
        (lab.now() - _read_time(message["Attributes"]["SentTimestamp"])).total_seconds()
        for message in letters.get("Messages", [])
        if message["Attributes"].get("DeadLetterQueueSourceArn") == queue.arn
    ]
    if not moved:
        return (
            "Not yet: no message came from trap-queue to trap-dead-letter-queue. Send one, and "
            "receive it until it moves."
        )
    if max(moved) <= DAY:
        return (
            f"Not yet: your message is {max(moved) / 3600:.0f} hours old. Let time pass, until it "
            "is 25."
        )
    return f"Right: the message is {max(moved) / 3600:.0f} hours old, and it is still there."


@exercise
def check_own_queue() -> str:
    """Make, notebook 02: my-statement-queue, and a dead-letter queue that keeps messages longer."""
    queue, dead = find_queue(OWN_QUEUE), find_queue(OWN_DEAD_LETTER_QUEUE)
    if queue is None:
        return f"Not attempted yet: there is no queue named {OWN_QUEUE}."
    if dead is None:
        return f"Not yet: there is no queue named {OWN_DEAD_LETTER_QUEUE}."
    for name, one in zip(OWN_QUEUES, (queue, dead), strict=True):
        if trouble := _check_encryption(name, _read(one, "KmsMasterKeyId")):
            return f"Not yet: {trouble}"
    return _check_retention(queue, dead) or _check_rest(queue, dead)


def _check_encryption(name: str, key: str) -> str:
    """What is wrong with the key of a queue, "" if it is the bank's."""
    if not key:
        return f"{name} is not encrypted with a KMS key. Set KmsMasterKeyId."
    kms = boto3.client("kms")
    try:
        found = kms.describe_key(KeyId=key)["KeyMetadata"]["Arn"]
    except kms.exceptions.NotFoundException:
        return (
            f"{name} names a key that does not exist. SQS does not check this when it creates a "
            "queue, but sending a message will fail."
        )
    return "" if found == keys.find_key() else f"{name} has another key, not banking-key."


def _check_retention(queue: Queue, dead: Queue) -> str:
    kept, kept_dead = _read_retention(queue), _read_retention(dead)
    if kept == 4 * DAY:
        return f"Not yet: {OWN_QUEUE} keeps messages for 4 days, which is a queue's default."
    if kept != OWN_DAYS * DAY:
        return f"Not yet: {OWN_QUEUE} keeps messages for {kept} s, not {OWN_DAYS * DAY} s."
    if kept_dead <= kept:
        return (
            f"Not yet: dead letters are kept for {kept_dead / DAY:g} days from their sending, and "
            f"messages for {kept / DAY:g}. A dead letter needs more time than that."
        )
    return ""


def _check_rest(queue: Queue, dead: Queue) -> str:
    if (wait := _read(queue, "ReceiveMessageWaitTimeSeconds")) != "20":
        return f"Not yet: a receive waits {wait} s, not 20 s. Shorter waits cost more."
    redrive = json.loads(_read(queue, "RedrivePolicy") or "{}")
    if not redrive:
        return (
            "Not yet: it has no RedrivePolicy, so a message that fails becomes visible again and "
            "again until it expires."
        )
    if redrive["deadLetterTargetArn"] != dead.arn:
        return f"Not yet: its dead letters go to {redrive['deadLetterTargetArn'].split(':')[-1]}."
    if (receives := int(redrive["maxReceiveCount"])) != RECEIVES_BEFORE_DEAD:
        return (
            f"Not yet: a message moves to {OWN_DEAD_LETTER_QUEUE} after {receives} receives, not "
            f"after {RECEIVES_BEFORE_DEAD}. Look at maxReceiveCount."
        )
    return "Right: both queues are encrypted, and dead letters are kept longer than messages."


def _read_retention(queue: Queue) -> int:
    return int(_read(queue, "MessageRetentionPeriod"))


def _read_time(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _read(queue: Queue, name: str) -> str:
    """One attribute of the queue, "" where it has none."""
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=queue.url, AttributeNames=[name])
    return str(answer.get("Attributes", {}).get(name, ""))
