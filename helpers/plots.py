"""The course's pictures, each with a sentence that says what is to be seen in it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLACK, BLUE, VERMILLION, GREEN, PURPLE = "#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7"
"""The colours of Okabe and Ito that stand out from white, also for the colour-blind."""

SIZE = (7.0, 3.5)
"""Inches."""
FONT_SIZE = 12
DOTS_PER_INCH = 100


class Line(NamedTuple):
    """How a count is drawn, the same in every picture of the course."""

    label: str
    colour: str
    style: str


LINES = {
    "visible": Line("visible", BLUE, "-"),
    "in_flight": Line("in flight", VERMILLION, "--"),
    "dead_lettered": Line("dead-letter queue", BLACK, ":"),
}


def show(figure: Figure, sentence: str) -> None:
    """Show the figure in the notebook, with the sentence as its text alternative and below it."""
    from IPython.display import display

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    display(  # type: ignore[no-untyped-call]
        {"image/png": buffer.getvalue(), "text/plain": sentence},
        metadata={"image/png": {"alt": sentence}},
        raw=True,
    )
    print(sentence)  # noqa: T201


def plot_queue_depth(frame: pd.DataFrame) -> Figure:
    """Messages over lab time, a step line for each column.

    Args:
        frame: index seconds; columns visible, in_flight, dead_lettered, or some of these.
    """
    figure, axes = _create_axes()
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
        return f"The queue stayed empty; {_count(int(dead.iloc[-1]))} in the dead-letter queue."
    after = waiting[waiting.index > busy.index[-1]]
    ending = (
        f"it was empty at {after.index[0]:.0f} s"
        if len(after)
        else f"{int(waiting.iloc[-1])} were left at {waiting.index[-1]:.0f} s"
    )
    sentence = (
        f"The queue held {_count(int(waiting.iloc[0]))} at {waiting.index[0]:.0f} s, and {ending}."
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
        sentence += f" {_count(moved)} had moved to the dead-letter queue by {when:.0f} s."
    else:
        sentence += " The dead-letter queue did not grow."
    return sentence


def draw_map() -> Figure:
    """The bank as boxes and arrows: who sends to whom, and what the key encrypts."""
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyBboxPatch

    figure = Figure(figsize=(8.0, 4.0), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, 16)
    axes.set_ylim(0, 8)
    axes.set_axis_off()
    for x, y, width, colour, name, what in MAP_BOXES:
        axes.add_patch(
            FancyBboxPatch(
                (x, y),
                width,
                1.5,
                boxstyle="round,pad=0.1",
                linewidth=2,
                edgecolor=colour,
                facecolor="white",
            )
        )
        axes.text(
            x + width / 2,
            y + 1.0,
            name,
            ha="center",
            va="center",
            fontsize=FONT_SIZE,
            fontweight="bold",
        )
        axes.text(x + width / 2, y + 0.4, what, ha="center", va="center", fontsize=FONT_SIZE)
    for start, end, style, words, (x, y) in MAP_ARROWS:
        axes.annotate(
            "",
            end,
            start,
            arrowprops={
                "arrowstyle": "-|>",
                "linestyle": style,
                "linewidth": 1.6,
                "color": BLACK,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
        axes.text(x, y, words, ha="center", va="center", fontsize=FONT_SIZE)
    return figure


MAP_BOXES = (
    (0.3, 3.2, 3.2, GREEN, "sender", "Lambda function"),
    (6.0, 3.2, 3.2, BLUE, "banking-queue", "SQS queue"),
    (12.4, 3.2, 3.2, GREEN, "receiver", "Lambda function"),
    (6.0, 6.2, 3.2, PURPLE, "banking-key", "KMS key"),
    (5.2, 0.3, 4.8, BLACK, "dead-letter queue", "SQS queue"),
    (12.4, 0.3, 3.2, VERMILLION, "ledger", "DynamoDB table"),
)
"""Left, bottom, width, colour, name and kind of each box."""

MAP_ARROWS = (
    ((3.7, 3.95), (5.8, 3.95), "-", "sends", (4.7, 4.35)),
    ((9.4, 3.95), (12.2, 3.95), "-", "Lambda polls", (10.8, 4.35)),
    ((7.6, 3.0), (7.6, 2.0), "-", "after 5 receives", (9.3, 2.5)),
    ((14.0, 3.0), (14.0, 2.0), "-", "books", (14.7, 2.5)),
    ((7.6, 6.0), (7.6, 4.9), ":", "encrypts", (8.6, 5.45)),
    ((5.8, 6.95), (1.9, 4.9), ":", "seals the secret", (2.6, 6.2)),
    ((9.4, 6.95), (14.0, 4.9), ":", "seals the secret", (13.2, 6.2)),
)
"""Start, end, line style, words and their place for each arrow."""


def describe_map() -> str:
    """The content of `draw_map` in words."""
    return (
        "The sender function sends transactions to banking-queue. Lambda polls that queue and "
        "invokes the receiver function, which books each transaction in the ledger, a DynamoDB "
        "table. A message that was received 5 times in vain moves to the dead-letter queue. "
        "banking-key encrypts both queues and the signing secret of both functions."
    )


def _create_axes() -> tuple[Figure, Axes]:
    """An empty picture: white in a dark JupyterLab, too, with no frame where no axis is."""
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with mpl.rc_context({"font.size": FONT_SIZE}):
        figure = Figure(figsize=SIZE, facecolor="white", layout="constrained")
        axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    return figure, axes


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
    for place, count in enumerate(map(int, counts)):
        since = times[place]
        if stretches and stretches[-1][0] == count:
            since = stretches.pop()[1]
        stretches.append((count, since, times[place + 1]))
    return stretches


def _count(messages: int) -> str:
    return "1 message" if messages == 1 else f"{messages} messages"
