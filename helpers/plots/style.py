"""What all pictures of the course have in common: colours, size, axes, and how they are shown."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape
from itertools import islice
from math import floor, log10
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

BLACK, BLUE, VERMILLION, GREEN, PURPLE = "#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7"
"""The colours of Okabe and Ito that stand out from white, also for the colour-blind."""

SIZE = (7.0, 3.5)
"""Inches."""
FONT_SIZE = 12
WIDTH = 85
"""Letters of the words above a picture that fit in a line; `SIGN`: as wide is a sign before one."""
SIGN = 7
COLUMNS = 95
"""Characters of a printed line: JupyterLab would break a longer one in the middle of a word."""


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


class MovingPicture(NamedTuple):
    """A picture that moves, and is shown as figures are."""

    svg: str


def show(picture: Figure | MovingPicture, sentence: str) -> None:
    """Show the picture in the notebook, with the sentence as its text alternative and below it."""
    from IPython.display import display

    from helpers.plots.vector import draw_svg, embed_svg

    drawn = (
        embed_svg(picture.svg, sentence)
        if isinstance(picture, MovingPicture)
        else draw_svg(picture, sentence)
    )
    shown = f"<figure style='margin:0'>{drawn}<figcaption>{escape(sentence)}</figcaption></figure>"
    display({"text/html": shown, "text/plain": sentence}, raw=True)  # type: ignore[no-untyped-call]


def say(sentence: str) -> None:
    """Print a sentence as wide as a page."""
    print(textwrap.fill(sentence, COLUMNS))  # noqa: T201


def create_axes(height: float = SIZE[1]) -> tuple[Figure, Axes]:
    """An empty picture, with no frame where no axis is."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"font.size": FONT_SIZE}):
        figure = Figure(figsize=(SIZE[0], height), layout="constrained")
        axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def whole_numbers(most: int = 6) -> MaxNLocator:
    """Where the ticks of counts stand: at round numbers, at most so many."""
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=most, steps=[1, 2, 5, 10], integer=True)


def explain_above(figure: Figure, signs: Sequence[Artist], words: Sequence[str]) -> None:
    """What is drawn, named above it in as few lines as hold it."""
    if signs:
        figure.legend(
            handles=signs,
            labels=words,
            loc="outside upper left",
            ncols=_count_columns(words),
            frameon=False,
            fontsize=FONT_SIZE - 1,
            handlelength=1.8,
            columnspacing=1.2,
        )


def _count_columns(words: Sequence[str]) -> int:
    """The columns of signs with words that fit above a picture in as few lines as can be.

    They are filled one by one, the first ones with one more where they do not come out even.
    """
    for lines in range(1, len(words)):
        columns = -(-len(words) // lines)
        least, longer = divmod(len(words), columns)
        rest, width = iter(words), 0
        for column in range(columns):
            own = islice(rest, least + (column < longer))
            width += SIGN + max(map(len, own))
        if width <= WIDTH:
            return columns
    return 1


def write_nothing(axes: Axes, words: str) -> None:
    """Say in the middle of an empty picture that there is nothing to be seen."""
    axes.text(
        0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", fontsize=FONT_SIZE
    )


def count(number: int, noun: str = "message") -> str:
    """1 message, 2 messages."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def number(value: float, digits: int = 4) -> str:
    """With so many significant digits, thousands set apart, and never an exponent."""
    if value == 0:
        return "0"
    text = f"{value:,.{max(0, digits - 1 - floor(log10(abs(value))))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def join(words: list[str]) -> str:
    """a, b and c."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def label_time(axes: Axes, last: float, unit: int = 1) -> None:
    """Lab time on x: in seconds, from ten minutes on in minutes, from six hours on in hours, from
    four days on in days.

    Args:
        last: the highest value on x.
        unit: the seconds in 1 on x; if these are minutes, it does not come down to seconds.
    """
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    name, seconds = find_time_unit(last * unit)
    length = max(seconds, unit) / unit
    axes.set_xlabel(f"lab time in {name if seconds >= unit else 'minutes'}")
    if length == 1:
        return
    ticks = MaxNLocator(nbins=8, steps=[1, 2, 3, 5, 10]).tick_values(0, last / length)
    axes.set_xticks([length * tick for tick in ticks if length * tick <= last * 1.02])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / length:g}"))


def find_time_unit(seconds: float) -> tuple[str, int]:
    """The unit in which so long a time is told, and the seconds in it."""
    for least, name, length in (
        (4 * 86400, "days", 86400),
        (6 * 3600, "hours", 3600),
        (600, "minutes", 60),
    ):
        if seconds >= least:
            return name, length
    return "seconds", 1


def check_columns(rows: pd.DataFrame, columns: Sequence[str], picture: str, source: str) -> None:
    """Raise ValueError, with what to do, unless the rows have these columns."""
    if missing := [column for column in columns if column not in rows]:
        raise ValueError(
            f"{picture} needs the column {join(missing)}. Give it rows as {source} returns them."
        )
