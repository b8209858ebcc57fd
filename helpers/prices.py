"""What things cost on AWS, by the prices in data/prices.csv, and what the course costs."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from helpers.data_files import find_data

if TYPE_CHECKING:
    import pandas as pd

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
"""What a bank uses at most in a month in which nobody does anything: its key, and the empty
receives of its mapping: 15 a minute with five pollers, 6 with two."""


def read_prices() -> dict[str, Decimal]:
    """US dollars for one unit of each item, before any free tier."""
    with PRICES.open(encoding="utf-8", newline="") as file:
        return {row["item"]: Decimal(row["usd"]) / int(row["per"]) for row in csv.DictReader(file)}


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
