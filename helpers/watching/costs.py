"""What a run would cost on AWS: its metrics, times the prices of `helpers.prices`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from helpers.prices import PRICE_DATE, estimate_costs, read_prices
from helpers.watching.metrics import read_function_metrics, read_queue_metrics

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

__all__ = [
    "PRICE_DATE",
    "count_amounts",
    "estimate_costs",
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
