"""What the monitoring tabs of SQS and Lambda show, on one page."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from helpers.plots.style import (
    BLACK,
    BLUE,
    FONT_SIZE,
    GREEN,
    LINES,
    PURPLE,
    VERMILLION,
    check_columns,
    count,
    find_time_unit,
    join,
    label_time,
    write_nothing,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE = (8.5, 7.6)
"""Inches."""
HEADING = 90
"""Letters that fit in a line above the panels."""


class Curve(NamedTuple):
    """One metric in a panel."""

    metric: str
    label: str
    colour: str
    style: str
    marker: str = ""


class Panel(NamedTuple):
    """One panel: its title, in which {every} is the period, and its metrics."""

    title: str
    curves: tuple[Curve, ...]


QUEUE_PANELS = (
    Panel(
        "Messages in the queue",
        (
            Curve("ApproximateNumberOfMessagesVisible", "visible", BLUE, "-"),
            Curve("ApproximateNumberOfMessagesNotVisible", "in flight", VERMILLION, "--"),
        ),
    ),
    Panel(
        "Age of the oldest, seconds",
        (Curve("ApproximateAgeOfOldestMessage", "oldest", BLUE, "-"),),
    ),
    Panel(
        "Messages {every}",
        (
            Curve("NumberOfMessagesSent", "sent", BLUE, "-"),
            Curve("NumberOfMessagesReceived", "received", VERMILLION, "--"),
            Curve("NumberOfMessagesDeleted", "deleted", GREEN, "-."),
        ),
    ),
)

DEAD_LETTERS = Curve("dead letters", "dead letters", LINES["dead_lettered"].colour, ":")
"""Drawn beside the messages in the queue, where it is asked for."""

FUNCTION_PANELS = (
    Panel(
        "Invocations {every}",
        (
            Curve("Invocations", "invocations", GREEN, "-"),
            Curve("Errors", "errors", VERMILLION, "--"),
        ),
    ),
    Panel("Duration, milliseconds", (Curve("Duration", "average", GREEN, "-"),)),
    Panel(
        "Concurrency, throttles",
        (
            Curve("ConcurrentExecutions", "at once", GREEN, "-"),
            Curve("Throttles", "throttles", PURPLE, "--"),
        ),
    ),
)


def plot_dashboard(
    queue: pd.DataFrame,
    function: pd.DataFrame,
    events: Mapping[str, datetime] | None = None,
    dead: pd.DataFrame | None = None,
) -> Figure:
    """Six panels: on the left the queue, on the right the function, lab time on x.

    A gap in a line is a missing datapoint: CloudWatch published nothing, which is not zero.

    Args:
        queue: as `helpers.watching.metrics.read_queue_metrics` returns it, of any period.
        function: as `helpers.watching.metrics.read_function_metrics` returns it, of the same time.
        events: moments to mark, by their names, such as {"bad deploy": lab.now()}.
        dead: the dead-letter queue's metrics, of the same time, to show how many lie there.

    Raises:
        ValueError: a metric is missing, there is no row, or an event is out of the time shown.
    """
    from matplotlib.figure import Figure

    _check(queue, function)
    queue, queue_panels = _add_dead_letters(queue, dead)
    marks = {name: _minutes(queue, moment) for name, moment in (events or {}).items()}
    last = count_minutes(queue)
    if late := [name for name, minute in marks.items() if not 0 <= minute <= last]:
        raise ValueError(f"The event {late[0]!r} lies outside the time of the metrics.")
    figure = Figure(figsize=SIZE, layout="constrained")
    grid = figure.subplots(3, 2, sharex=True)
    for column, (rows, panels) in enumerate(((queue, queue_panels), (function, FUNCTION_PANELS))):
        for line, panel in enumerate(panels):
            draw_panel(grid[line][column], rows, panel, queue, last)
            _draw_marks(grid[line][column], marks)
        label_time(grid[2][column], last, unit=60)
        grid[2][column].xaxis.label.set_size(FONT_SIZE)
    if marks:
        figure.suptitle(_tell_marks(marks), fontsize=FONT_SIZE, x=0.01, ha="left")
    return figure


def describe_dashboard(
    queue: pd.DataFrame,
    function: pd.DataFrame,
    events: Mapping[str, datetime] | None = None,
    dead: pd.DataFrame | None = None,
) -> str:
    """The finding of `plot_dashboard` in words, read from the same rows."""
    _check(queue, function)

    def total(rows: pd.DataFrame, metric: str) -> int:
        return int(rows[metric].sum())

    depth = queue["ApproximateNumberOfMessagesVisible"].max()
    oldest = queue["ApproximateAgeOfOldestMessage"].max()
    sentence = (
        f"In {count_minutes(queue):g} minutes "
        f"{count(total(queue, 'NumberOfMessagesSent'))} were sent, "
        f"{total(queue, 'NumberOfMessagesReceived')} received and "
        f"{total(queue, 'NumberOfMessagesDeleted')} deleted"
    )
    if depth > 0:
        sentence += f"; at most {depth:.0f} waited"
    if oldest > 0:
        sentence += f"; the oldest was {oldest:.0f} s old"
    if dead is not None:
        lying = dead["ApproximateNumberOfMessagesVisible"].dropna()
        sentence += f"; {int(lying.iloc[-1]) if len(lying) else 0} were dead letters at the end"
    invocations = total(function, "Invocations")
    faults = join(
        [
            f"{count(number, noun) if number else f'no {noun}'}"
            for noun, metric in (("error", "Errors"), ("throttle", "Throttles"))
            for number in [total(function, metric)]
        ]
    )
    sentence += f". {count(invocations, 'invocation')}, {faults}."
    for name, moment in (events or {}).items():
        sentence += f" Marked at {_tell_time(_minutes(queue, moment))}: {name}."
    return sentence


def _check(queue: pd.DataFrame, function: pd.DataFrame) -> None:
    for rows, panels, reader in (
        (queue, QUEUE_PANELS, "read_queue_metrics"),
        (function, FUNCTION_PANELS, "read_function_metrics"),
    ):
        names = [curve.metric for panel in panels for curve in panel.curves]
        check_columns(rows, names, "plot_dashboard", f"helpers.watching.metrics.{reader}")
        if rows.empty:
            raise ValueError("There is no period to show: let a minute pass, then read again.")


def _add_dead_letters(
    queue: pd.DataFrame, dead: pd.DataFrame | None
) -> tuple[pd.DataFrame, tuple[Panel, ...]]:
    if dead is None:
        return queue, QUEUE_PANELS
    first, *rest = QUEUE_PANELS
    first = first._replace(curves=(*first.curves, DEAD_LETTERS))
    lying = dead["ApproximateNumberOfMessagesVisible"]
    return queue.assign(**{DEAD_LETTERS.metric: lying}), (first, *rest)


def _minutes(rows: pd.DataFrame, moment: datetime) -> float:
    """From the first period of these rows to that moment."""
    return float((moment - rows.index[0]).total_seconds()) / 60


def count_minutes(rows: pd.DataFrame) -> float:
    """From the first period of these rows to the end of the last, 1 at least."""
    return max(_minutes(rows, rows.index[-1]) + _period(rows), 1.0)


def _period(rows: pd.DataFrame) -> float:
    """Minutes from row to row."""
    return _minutes(rows, rows.index[1]) if len(rows) > 1 else 1.0


def _tell_period(minutes: float) -> str:
    """Such as a minute, an hour, in 5 minutes."""
    if minutes in (1, 60, 1440):
        return {1: "a minute", 60: "an hour", 1440: "a day"}[int(minutes)]
    return f"in {minutes:g} minutes" if minutes % 60 else f"in {minutes / 60:g} hours"


def _tell_time(minutes: float) -> str:
    name, seconds = find_time_unit(minutes * 60)
    if name in ("seconds", "minutes"):
        return f"{minutes:.3g} min"
    return f"{minutes * 60 / seconds:.3g} {name}"


def _tell_marks(marks: Mapping[str, float]) -> str:
    """What the letters in the panels stand for."""
    words = [
        f"{chr(ord('A') + number)}  {name} ({_tell_time(minute)})"
        for number, (name, minute) in enumerate(sorted(marks.items(), key=lambda item: item[1]))
    ]
    lines = [textwrap.fill(words[0], HEADING)]
    for each in words[1:]:
        if len(lines[-1]) + len(each) < HEADING:
            lines[-1] += f"      {each}"
        else:
            lines.append(textwrap.fill(each, HEADING))
    return "\n".join(lines)


def draw_panel(
    axes: Axes, rows: pd.DataFrame, panel: Panel, whole: pd.DataFrame, last: float
) -> None:
    """Step lines of the columns that the panel names.

    Args:
        rows: index time.
        whole: rows with whose first one the x axis begins; it has `last` minutes.
    """
    from matplotlib.ticker import MaxNLocator

    period = _period(rows)
    edges = [_minutes(whole, moment) for moment in rows.index]
    highest, counts = 0.0, True
    for curve in panel.curves:
        values = list(rows[curve.metric])
        axes.step(
            [*edges, edges[-1] + period],
            [*values, values[-1]],
            where="post",
            color=curve.colour,
            linestyle=curve.style,
            linewidth=2,
            label=curve.label,
            clip_on=False,
        )
        known = [value for value in values if value == value]
        highest, counts = max([highest, *known]), counts and all(v == int(v) for v in known)
    if rows[[curve.metric for curve in panel.curves]].isna().to_numpy().all():
        write_nothing(axes, "no datapoint")
    axes.set_title(
        panel.title.format(every=_tell_period(period)),
        fontsize=FONT_SIZE,
        loc="left",
        y=1.0,
        pad=24,
        fontweight="bold",
    )
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.03, 0.98),
        ncols=3,
        frameon=False,
        fontsize=FONT_SIZE - 1,
        handlelength=1.8,
        columnspacing=1.0,
        borderpad=0.2,
    )
    axes.set_xlim(0, last)
    axes.set_ylim(0, (highest or 1) * 1.15)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=counts or highest > 3))
    axes.yaxis.set_major_formatter("{x:,.10g}")
    axes.tick_params(labelsize=FONT_SIZE - 1)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_marks(axes: Axes, marks: Mapping[str, float]) -> None:
    for number, minute in enumerate(sorted(marks.values())):
        axes.axvline(minute, color=BLACK, linestyle=":", linewidth=1.5)
        axes.annotate(
            chr(ord("A") + number),
            (minute, 1),
            xycoords=("data", "axes fraction"),
            xytext=(3, -2),
            textcoords="offset points",
            va="top",
            fontsize=FONT_SIZE - 1,
            fontweight="bold",
        )
