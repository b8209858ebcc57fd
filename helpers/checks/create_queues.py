"""Notebook 02: its questions and its exercises."""

from __future__ import annotations

from functools import partial

import boto3

from helpers.checks.questions import ABC, Question, judge_answer
from helpers.queues import DAY, QUEUE, find_queue

OWN_QUEUE = "my-statement-queue"

QUESTIONS = {
    "after a day": Question(
        right=0,
        why="Retention is 1 day: the message is gone, though nobody received it.",
        misconceptions={1: "A queue keeps a message for its retention period only, read or not."},
        hint="Compare the depth before and after the day.",
    ),
    "empty receives": Question(
        right="c",
        choices=ABC,
        why="A long poll of 20 s is one request for 20 s; a short poll answers at once.",
        misconceptions={
            "a": "An empty receive is a request, and AWS bills requests.",
            "b": "Long polling waits inside one request, so there are fewer of them, not more.",
        },
        hint="Compare the two counts of receives in a minute.",
    ),
    "key disabled": Question(
        right="a",
        choices=ABC,
        why="SQS needs the key to seal what comes and to open what leaves.",
        misconceptions={
            "b": "The sender is refused as well: its message could not be encrypted.",
            "c": "The receiver is refused as well: the bodies at rest are encrypted.",
        },
        hint="Read the two error codes that the cell printed.",
    ),
}

judge = partial(judge_answer, QUESTIONS)


def check_wait(seconds: int) -> str:
    """Modify, notebook 02: banking-queue waits `seconds` for a message on each receive."""
    queue = find_queue(QUEUE)
    if queue is None:
        return f"Not attempted yet: there is no queue named {QUEUE}."
    found = _read(queue.url, "ReceiveMessageWaitTimeSeconds")
    if found == "20":
        return "Not attempted yet: it still waits 20 s."
    if found != str(seconds):
        return f"Not yet: it waits {found} s, not {seconds} s."
    return f"Right: each receive waits up to {seconds} s."


def check_own_queue() -> str:
    """Make, notebook 02: my-statement-queue is encrypted with a key and keeps for 2 days."""
    queue = find_queue(OWN_QUEUE)
    if queue is None:
        return f"Not attempted yet: there is no queue named {OWN_QUEUE}."
    if not _read(queue.url, "KmsMasterKeyId"):
        return "Not yet: it is not encrypted with a KMS key. Set KmsMasterKeyId."
    kept = int(_read(queue.url, "MessageRetentionPeriod"))
    if kept == 4 * DAY:
        return "Not yet: it keeps messages for 4 days, which a queue does if nobody says else."
    if kept != 2 * DAY:
        return f"Not yet: it keeps messages for {kept} s, not {2 * DAY} s."
    return "Right: encrypted with a KMS key, and kept for 2 days."


def _read(url: str, name: str) -> str:
    """One attribute of the queue, "" where it has none."""
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return str(answer.get("Attributes", {}).get(name, ""))
