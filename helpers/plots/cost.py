"""What a run costs, item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.plots.style import BLACK, BLUE, FONT_SIZE, check_columns, create_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

COLUMNS = ["amount", "cents"]
SOURCE = "helpers.costs.estimate_costs"


def plot_costs(rows: pd.DataFrame, price_date: str) -> Figure:
    """A bar for each item, the dearest above, with its amount and its price.

    Args:
        rows: as `helpers.costs.estimate_costs` returns them: index item; columns amount, cents
            (US cents).
        price_date: of the price list; it is printed below.

    Raises:
        ValueError: a column is missing, or there is no row.
    """
    _check(rows, "plot_costs")
    rows = rows.sort_values("cents", ascending=False, kind="stable")
    figure, axes = create_axes(max(2.4, 1.3 + 0.36 * len(rows)))
    highest = float(rows["cents"].max()) or 1.0
    axes.barh(range(len(rows)), rows["cents"], height=0.6, facecolor=BLUE, edgecolor=BLACK)
    for place, (amount, cents) in enumerate(zip(rows["amount"], rows["cents"], strict=True)):
        axes.annotate(
            f"{cents:.4g} ¢  ({amount:,.4g})"
            if amount < 1000
            else f"{cents:.4g} ¢  ({amount:,.0f})",
            (cents, place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=FONT_SIZE - 1,
        )
    axes.set_yticks(range(len(rows)), [str(item) for item in rows.index])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, highest * 1.45)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"US cents, by the prices of {price_date},\nbefore any free tier")
    return figure


def describe_costs(rows: pd.DataFrame, price_date: str) -> str:
    """The finding of `plot_costs` in words, read from the same rows."""
    _check(rows, "describe_costs")
    total = float(rows["cents"].sum())
    sentence = f"Together {total:.4g} US cents, by the prices of {price_date}"
    if total == 0:
        return sentence + "."
    dearest = str(rows["cents"].idxmax())
    share = float(rows["cents"].max()) / total
    return f"{sentence}; {share:.0%} of it is for {dearest}."


def _check(rows: pd.DataFrame, picture: str) -> None:
    check_columns(rows, COLUMNS, picture, SOURCE)
    if rows.empty:
        raise ValueError(f"{picture} needs at least one item. Give it rows from {SOURCE}.")
