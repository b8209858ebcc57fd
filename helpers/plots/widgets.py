"""A CloudWatch dashboard as it is put together in the account: a panel for each widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.plots.dashboard import Curve, Panel, count_minutes, draw_panel
from helpers.plots.style import (
    BLACK,
    BLUE,
    FONT_SIZE,
    GREEN,
    PURPLE,
    VERMILLION,
    check_columns,
    join,
    label_time,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

COLUMNS = ["widget", "metric", "time", "value"]
LOOKS = ((BLUE, "-"), (VERMILLION, "--"), (GREEN, "-."), (BLACK, ":"), (PURPLE, "-"))
"""Colour and line of a widget's metrics, in their order."""
SOURCE = "helpers.watching.dashboards.read_widgets"


def plot_widgets(rows: pd.DataFrame) -> Figure:
    """A panel for each widget, two side by side, lab time on x.

    Args:
        rows: as `helpers.watching.dashboards.read_widgets` returns them: columns widget, metric,
            time, value.

    Raises:
        ValueError: a column is missing, there is no row, or a widget has more than 5 metrics.
    """
    from matplotlib.figure import Figure

    tables = _split(rows)
    lines = -(-len(tables) // 2)
    figure = Figure(figsize=(8.5, 0.4 + 2.4 * lines), layout="constrained")
    grid = list(figure.subplots(lines, 2, squeeze=False).flat)
    for axes, (title, table) in zip(grid, tables.items(), strict=False):
        looks = zip(table.columns, LOOKS, strict=False)
        curves = tuple(Curve(name, name, *look) for name, look in looks)
        minutes = count_minutes(table)
        draw_panel(axes, table, Panel(_escape(title), curves), table, minutes)
        label_time(axes, minutes, unit=60)
        axes.xaxis.label.set_size(FONT_SIZE)
    for axes in grid[len(tables) :]:
        axes.set_axis_off()
    return figure


def describe_widgets(rows: pd.DataFrame) -> str:
    """The finding of `plot_widgets` in words, read from the same rows."""
    sentences = []
    for title, table in _split(rows).items():
        highest = table.max()
        words = [
            f"{name} has no datapoint" if most != most else f"{name} at most {most:g}"
            for name, most in highest.items()
        ]
        sentences.append(f"{title}: {join(words)}.")
    return " ".join(sentences)


def _split(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """A table for each widget: index time, a column for each metric."""
    check_columns(rows, COLUMNS, "plot_widgets", SOURCE)
    if rows.empty:
        raise ValueError(f"There is nothing to show. Give plot_widgets rows from {SOURCE}.")
    tables = {}
    for title, own in rows.groupby("widget", sort=False):
        table = own.pivot(index="time", columns="metric", values="value")
        tables[str(title)] = table[list(dict.fromkeys(own["metric"]))]
        if table.shape[1] > len(LOOKS):
            raise ValueError(f"{title!r} has {table.shape[1]} metrics; {len(LOOKS)} can be told.")
    return tables


def _escape(title: str) -> str:
    return title.replace("{", "{{").replace("}", "}}")
