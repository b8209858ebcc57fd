"""What a run would cost on AWS, by the prices in data/prices.csv."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from helpers.data_files import find_data
from helpers.watching.metrics import read_function_metrics, read_queue_metrics

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

PRICES = find_data("prices.csv")
PRICE_DATE = "2026-11-23"
"""When the prices were collected; print it with them."""


COURSE = {
    "SQS standard requests": 20_000,
    "Lambda requests": 4_000,
    "Lambda duration": 500,
    "KMS key": 12 / 720,
    "KMS requests": 5_000,
    "DynamoDB write requests": 5_000,
    "DynamoDB read requests": 5_000,
    "CloudWatch alarms": 3 * 4 / 720,
    "CloudWatch Logs ingestion": 5_000_000,
    "GetMetricData metrics": 200,
    "CloudWatch dashboards": 2 * 4 / 720,
}
"""What running all notebooks once uses, rounded up: requests as counted in a run with its waits,
keys, alarms and dashboards by the hours for which they stand."""

STANDING = {"KMS key": 1, "SQS standard requests": 648_000}
"""What a bank uses in a month in which nobody does anything: its key, and the empty receives of
its mapping, as notebook 06 counts them."""


def read_prices() -> dict[str, Decimal]:
    """US dollars for one unit of each item, before any free tier."""
    with PRICES.open(encoding="utf-8", newline="") as file:
        return {row["item"]: Decimal(row["usd"]) / int(row["per"]) for row in csv.DictReader(file)}


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


def estimate_costs(amounts: Mapping[str, float]) -> pd.DataFrame:
    """The cost of these amounts of the priced items.

    Args:
        amounts: units of each item, by its name in data/prices.csv.

    Returns:
        Index item; columns amount, cents (of a US dollar, rounded to 4 decimals).

    Raises:
        ValueError: an item has no price.
    """
    import pandas as pd

    prices = read_prices()
    if unknown := sorted(set(amounts) - prices.keys()):
        raise ValueError(f"No price for {', '.join(unknown)}. Priced: {', '.join(prices)}.")
    rows = [
        (item, amount, float(round(prices[item] * Decimal(str(amount)) * 100, 4)))
        for item, amount in amounts.items()
    ]
    return pd.DataFrame(rows, columns=["item", "amount", "cents"]).set_index("item")


def describe_course() -> str:
    """What the course costs on a real account, in a sentence for whoever is about to open one."""
    once = float(estimate_costs(COURSE)["cents"].sum())
    monthly = float(estimate_costs(STANDING)["cents"].sum()) / 100
    return (
        f"On a real account the whole course costs about {once:.0f} US cents, and a bank that is "
        f"left standing {monthly:.2f} USD a month (prices of {PRICE_DATE}, before any free tier, "
        "without the Kinesis stream of notebook 08)."
    )
