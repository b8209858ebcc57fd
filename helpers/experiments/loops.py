"""A function that sends to the queue that it reads, and how long Lambda puts up with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3

from helpers.bank.queues import delete_queue, measure_depth, renew_queue
from helpers.deploying.invocations import parse_report, read_log
from helpers.deploying.mappings import create_mapping, delete_mappings, wait_for_mapping
from helpers.deploying.packages import SOURCES, build_package, delete_function, deploy_function
from helpers.deploying.roles import allow, create_role, delete_role

if TYPE_CHECKING:
    from helpers.lab import Lab

FUNCTION = "course-loop"
ROLE = f"{FUNCTION}-role"
QUEUE = "loop-queue"
DEAD_LETTER_QUEUE = "loop-dead-letter-queue"
TIMEOUT = 5
LOG_DELAY = 5
"""Seconds by which a log may be late on AWS."""


def try_loop(lab: Lab) -> dict[str, int]:
    """Send one message to a function that sends it to its own queue again, until that ends.

    Returns:
        How many "invocations" there were, and how many "dead letters" in the end. All that was
        made for it is deleted again.
    """
    queue, dead = renew_queue(lab, QUEUE), renew_queue(lab, DEAD_LETTER_QUEUE)
    redrive = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 5})
    sqs = boto3.client("sqs")
    sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"RedrivePolicy": redrive})
    may_send = [allow(["sqs:SendMessage"], queue.arn)]
    role = create_role(ROLE, "AWSLambdaSQSQueueExecutionRole", "SendPolicy", may_send)
    package, variables = build_package([SOURCES / "looping.py"]), {"QUEUE_URL": queue.url}
    deploy_function(lab, FUNCTION, package, "looping.handler", role, TIMEOUT, variables)
    try:
        delete_mappings(lab, FUNCTION)  # of a loop that was interrupted
        wait_for_mapping(lab, create_mapping(lab, queue.arn, FUNCTION))
        start = lab.now()
        sqs.send_message(QueueUrl=queue.url, MessageBody="1")
        lab.run_until_idle()
        lab.advance(seconds=LOG_DELAY)
        reports = [line for _, line in read_log(FUNCTION, start) if parse_report(line)]
        return {"invocations": len(reports), "dead letters": measure_depth(dead.url).total}
    finally:
        delete_loop()


def delete_loop() -> list[str]:
    """Delete what the loop was made of; the names of what was deleted."""
    deletions = (
        (FUNCTION, delete_function),
        (ROLE, delete_role),
        (QUEUE, delete_queue),
        (DEAD_LETTER_QUEUE, delete_queue),
    )
    return [name for name, delete in deletions if delete(name)]
