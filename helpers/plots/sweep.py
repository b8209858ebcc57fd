"""Settings compared: how long messages wait against what a million of them cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.plots.style import (
    BLACK,
    BLUE,
    FONT_SIZE,
    GREEN,
    PURPLE,
    VERMILLION,
    check_columns,
    create_axes,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = ["varied", "value", "seconds", "cents"]
LOOKS = (
    (BLUE, "o", "-"),
    (VERMILLION, "s", "--"),
    (GREEN, "^", "-."),
    (PURPLE, "D", ":"),
    (BLACK, "v", "-"),
)
"""Colour, marker and line of each setting that is varied, in the order of the rows."""
SOURCE = "your experiment"


def plot_sweep(rows: pd.DataFrame, latency: str = "latency in seconds") -> Figure:
    """A point for each run; runs in which the same setting was varied are joined by a line.

    Down and to the left is better: messages wait less and cost less.

    Args:
        rows: columns varied (the setting's name, such as "batching window"), value (what it was
            set to, written beside the point), seconds (how long a message waited), cents (US
            cents for a million messages).
        latency: what `seconds` measures, for the axis.

    Raises:
        ValueError: a column is missing, there is no row, or more than 5 settings are varied.
    """
    _check(rows, "plot_sweep")
    figure, axes = create_axes(4.2)
    settings = list(dict.fromkeys(rows["varied"]))
    for setting, (colour, marker, style) in zip(settings, LOOKS, strict=False):
        own = rows.loc[(rows["varied"] == setting).to_list()]
        axes.plot(
            own["cents"],
            own["seconds"],
            color=colour,
            marker=marker,
            linestyle=style,
            linewidth=1.6,
            markersize=8,
            markeredgecolor="white",
            label=setting,
        )
    axes.set_xlim(0, (float(rows["cents"].max()) or 1) * 1.15)
    axes.set_ylim(0, (float(rows["seconds"].max()) or 1) * 1.15)
    _write_values(axes, rows, settings)
    axes.set_xlabel("US cents for a million messages")
    axes.set_ylabel(latency)
    figure.legend(
        loc="outside upper left", ncols=3, frameon=False, fontsize=FONT_SIZE, handlelength=2.6
    )
    return figure


def describe_sweep(rows: pd.DataFrame) -> str:
    """The finding of `plot_sweep` in words, read from the same rows."""
    _check(rows, "describe_sweep")
    cheap = rows.iloc[int(rows["cents"].argmin())]
    quick = rows.iloc[int(rows["seconds"].argmin())]

    def words(row: Any) -> str:
        return (
            f"{row['varied']} {row['value']} ({row['seconds']:.3g} s, {row['cents']:.4g} US cents "
            "for a million messages)"
        )

    if len(rows) == 1:
        return f"One run: {words(cheap)}."
    if cheap.equals(quick):
        return f"Of {len(rows)} runs the cheapest is also the quickest: {words(cheap)}."
    return f"Of {len(rows)} runs the cheapest is {words(cheap)}; the quickest is {words(quick)}."


def _write_values(axes: Axes, rows: pd.DataFrame, settings: list[str]) -> None:
    """Each point's value beside it, in its line's colour, where nothing else stands."""
    from matplotlib.patheffects import withStroke

    points = [
        axes.transAxes.inverted().transform(axes.transData.transform(point))
        for point in zip(rows["cents"], rows["seconds"], strict=True)
    ]
    taken = [(float(x), float(y)) for x, y in points]
    for (x, y), setting, value in zip(
        list(taken), rows["varied"], map(str, rows["value"]), strict=True
    ):
        place = _find_place(x, y, 0.009 * len(value), taken)
        taken.append(place)
        axes.text(
            *place,
            value,
            transform=axes.transAxes,
            ha="center",
            va="center",
            color=LOOKS[settings.index(setting)][0],
            fontsize=FONT_SIZE - 1,
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )


def _find_place(
    x: float, y: float, half: float, taken: list[tuple[float, float]]
) -> tuple[float, float]:
    """Where words of that half width fit beside a point; all in shares of the axes."""
    side = half + 0.022
    places = [
        (x + direction * side, y + rise)
        for rise in (0.05, 0.0, 0.1, -0.05, 0.15, 0.2, 0.25)
        for direction in (1, -1)
        if y + rise > 0.01
    ]
    free = (
        place
        for place in places
        if not any(
            abs(place[0] - other) < half + 0.018 and abs(place[1] - level) < 0.048
            for other, level in taken
        )
    )
    return next(free, places[0])


def _check(rows: pd.DataFrame, picture: str) -> None:
    check_columns(rows, COLUMNS, picture, SOURCE)
    if rows.empty:
        raise ValueError(f"{picture} needs at least one run.")
    if (number := rows["varied"].nunique()) > len(LOOKS):
        raise ValueError(f"{picture} can tell {len(LOOKS)} settings apart, not {number}.")
