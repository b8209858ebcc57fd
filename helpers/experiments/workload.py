"""A load that is sent to a queue of its own, and what its consumer made of it.

One function, the clerk, works on all of them: `helpers/bank/functions/clerk.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3

from helpers.bank.queues import Queue, delete_queue, measure_depth, wait_until_empty
from helpers.deploying.invocations import parse_report, read_log
from helpers.deploying.mappings import create_mapping, delete_mapping, wait_for_mapping
from helpers.deploying.packages import (
    SOURCES,
    build_package,
    delete_function,
    deploy_function,
    find_variables,
)
from helpers.deploying.readiness import NotReadyInTime
from helpers.deploying.roles import create_role, delete_role
from helpers.experiments.alternatives import create_queues
from helpers.watching import costs

if TYPE_CHECKING:
    from helpers.lab import Lab

CLERK = "course-clerk"
ROLE = f"{CLERK}-role"
TIMEOUT = 60
QUEUE = "course-load"
MEMORY_MB = 128
SENT_AT_ONCE = 10
MILLION = 1_000_000


@dataclass(frozen=True)
class Load:
    """What came of one load.

    Attributes:
        messages: that were sent, and worked on.
        invocations: that it took.
        waited: seconds from a message's sending to the end of its work, on average.
        longest: the same, of the message that waited longest.
        busy: environments at work, on average over the time from the first sending to the end.
        seconds: that time.
        cents: US cents for a million such messages, before any free tier: the calls that sent
            them, one receive and one delete for each invocation, the invocations themselves and
            their duration. Empty receives, keys and logs are left out.
    """

    messages: int
    invocations: int
    waited: float
    longest: float
    busy: float
    seconds: float
    cents: float


def create_clerk(lab: Lab, per_invocation: float, per_message: float) -> str:
    """Deploy a new clerk that takes these times (seconds), with no environment started; its ARN."""
    delete_function(CLERK)
    role = create_role(ROLE, "AWSLambdaSQSQueueExecutionRole", "", [])
    return deploy_function(
        lab,
        CLERK,
        build_package([SOURCES / "clerk.py"]),
        "clerk.handler",
        role,
        TIMEOUT,
        {
            "SECONDS_PER_INVOCATION": f"{per_invocation:g}",
            "SECONDS_PER_MESSAGE": f"{per_message:g}",
        },
    )


def delete_clerk() -> list[str]:
    """Delete the clerk, its role and a queue that an interrupted load left; their names."""
    deletions = (
        (CLERK, delete_function),
        (ROLE, delete_role),
        (QUEUE, delete_queue),
        (f"{QUEUE}.fifo", delete_queue),
    )
    return [name for name, delete in deletions if delete(name)]


def run_load(
    lab: Lab,
    messages: int,
    per_second: int,
    groups: int = 0,
    limit: float = 900,
    **settings: Any,
) -> Load:
    """Send messages to a queue made for them, wait until all are worked on, and take it down.

    Args:
        messages: how many.
        per_second: how many of them are sent in each second.
        groups: above 0, the queue is FIFO and the messages go to so many groups in turn.
        limit: seconds of lab time after which it gives up.
        settings: of the event source mapping, such as BatchSize=100.

    Raises:
        ValueError: a number is out of range.
        LookupError: there is no clerk yet.
        NotReadyInTime: messages were left after `limit` seconds.
    """
    if messages < 1 or per_second < 1 or groups < 0:
        raise ValueError("A load needs 1 message or more, 1 a second or more, and no groups < 0.")
    _require_clerk()
    sqs = boto3.client("sqs")
    url, arn = _create_queue(lab, is_fifo=groups > 0)
    mapping = ""
    try:
        mapping = create_mapping(lab, arn, CLERK, **settings)
        wait_for_mapping(lab, mapping)
        start = lab.now()
        calls = 0
        for first in range(0, messages, per_second):
            calls += _send(sqs, url, range(first, min(first + per_second, messages)), groups)
            lab.advance(seconds=1)
        wait_until_empty(lab, url, limit)
        waits, milliseconds = _read_work(start)
    finally:
        _take_down(lab, mapping, url)
    return _sum_up(waits, milliseconds, calls, is_fifo=groups > 0)


def try_filter(
    lab: Lab, pattern: Mapping[str, Any], bodies: Iterable[Mapping[str, Any]], limit: float = 60
) -> dict[str, int]:
    """Send bodies to a queue that the clerk reads through a filter, and see where they are then.

    Args:
        pattern: of the mapping's one filter, such as {"body": {"kind": ["payment"]}}.
        bodies: of the messages; each is sent as JSON.
        limit: seconds of lab time after which it no longer waits for the queue to be empty.

    Returns:
        How many were "sent", how many the clerk "worked on", how many are still "in the queue".

    Raises:
        LookupError: there is no clerk yet.
        ClientError: AWS refuses the pattern.
    """
    _require_clerk()
    sqs = boto3.client("sqs")
    url, arn = _create_queue(lab, is_fifo=False)
    criteria = {"Filters": [{"Pattern": json.dumps(pattern)}]}
    mapping = ""
    try:
        mapping = create_mapping(lab, arn, CLERK, FilterCriteria=criteria)
        wait_for_mapping(lab, mapping)
        start = lab.now()
        sent = [sqs.send_message(QueueUrl=url, MessageBody=json.dumps(body)) for body in bodies]
        with suppress(NotReadyInTime):  # then the answer says what is left
            wait_until_empty(lab, url, limit)
        waits, _ = _read_work(start)
        left = measure_depth(url, sqs).total
    finally:
        _take_down(lab, mapping, url)
    return {"sent": len(sent), "worked on": len(waits), "in the queue": left}


def _require_clerk() -> None:
    if not find_variables(CLERK):
        raise LookupError("There is no clerk. Run the cell with create_clerk first.")


def _take_down(lab: Lab, mapping: str, url: str) -> None:
    """What a load was sent through; `mapping` is empty if it could not be made."""
    if mapping:
        delete_mapping(lab, mapping)
    delete_queue(url.rsplit("/", 1)[-1])


def _create_queue(lab: Lab, is_fifo: bool) -> Queue:
    """An empty queue; one that an interrupted load left is deleted first."""
    (queue,) = create_queues(lab, f"{QUEUE}.fifo" if is_fifo else QUEUE)
    attributes = {"VisibilityTimeout": str(6 * TIMEOUT)}
    if is_fifo:
        attributes["ContentBasedDeduplication"] = "true"
    boto3.client("sqs").set_queue_attributes(QueueUrl=queue.url, Attributes=attributes)
    return queue


def _send(sqs: Any, url: str, numbers: range, groups: int) -> int:
    """Send these messages, ten in a call; how many calls that took."""
    starts = range(numbers.start, numbers.stop, SENT_AT_ONCE)
    for first in starts:
        entries = [
            {"Id": str(number), "MessageBody": f"message {number}"}
            | ({"MessageGroupId": f"group-{number % groups}"} if groups else {})
            for number in range(first, min(first + SENT_AT_ONCE, numbers.stop))
        ]
        answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
        if answer.get("Failed"):
            raise RuntimeError(f"SQS did not take all messages: {answer['Failed'][0]['Message']}")
    return len(starts)


def _read_work(start: datetime) -> tuple[list[tuple[float, float]], list[float]]:
    """What the clerk logged since `start`: each message's end (seconds since then) and its wait;
    and the milliseconds of each invocation."""
    waits: list[tuple[float, float]] = []
    milliseconds: list[float] = []
    for time, line in read_log(CLERK, start):
        if line.startswith("{") and (fields := json.loads(line)).get("event") == "worked":
            ended = (time - start).total_seconds()
            waits += [(ended, waited) for waited in fields["waited"]]
        elif report := parse_report(line):
            milliseconds.append(report.milliseconds)
    return waits, milliseconds


def _sum_up(
    waits: list[tuple[float, float]], milliseconds: list[float], calls: int, is_fifo: bool
) -> Load:
    invocations, seconds = len(milliseconds), max(ended for ended, _ in waits)
    requests = "SQS FIFO requests" if is_fifo else "SQS standard requests"
    used = {
        requests: calls + 2 * invocations,
        "Lambda requests": invocations,
        "Lambda duration": sum(milliseconds) / 1000 * MEMORY_MB / 1024,
    }
    per_million = {item: amount / len(waits) * MILLION for item, amount in used.items()}
    return Load(
        messages=len(waits),
        invocations=invocations,
        waited=round(sum(wait for _, wait in waits) / len(waits), 2),
        longest=round(max(wait for _, wait in waits), 2),
        busy=round(sum(milliseconds) / 1000 / seconds, 2),
        seconds=round(seconds, 1),
        cents=round(float(costs.estimate_costs(per_million)["cents"].sum()), 1),
    )
