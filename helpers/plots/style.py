"""What all pictures of the course have in common: colours, size, axes, and how they are shown."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

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
    print(textwrap.fill(sentence, COLUMNS))  # noqa: T201


def create_axes(height: float = SIZE[1]) -> tuple[Figure, Axes]:
    """An empty picture: white in a dark JupyterLab, too, with no frame where no axis is."""
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with mpl.rc_context({"font.size": FONT_SIZE}):
        figure = Figure(figsize=(SIZE[0], height), facecolor="white", layout="constrained")
        axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    return figure, axes


def count(number: int, noun: str = "message") -> str:
    """1 message, 2 messages."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def join(words: list[str]) -> str:
    """a, b and c."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def label_time(axes: Axes, last: float) -> None:
    """Lab time on x: in seconds, from ten minutes on in minutes, from six hours on in hours."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    if last < 600:
        axes.set_xlabel("lab time in seconds")
        return
    unit, seconds = ("hours", 3600) if last >= 6 * 3600 else ("minutes", 60)
    ticks = MaxNLocator(nbins=8, steps=[1, 2, 3, 5, 10]).tick_values(0, last / seconds)
    axes.set_xlabel(f"lab time in {unit}")
    axes.set_xticks([seconds * tick for tick in ticks if seconds * tick <= last * 1.02])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda second, _: f"{second / seconds:g}"))


def check_columns(rows: pd.DataFrame, columns: Sequence[str], picture: str, source: str) -> None:
    """Raise ValueError, with what to do, unless the rows have these columns."""
    if missing := [column for column in columns if column not in rows]:
        raise ValueError(
            f"{picture} needs the column {join(missing)}. Give it rows as {source} returns them."
        )
