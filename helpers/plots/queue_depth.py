"""How many messages are in a queue, over lab time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.plots.direct_labels import Steps, write_labels
from helpers.plots.style import (
    LINES,
    count,
    create_axes,
    explain_above,
    join,
    label_time,
    whole_numbers,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

ROOM = 1.14
"""How much higher than the highest count the picture is."""


def plot_queue_depth(frame: pd.DataFrame) -> Figure:
    """Messages over lab time, a step line for each column.

    Args:
        frame: index seconds; columns visible, in_flight, dead_lettered, or some of these.

    Raises:
        ValueError: there is no row, or a column of another name.
    """
    _check(frame, "plot_queue_depth")
    figure, axes = create_axes()
    highest = max(1, int(frame.to_numpy().max()))
    last = max(1.0, float(frame.index.max()))
    for column in frame.columns:
        line = LINES[column]
        axes.step(
            frame.index,
            frame[column],
            where="post",
            color=line.colour,
            linestyle=line.style,
            linewidth=2,
            marker="o" if len(frame) == 1 else "",
            label=line.label,
            clip_on=False,
        )
    axes.set_xlim(0, last)
    axes.set_ylim(0, highest * ROOM)
    axes.yaxis.set_major_locator(whole_numbers())
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_ylabel("messages")
    label_time(axes, last)
    if not write_labels(axes, [_steps(frame[column], last, highest) for column in frame.columns]):
        explain_above(figure, *axes.get_legend_handles_labels())
    return figure


def describe_queue_depth(frame: pd.DataFrame) -> str:
    """The finding of `plot_queue_depth` in words, read from the same frame."""
    _check(frame, "describe_queue_depth")
    waiting = frame["visible"] + frame["in_flight"]
    busy = waiting[waiting > 0]
    dead = frame["dead_lettered"]
    if busy.empty:
        return f"The queue stayed empty; {count(int(dead.iloc[-1]))} in the dead-letter queue."
    after = waiting[waiting.index > busy.index[-1]]
    ending = (
        f"it was empty at {after.index[0]:.0f} s"
        if len(after)
        else f"{int(waiting.iloc[-1])} were left at {waiting.index[-1]:.0f} s"
    )
    sentence = (
        f"The queue held {count(int(waiting.iloc[0]))} at {waiting.index[0]:.0f} s, and {ending}."
    )
    plateau = _find_plateau(waiting)
    if plateau is not None:
        level, since, until = plateau
        sentence += (
            f" From {since:.0f} s to {until:.0f} s, {count(level)} stayed in the queue, in flight"
            " or visible."
        )
    moved = int(dead.iloc[-1] - dead.iloc[0])
    if dead.min() < dead.iloc[0]:
        back = int(dead.iloc[-1] - dead.min())
        sentence += (
            f" {count(int(dead.iloc[0]))} left the dead-letter queue, and {back} moved there again."
        )
    elif moved:
        when = dead.index[dead >= dead.iloc[-1]][0]
        sentence += f" {count(moved)} had moved to the dead-letter queue by {when:.0f} s."
    else:
        sentence += " The dead-letter queue did not grow."
    return sentence


def _check(frame: pd.DataFrame, picture: str) -> None:
    if unknown := [str(column) for column in frame.columns if column not in LINES]:
        raise ValueError(f"{picture} knows no {join(unknown)}. Columns: {', '.join(LINES)}.")
    if frame.empty:
        raise ValueError(f"{picture} needs at least one moment, and columns: {', '.join(LINES)}.")


def _steps(counts: pd.Series[Any], last: float, highest: int) -> Steps:
    line = LINES[str(counts.name)]
    times = [float(second) / last for second in counts.index]
    return Steps(line.label, line.colour, times, [each / (highest * ROOM) for each in counts])


def _find_stretch(counts: pd.Series[Any]) -> tuple[int, float, float]:
    """The longest time at one count above zero: the count, since when, until when."""
    stretches = [stretch for stretch in _list_stretches(counts) if stretch[0] > 0]
    if not stretches:
        return 0, float(counts.index[0]), float(counts.index[-1])
    return max(stretches, key=lambda stretch: stretch[2] - stretch[1])


def _find_plateau(counts: pd.Series[Any], least: float = 20) -> tuple[int, float, float] | None:
    """The longest time at one count above zero, if that was `least` seconds."""
    level, since, until = _find_stretch(counts)
    return (level, since, until) if level and until - since >= least else None


def _list_stretches(counts: pd.Series[Any]) -> list[tuple[int, float, float]]:
    stretches: list[tuple[int, float, float]] = []
    times = [*map(float, counts.index), float(counts.index[-1])]
    for place, level in enumerate(map(int, counts)):
        since = times[place]
        if stretches and stretches[-1][0] == level:
            since = stretches.pop()[1]
        stretches.append((level, since, times[place + 1]))
    return stretches
