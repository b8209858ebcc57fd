"""Notebook 02: its questions and its exercises."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import boto3

from helpers.bank import keys
from helpers.bank.queues import DAY, RECEIVES_BEFORE_DEAD, Queue, find_queue
from helpers.checks import answers
from helpers.checks.answers import exercise, judge_in
from helpers.checks.multiple_choice import ABC, Question

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
        why="AWS refuses a redrive policy whose target does not exist, so the target comes first.",
        misconceptions={
            "a": "SQS makes no queue that nobody asked for: it could not know how to set it up.",
            "b": "SQS looks for the dead-letter queue at once, when you create the queue.",
        },
        hint="Read the reason that AWS gave.",
    ),
    "second receive": Question(
        right=30,
        why="The message is visible again after 30 s, while the second receive still waits.",
        misconceptions={
            0: "A message that was received is in flight: nobody can receive it for now.",
            20: "At 20 s the first waiting ended with nothing: the message was still in flight.",
            40: "The second receive did not wait its full 20 s: a message came after 10 s.",
        },
        hint="Add up the seconds that the two receives waited.",
    ),
    "after a day": Question(
        right="c",
        choices=ABC,
        why="Retention counts from the sending. SQS deletes an expired message and tells nobody.",
        misconceptions={
            "a": "A queue keeps a message for its retention period only, read or not.",
            "b": "Only too many receives make a dead letter. This message was never received.",
        },
        hint="Compare the depths of both queues after the day.",
    ),
    "hours to find it": Question(
        right=1,
        why="A dead letter keeps the time of its sending: 23 of its 24 hours were over.",
        misconceptions={
            24: "That is so in a FIFO queue. In a standard queue a dead letter keeps the time of "
            "its first sending.",
            47: "Two retention periods do not add up: there is one clock, and it goes on.",
            0: "The message was 23 hours old when it moved, not 24. One hour was left.",
        },
        hint="A day since when? Count from the sending.",
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
        why="SQS needs the key to encrypt new messages and to decrypt the ones that it delivers.",
        misconceptions={
            "b": "The sender is refused as well, as soon as SQS asks KMS for a new data key.",
            "c": "The receiver is refused as well: the bodies at rest are encrypted.",
        },
        hint="Read the column of five minutes later.",
    ),
}

judge = judge_in(__name__, QUESTIONS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
def check_repair(lab: Lab) -> str:
    """Modify, notebook 02: a letter in trap-dead-letter-queue has outlived the queue's day.

    Looking means receiving: the letter is visible again at once, its receive count is one more.
    """
    queue, dead = find_queue("trap-queue"), find_queue("trap-dead-letter-queue")
    if queue is None or dead is None:
        return "Not attempted yet: there is no trap. Run the cell that builds it."
    kept, kept_dead = _read_retention(queue), _read_retention(dead)
    if kept_dead == kept == DAY:
        return "Not attempted yet: both queues still keep messages for 1 day."
    if kept != DAY:
        return f"Not yet: trap-queue must go on keeping messages for 1 day, not {kept} s."
    if kept_dead < 14 * DAY:
        return f"Not yet: the dead letters are kept for {kept_dead / DAY:g} days, not for 14."
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
        return "Not yet: no letter is there. Send a message, and let it fail as before."
    if max(moved) <= DAY:
        return "Not yet: your letter is not a day old. Let time pass, until the day is over."
    return f"Right: the letter is {max(moved) / 3600:.0f} hours old, and it is still there."


@exercise
def check_own_queue() -> str:
    """Make, notebook 02: my-statement-queue and a dead-letter queue that outlives it."""
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
        return f"{name} names a key that does not exist. SQS did not ask; KMS will."
    return "" if found == keys.find_key() else f"{name} has another key, not banking-key."


def _check_retention(queue: Queue, dead: Queue) -> str:
    kept, kept_dead = _read_retention(queue), _read_retention(dead)
    if kept == 4 * DAY:
        return "Not yet: it keeps messages for 4 days, which is a queue's default."
    if kept != OWN_DAYS * DAY:
        return f"Not yet: it keeps messages for {kept} s, not {OWN_DAYS * DAY} s."
    if kept_dead <= kept:
        return (
            f"Not yet: the trap. Dead letters are kept for {kept_dead / DAY:g} days since their "
            f"sending, and messages for {kept / DAY:g}."
        )
    return ""


def _check_rest(queue: Queue, dead: Queue) -> str:
    if (wait := _read(queue, "ReceiveMessageWaitTimeSeconds")) != "20":
        return f"Not yet: a receive waits {wait} s, not 20 s. More empty receives cost more."
    redrive = json.loads(_read(queue, "RedrivePolicy") or "{}")
    if not redrive:
        return (
            "Not yet: it has no RedrivePolicy, so that a bad message comes back until it expires."
        )
    if redrive["deadLetterTargetArn"] != dead.arn:
        return f"Not yet: its dead letters go to {redrive['deadLetterTargetArn'].split(':')[-1]}."
    if (receives := int(redrive["maxReceiveCount"])) != RECEIVES_BEFORE_DEAD:
        return (
            f"Not yet: a message moves to {OWN_DEAD_LETTER_QUEUE} after {receives} receives, not "
            f"after {RECEIVES_BEFORE_DEAD}. Look at maxReceiveCount."
        )
    return "Right: encrypted, patient, and its dead letters outlive it."


def _read_retention(queue: Queue) -> int:
    return int(_read(queue, "MessageRetentionPeriod"))


def _read_time(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _read(queue: Queue, name: str) -> str:
    """One attribute of the queue, "" where it has none."""
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=queue.url, AttributeNames=[name])
    return str(answer.get("Attributes", {}).get(name, ""))
