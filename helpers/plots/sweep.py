"""Settings compared: how long messages wait against what a million of them cost."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from helpers.plots.direct_labels import Box
from helpers.plots.style import (
    BLACK,
    BLUE,
    FONT_SIZE,
    GREEN,
    PURPLE,
    VERMILLION,
    check_columns,
    create_axes,
    number,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Point = tuple[float, ...]

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
            f"{row['varied']} {row['value']} ({row['seconds']:.3g} s, {number(row['cents'])} "
            "US cents for a million messages)"
        )

    if len(rows) == 1:
        return f"One run: {words(cheap)}."
    if cheap.equals(quick):
        return f"Of {len(rows)} runs the cheapest is also the quickest: {words(cheap)}."
    return f"Of {len(rows)} runs the cheapest is {words(cheap)}; the quickest is {words(quick)}."


def _write_values(axes: Axes, rows: pd.DataFrame, settings: list[str]) -> None:
    """Each point's value beside it, in its line's colour, where nothing else stands.

    Where points lie so close together that there is no place, a value is left out.
    """
    from matplotlib.patheffects import withStroke

    points = [
        tuple(map(float, axes.transAxes.inverted().transform(axes.transData.transform(point))))
        for point in zip(rows["cents"], rows["seconds"], strict=True)
    ]
    taken = [Box.around(x, y, 0.012, 0.02) for x, y in points]
    crossed = _list_crossed(points, list(rows["varied"]))
    for (x, y), setting, value in zip(points, rows["varied"], map(str, rows["value"]), strict=True):
        place = _find_place(x, y, 0.0085 * len(value), taken, crossed)
        if place is None:
            continue
        taken.append(place)
        axes.text(
            (place.left + place.right) / 2,
            (place.bottom + place.top) / 2,
            value,
            transform=axes.transAxes,
            ha="center",
            va="center",
            color=LOOKS[settings.index(setting)][0],
            fontsize=FONT_SIZE - 1,
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )


def _find_place(
    x: float, y: float, half: float, taken: list[Box], crossed: list[Point]
) -> Box | None:
    """Where words of that half width fit beside a point, near it and off the lines; None: nowhere.

    All in shares of the axes.
    """
    side = half + 0.02
    places = [
        (abs(rise) + (0.0 if across > 0 else 0.01), Box.around(x + across, y + rise, half, 0.03))
        for rise in (0.06, 0.0, -0.06, 0.1, -0.1, 0.15, 0.2)
        for across in (side, 0.0, -side)
        if (across, rise) != (0.0, 0.0)
    ]
    free = [
        (cost + 0.03 * sum(box.holds(point) for point in crossed), box)
        for cost, box in places
        if box.is_inside and not any(box.touches(other) for other in taken)
    ]
    return min(free)[1] if free else None


def _list_crossed(points: list[Point], varied: list[str]) -> list[Point]:
    """Points, close together, of the lines that join the runs of each setting."""
    crossed: list[Point] = []
    for setting in dict.fromkeys(varied):
        own = [point for point, each in zip(points, varied, strict=True) if each == setting]
        for (x, y), (right, top) in pairwise(own):
            crossed += [
                (x + (right - x) * part / 50, y + (top - y) * part / 50) for part in range(51)
            ]
    return crossed


def _check(rows: pd.DataFrame, picture: str) -> None:
    check_columns(rows, COLUMNS, picture, SOURCE)
    if rows.empty:
        raise ValueError(f"{picture} needs at least one run.")
    if (settings := rows["varied"].nunique()) > len(LOOKS):
        raise ValueError(f"{picture} can tell {len(LOOKS)} settings apart, not {settings}.")
