"""A consumer's habit of asking a queue for messages, and what it costs: requests and waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import boto3

if TYPE_CHECKING:
    from helpers.lab import Lab

DELAY = 31
"""Seconds after which the one message of a measurement can be received."""


class Polling(NamedTuple):
    """What a consumer did in the measured time."""

    receives: int
    """Requests, each of which AWS bills."""
    empty: int
    """Those of them that brought nothing."""
    seconds_late: float
    """From the moment when the message could be received to its receipt."""


def measure_polling(lab: Lab, queue_url: str, wait: int, pause: int, seconds: int = 60) -> Polling:
    """Poll the queue for so many seconds, in which one message comes, and delete that.

    Args:
        queue_url: of a queue that holds no other message, and that nobody else polls.
        wait: seconds for which SQS may keep a receive waiting: 0 is short polling, up to 20.
        pause: seconds between one answer and the next request.
        seconds: more than `DELAY` and a pause, else the message is not met.

    Raises:
        ValueError: the consumer would ask again and again at the same moment, or too briefly.
    """
    if wait + pause < 1:
        raise ValueError("Without waiting and without a pause the polling would never end.")
    if seconds <= DELAY + pause:
        raise ValueError(f"{seconds} s are too short: the message comes after {DELAY} s.")
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=queue_url, MessageBody="one message", DelaySeconds=DELAY)
    start, passed = lab.now(), 0.0
    receives = empty = 0
    late = 0.0
    while passed < seconds:
        answer = sqs.receive_message(
            QueueUrl=queue_url, WaitTimeSeconds=min(wait, max(1, int(seconds - passed)))
        )
        receives += 1
        passed = (lab.now() - start).total_seconds()
        for message in answer.get("Messages", []):
            late = passed - DELAY
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        empty += "Messages" not in answer
        lab.advance(seconds=pause)
        passed = (lab.now() - start).total_seconds()
    return Polling(receives, empty, round(late, 1))
