"""What a run would cost on AWS, by the prices in data/prices.csv."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from helpers.packages import DATA

if TYPE_CHECKING:
    import pandas as pd

PRICES = DATA / "prices.csv"
PRICE_DATE = "2026-11-23"
"""When the prices were collected; print it with them."""


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
