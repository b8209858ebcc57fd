"""What a run costs, item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.plots.style import BLACK, BLUE, FONT_SIZE, check_columns, create_axes, number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation

COLUMNS = ["amount", "cents"]
SOURCE = "helpers.watching.costs.estimate_costs"
DOLLAR = 100
"""Cents; from here on dollars are told."""
GAP = 5
"""Points between a bar and its words."""


def plot_costs(rows: pd.DataFrame, price_date: str) -> Figure:
    """A bar for each item, the dearest above, with its price and its amount.

    Args:
        rows: as `helpers.watching.costs.estimate_costs` returns them: index item; columns amount,
            cents (US cents; the picture is in US dollars if an item costs one or more).
        price_date: of the price list; it is printed below.

    Raises:
        ValueError: a column is missing, or there is no row.
    """
    _check(rows, "plot_costs")
    rows = rows.sort_values("cents", ascending=False, kind="stable")
    figure, axes = create_axes(max(2.4, 1.3 + 0.36 * len(rows)))
    dear = float(rows["cents"].max()) >= DOLLAR
    prices = [cents / DOLLAR if dear else cents for cents in map(float, rows["cents"])]
    axes.barh(range(len(rows)), prices, height=0.6, facecolor=BLUE, edgecolor=BLACK)
    words = [
        axes.annotate(
            f"{f'${number(price)}' if dear else f'{number(price)} ¢'}  ({_tell(amount)})",
            (price, place),
            xytext=(GAP, 0),
            textcoords="offset points",
            va="center",
            fontsize=FONT_SIZE - 1,
            in_layout=False,
        )
        for place, (amount, price) in enumerate(zip(rows["amount"], prices, strict=True))
    ]
    axes.set_yticks(range(len(rows)), [str(item) for item in rows.index])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(lambda price, _: number(price))
    axes.locator_params(axis="x", nbins=4)
    unit = "US dollars" if dear else "US cents"
    axes.set_xlabel(f"{unit}, by the prices of {price_date},\nbefore any free tier")
    _make_room(figure, axes, prices, words)
    return figure


def describe_costs(rows: pd.DataFrame, price_date: str) -> str:
    """The finding of `plot_costs` in words, read from the same rows."""
    _check(rows, "describe_costs")
    total = float(rows["cents"].sum())
    price = f"${number(total / DOLLAR)}" if total >= DOLLAR else f"{number(total)} US cents"
    sentence = f"Together {price}, by the prices of {price_date}"
    if total == 0:
        return sentence + "."
    dearest = str(rows["cents"].idxmax())
    share = float(rows["cents"].max()) / total
    return f"{sentence}; {share:.0%} of it is for {dearest}."


def _tell(amount: float) -> str:
    return number(amount) if amount < 1000 else f"{amount:,.0f}"


def _make_room(figure: Figure, axes: Axes, prices: list[float], words: list[Annotation]) -> None:
    """Let x end where the words of every bar are whole."""
    axes.set_xlim(0, max(prices) or 1)
    figure.draw_without_rendering()
    whole = axes.get_window_extent().width
    gap = 2 * GAP * figure.dpi / 72
    shares = [(word.get_window_extent().width + gap) / whole for word in words]
    ends = [price / (1 - min(share, 0.8)) for price, share in zip(prices, shares, strict=True)]
    axes.set_xlim(0, max(ends) or 1)


def _check(rows: pd.DataFrame, picture: str) -> None:
    check_columns(rows, COLUMNS, picture, SOURCE)
    if rows.empty:
        raise ValueError(f"{picture} needs at least one item. Give it rows from {SOURCE}.")
