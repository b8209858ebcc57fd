"""Five messages, each of which takes another way through a queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

from helpers.bank.queues import delete_queue, renew_pair
from helpers.watching import timeline

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

QUEUE, DEAD_LETTER_QUEUE = "life-queue", "life-dead-letter-queue"
VISIBILITY, RETENTION = 15, 60
"""Seconds."""
RECEIVES = 2
"""After so many a message is dead."""
WORK = 3
"""Seconds between a receive and its deletes."""


def live_all_ways(lab: Lab) -> pd.DataFrame:
    """Let five messages live on two queues of their own, which are deleted afterwards.

    `rent` is received and deleted. `fee` is delayed before. `tax` is forgotten once, and comes
    back. `seven` is forgotten twice, dies, and is redriven to a consumer that can read it. `gift`
    is received by nobody, and expires.

    Returns:
        As `helpers.watching.timeline.read_lifelines` returns it.

    Raises:
        NoTrace: the lab is a real account, which keeps no trace of its messages.
    """
    timeline.read_trace(lab)  # before anything is created
    sqs = boto3.client("sqs")
    queue, dead = renew_pair(lab, QUEUE, DEAD_LETTER_QUEUE, VISIBILITY, RECEIVES)
    sqs.set_queue_attributes(
        QueueUrl=queue.url, Attributes={"MessageRetentionPeriod": str(RETENTION)}
    )
    begin, names = lab.now(), {}

    def send(body: str, delay: int = 0) -> None:
        sent = sqs.send_message(QueueUrl=queue.url, MessageBody=body, DelaySeconds=delay)
        names[sent["MessageId"]] = body

    def consume(at: int, *forgotten: str) -> None:
        """Receive everything `at` so many seconds, and delete it but for what is forgotten."""
        lab.advance(seconds=at - (lab.now() - begin).total_seconds())
        received = sqs.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=10)
        lab.advance(seconds=WORK)
        for message in received.get("Messages", []):
            if message["Body"] not in forgotten:
                sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])

    for body in ("rent", "tax", "seven"):
        send(body)
    send("fee", delay=15)
    consume(5, "tax", "seven")
    consume(25, "seven")
    consume(45)  # finds `seven` dead
    sqs.start_message_move_task(SourceArn=dead.arn)
    consume(60)
    send("gift")
    lab.advance(seconds=65)
    try:
        return timeline.read_lifelines(lab, queue.url, names=names, since=begin)
    finally:
        delete_queue(QUEUE)
        delete_queue(DEAD_LETTER_QUEUE)
