"""The same messages sent in batches of several sizes: requests, time and money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.plots.style import BLUE, FONT_SIZE, check_columns, count, create_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

COLUMNS = ["calls", "seconds", "cents"]
SOURCE = "helpers.bank.sender.measure_batches"


def plot_batches(rows: pd.DataFrame) -> Figure:
    """A bar for each batch size, as long as the sending took, cut into its requests.

    Args:
        rows: as `helpers.bank.sender.measure_batches` returns them: index size; columns calls,
            seconds, cents (US cents for a million messages).

    Raises:
        ValueError: a column is missing, or there is no row.
    """
    _check(rows, "plot_batches")
    figure, axes = create_axes(max(2.2, 1.2 + 0.5 * len(rows)))
    longest = float(rows["seconds"].max()) or 1.0
    for place, (calls, seconds, cents) in enumerate(rows[COLUMNS].itertuples(index=False)):
        step = seconds / calls
        axes.barh(
            [place] * calls,
            [step] * calls,
            left=[step * number for number in range(calls)],
            height=0.6,
            facecolor=BLUE,
            edgecolor="white",
            linewidth=0.6,
        )
        axes.annotate(
            f"{count(calls, 'request')}, {cents:g} ¢",
            (seconds, place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=FONT_SIZE,
        )
    axes.set_yticks(range(len(rows)), [str(size) for size in rows.index])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, longest * 1.45)
    axes.tick_params(axis="y", length=0)
    axes.set_ylabel("batch size")
    axes.set_xlabel("lab time in seconds  (¢: US cents for a million messages)")
    return figure


def describe_batches(rows: pd.DataFrame, price_date: str) -> str:
    """The finding of `plot_batches` in words, read from the same rows."""
    _check(rows, "describe_batches")
    least, most = rows.loc[rows.index.min()], rows.loc[rows.index.max()]
    sentence = " ".join(
        f"In batches of {size} the messages took {count(int(row['calls']), 'request')}, "
        f"{row['seconds']:.3g} s and {row['cents']:.3g} US cents a million."
        for size, row in ((rows.index.min(), least), (rows.index.max(), most))
    )
    return f"{sentence} Prices of {price_date}, before any free tier."


def _check(rows: pd.DataFrame, picture: str) -> None:
    check_columns(rows, COLUMNS, picture, SOURCE)
    if rows.empty:
        raise ValueError(f"{picture} needs at least one batch size. Give it rows from {SOURCE}.")
