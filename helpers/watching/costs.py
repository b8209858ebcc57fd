"""What a run would cost on AWS: its metrics, times the prices of `helpers.prices`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from helpers.bank.queues import QUEUE
from helpers.bank.receiver import FUNCTION as RECEIVER
from helpers.deploying.invocations import read_log
from helpers.prices import PRICE_DATE, estimate_costs, read_prices
from helpers.watching.metrics import (
    FUNCTION_METRICS,
    QUEUE_METRICS,
    read_function_metrics,
    read_queue_metrics,
)

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

MONTH = 30 * 86400
"""Seconds, as prices by the month are split here."""
SENDER = f"{RECEIVER}-tester"
READ = 2 * len(QUEUE_METRICS) + len(FUNCTION_METRICS)
"""Metrics that `helpers.watching.metrics.read_bank` reads once."""

__all__ = [
    "PRICE_DATE",
    "count_amounts",
    "estimate_costs",
    "estimate_hour",
    "estimate_key_requests",
    "estimate_run",
    "read_prices",
]


def count_amounts(
    queue: pd.DataFrame,
    function: pd.DataFrame,
    memory_mb: int = 128,
    sent_at_once: int = 10,
    cold_milliseconds: float = 0,
) -> dict[str, float]:
    """What a run used, by its metrics, for `estimate_costs`.

    Counted: invocations, and gigabyte-seconds (duration times memory, as Lambda bills it).
    Modelled, because metrics count messages and AWS bills calls: a call sends `sent_at_once`
    messages; each invocation stands for one receive and one delete; every empty receive is a
    request, too. Bodies of up to 64 KB; AWS bills each further 64 KB as one more request.

    Args:
        queue: as `helpers.watching.metrics.read_queue_metrics` returns it.
        function: as `helpers.watching.metrics.read_function_metrics` returns it.
        memory_mb: of the function.
        sent_at_once: messages that the sender puts in one call, 1 to 10.
        cold_milliseconds: all cold starts together; Duration leaves them out, AWS bills them.
    """
    if not 1 <= sent_at_once <= 10:
        raise ValueError(f"A call sends 1 to 10 messages, not {sent_at_once}.")
    invocations = float(function["Invocations"].sum())
    milliseconds = float((function["Invocations"] * function["Duration"]).sum()) + cold_milliseconds
    sends = -(-float(queue["NumberOfMessagesSent"].sum()) // sent_at_once)
    empty = float(queue["NumberOfEmptyReceives"].sum())
    return {
        "SQS standard requests": sends + 2 * invocations + empty,
        "Lambda requests": invocations,
        "Lambda duration": milliseconds / 1000 * memory_mb / 1024,
    }


def estimate_run(lab: Lab, queue: str, function: str, start: datetime) -> pd.DataFrame:
    """What a queue and a function have cost since `start`, at most, by their metrics.

    A minute's metrics are published when it is over. Each message counts as sent alone; KMS is
    reckoned for one sender and one receiver.

    Args:
        queue, function: names.
        start: aware.

    Returns:
        As `estimate_costs`.
    """
    used = count_amounts(
        read_queue_metrics(lab, queue, start),
        read_function_metrics(lab, function, start),
        sent_at_once=1,
    )
    seconds = (lab.now() - start).total_seconds()
    return estimate_costs({**used, "KMS requests": estimate_key_requests(seconds, 1, 1)})


def estimate_hour(lab: Lab, start: datetime, end: datetime, alarms: int) -> pd.DataFrame:
    """What the bank costs in a time in which the sender sends every minute: work, watching, key.

    The work is counted by metrics, the sender's and the receiver's. Modelled, from above: each
    message that is received is one write to the ledger, each that is sent two reads of accounts;
    KMS is asked by AWS's formula, for one sender and one receiver.

    Args:
        start, end: aware.
        alarms: how many watch.

    Returns:
        As `estimate_costs`, with a column more, part: work, watching or key.
    """
    queue = read_queue_metrics(lab, QUEUE, start, end)
    calls = read_function_metrics(lab, SENDER, start, end)
    used = count_amounts(queue, read_function_metrics(lab, RECEIVER, start, end))
    sends = float(calls["Invocations"].sum())
    own = count_amounts(queue.assign(NumberOfEmptyReceives=0.0), calls)
    seconds = (end - start).total_seconds()
    sent, received = (
        float(queue[name].sum()) for name in ("NumberOfMessagesSent", "NumberOfMessagesReceived")
    )
    requests = used["SQS standard requests"] - -(-sent // 10) + sends
    work = {
        "SQS standard requests": requests,
        "Lambda requests": used["Lambda requests"] + sends,
        "Lambda duration": used["Lambda duration"] + own["Lambda duration"],
        "KMS requests": estimate_key_requests(seconds, 1, 1),
        "DynamoDB write requests": received,
        "DynamoDB read requests": 2 * sent,
    }
    log = [line for name in (SENDER, RECEIVER) for at, line in read_log(name, start) if at < end]
    watching = {
        "CloudWatch alarms": alarms * seconds / MONTH,
        "CloudWatch Logs ingestion": float(sum(len(line.encode()) + 26 for line in log)),
        "GetMetricData metrics": READ,
    }
    parts = {"work": work, "watching": watching, "key": {"KMS key": seconds / MONTH}}
    estimate = estimate_costs({item: n for used in parts.values() for item, n in used.items()})
    return estimate.assign(part=[part for part, used in parts.items() for _ in used])


def estimate_key_requests(
    seconds: float, producers: int, consumers: int, reuse: float = 300
) -> float:
    """The calls of one queue to KMS, by AWS's formula R = (B / D) * (2 * P + C).

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html

    Args:
        seconds: B, the time that is billed.
        producers: P, the principals that send.
        consumers: C, the principals that receive.
        reuse: D, the queue's KmsDataKeyReusePeriodSeconds.
    """
    return seconds / reuse * (2 * producers + consumers)
