"""How long a dead letter can be found: its whole life, and the part that is left, drawn large."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from helpers.plots.lifelines import COLUMNS
from helpers.plots.style import (
    BLACK,
    BLUE,
    FONT_SIZE,
    SIZE,
    check_columns,
    count,
    find_time_unit,
    number,
    say,
    show,
)
from helpers.watching.timeline import WITHOUT_TRACE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Stay(NamedTuple):
    """When a message moved to the dead-letter queue, and when it was gone from there; in units."""

    moved: float
    gone: float
    unit: str

    @property
    def words(self) -> str:
        """How long that is."""
        length = self.gone - self.moved
        return count(1, self.unit) if length == 1 else f"{number(length)} {self.unit}s"


def plot_time_left(rows: pd.DataFrame) -> Figure:
    """Above, the life of the first dead letter from its sending; below, its time in the dead-letter
    queue, as wide as the picture.

    Args:
        rows: as `helpers.watching.timeline.read_lifelines` returns them.

    Raises:
        ValueError: a column is missing, or no message was in a dead-letter queue and expired.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    stay = _find_stay(rows)
    with mpl.rc_context({"font.size": FONT_SIZE}):
        figure = Figure(figsize=(SIZE[0], 3.2), layout="constrained")
        life, rest = figure.subplots(2, 1, height_ratios=(1, 1.6))
    _draw_life(life, stay)
    _draw_rest(rest, stay)
    _draw_glass(figure, life, rest, stay)
    return figure


def describe_time_left(rows: pd.DataFrame) -> str:
    """The finding of `plot_time_left` in words, read from the same rows."""
    stay = _find_stay(rows)
    return (
        f"The message moved to the dead-letter queue when it was {number(stay.moved)} "
        f"{stay.unit}s old, and expired when it was {number(stay.gone)} {stay.unit}s old. The time "
        f"to find it was {stay.words}."
    )


def show_time_left(rows: pd.DataFrame | None) -> None:
    """Show both; without rows, as on a real account, why there are none.

    Args:
        rows: as `helpers.watching.timeline.follow_messages` returns them.
    """
    if rows is None:
        say(WITHOUT_TRACE)
    else:
        show(plot_time_left(rows), describe_time_left(rows))


def _find_stay(rows: pd.DataFrame) -> Stay:
    check_columns(rows, COLUMNS, "plot_time_left", "helpers.watching.timeline.read_lifelines")
    stays = rows[(rows["state"] == "dead-letter queue") & (rows["then"] == "expired")]
    if stays.empty:
        raise ValueError(
            "plot_time_left needs a message that expired in a dead-letter queue; none did."
        )
    stay = stays.iloc[0]
    name, seconds = find_time_unit(stay["ends"])
    # The seconds that the receives took are no part of the story.
    moved, gone = (round(float(stay[at]) / seconds, 1) for at in ("begins", "ends"))
    return Stay(moved, gone, name.removesuffix("s"))


def _draw_life(axes: Axes, stay: Stay) -> None:
    axes.barh(0, stay.moved, height=0.24, color=BLUE)
    axes.barh(0, stay.gone - stay.moved, left=stay.moved, height=0.9, color=BLACK)
    words = f"in the queue: {number(stay.moved)} {stay.unit}s"
    axes.text(stay.moved / 2, 0.22, words, ha="center", va="bottom", fontsize=FONT_SIZE)
    axes.set_xlim(0, stay.gone)
    axes.set_ylim(-0.45, 0.95)
    axes.axis("off")


def _draw_rest(axes: Axes, stay: Stay) -> None:
    axes.barh(0, 1, height=1, color=BLACK)
    axes.text(
        0.5,
        0,
        f"{stay.words} in the dead-letter queue",
        ha="center",
        va="center",
        color="white",
        fontsize=1.6 * FONT_SIZE,
        fontweight="bold",
    )
    for at, what, age, side in (
        (0, "moved there", stay.moved, "left"),
        (1, "expired", stay.gone, "right"),
    ):
        words = f"{what}, {number(age)} {stay.unit}s old"
        axes.text(at, -0.62, words, ha=side, va="top", fontsize=FONT_SIZE)
    axes.set_xlim(0, 1)
    axes.set_ylim(-1.2, 1.0)
    axes.axis("off")


def _draw_glass(figure: Figure, life: Axes, rest: Axes, stay: Stay) -> None:
    """Two lines from the small block to the large one: it is the same, seen from near."""
    from matplotlib.patches import ConnectionPatch

    for above, below in ((stay.moved, 0), (stay.gone, 1)):
        line = ConnectionPatch(
            (above, -0.45), (below, 0.5), "data", "data", axesA=life, axesB=rest, color=BLACK
        )
        line.set_linestyle(":")
        figure.add_artist(line)
