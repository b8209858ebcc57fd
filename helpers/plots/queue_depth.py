"""How many messages are in a queue, over lab time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.plots.style import FONT_SIZE, LINES, count, create_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def plot_queue_depth(frame: pd.DataFrame) -> Figure:
    """Messages over lab time, a step line for each column.

    Args:
        frame: index seconds; columns visible, in_flight, dead_lettered, or some of these.
    """
    figure, axes = create_axes()
    highest = max(1, int(frame.to_numpy().max()))
    for column in frame.columns:
        line = LINES[column]
        axes.step(
            frame.index,
            frame[column],
            where="post",
            color=line.colour,
            linestyle=line.style,
            linewidth=2,
            clip_on=False,
        )
    _label_lines(axes, frame, highest)
    axes.set_xlim(0, max(1, float(frame.index.max())))
    axes.set_ylim(0, highest * 1.12)
    axes.set_xlabel("lab time in seconds")
    axes.set_ylabel("messages")
    return figure


def describe_queue_depth(frame: pd.DataFrame) -> str:
    """The finding of `plot_queue_depth` in words, read from the same frame."""
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
            f" From {since:.0f} s to {until:.0f} s a rest of {level} stayed, in flight or visible:"
            f" not one of them was deleted."
        )
    moved = int(dead.iloc[-1] - dead.iloc[0])
    if moved:
        when = dead.index[dead >= dead.iloc[-1]][0]
        sentence += f" {count(moved)} had moved to the dead-letter queue by {when:.0f} s."
    else:
        sentence += " The dead-letter queue did not grow."
    return sentence


def _label_lines(axes: Axes, frame: pd.DataFrame, highest: int) -> None:
    """The name of each line above its longest level stretch, clear of the names before."""
    taken: list[tuple[float, float, float]] = []
    end = float(frame.index.max()) or 1.0
    for column in frame.columns:
        line = LINES[column]
        level, since, until = _find_stretch(frame[column])
        width = 0.0145 * len(line.label) * end
        middle = (since + until) / 2
        left = min(max(middle - width / 2, 0.015 * end), 0.99 * end - width)
        height = level + 0.02 * highest
        while any(
            left < right_edge and left_edge < left + width and abs(height - other) < 0.1 * highest
            for left_edge, right_edge, other in taken
        ):
            height += 0.1 * highest
        taken.append((left, left + width, height))
        axes.text(left, height, line.label, color=line.colour, va="bottom", fontsize=FONT_SIZE)


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
