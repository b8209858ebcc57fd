"""The life of each message, a row for each: waiting, in flight, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.plots.style import (
    BLACK,
    BLUE,
    FONT_SIZE,
    GREEN,
    PURPLE,
    VERMILLION,
    check_columns,
    count,
    create_axes,
    join,
    label_time,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 40
"""Messages that fit in a picture."""
COLUMNS = ["message", "state", "begins", "ends", "receive_count", "then"]


class Look(NamedTuple):
    """How a state is drawn: what is received is thick, what waits is thin."""

    colour: str
    height: float
    hatch: str
    face: str


STATES = {
    "delayed": Look(PURPLE, 0.12, "", PURPLE),
    "visible": Look(BLUE, 0.16, "", BLUE),
    "in flight": Look(VERMILLION, 0.62, "////", "#FBE3D6"),
    "dead-letter queue": Look(BLACK, 0.30, "....", "#FFFFFF"),
}


class Mark(NamedTuple):
    """The sign at the end of a span."""

    sign: str
    colour: str


MARKS = {
    "deleted": Mark("o", GREEN),
    "dead-lettered": Mark("s", BLACK),
    "expired": Mark("X", PURPLE),
    "redriven": Mark("<", BLUE),
}


def plot_lifelines(rows: pd.DataFrame) -> Figure:
    """A row for each message, from its sending to its end, in lab time.

    Args:
        rows: as `helpers.timeline.read_lifelines` returns them: columns message, state (delayed,
            visible, in flight, dead-letter queue), begins, ends (seconds), receive_count, then.

    Raises:
        ValueError: a column is missing, a state is unknown, or there are more than 40 messages.
    """
    check_columns(rows, COLUMNS, "plot_lifelines", "helpers.timeline.read_lifelines")
    messages = list(dict.fromkeys(rows["message"]))
    _check(rows, messages)
    height = 1.6 + 0.3 * len(messages[:10]) + 0.23 * len(messages[10:])
    figure, axes = create_axes(max(2.6, height))
    last = max([1.0, *rows["ends"]])
    row: Any
    for row in rows.itertuples(index=False):
        place = messages.index(row.message)
        look = STATES[row.state]
        axes.barh(
            place,
            row.ends - row.begins,
            left=row.begins,
            height=look.height,
            facecolor=look.face,
            edgecolor=look.colour,
            hatch=look.hatch,
            linewidth=1,
        )
        if row.state == "in flight":
            _number_receive(axes, row, place, last)
        if mark := MARKS.get(row.then):
            axes.plot(
                row.ends,
                place,
                mark.sign,
                color=mark.colour,
                markeredgecolor="white",
                markersize=9,
                clip_on=False,
                zorder=4,
            )
    axes.set_xlim(0, last * 1.02)
    air = max(0.0, (3 - len(messages)) / 2)
    axes.set_ylim(len(messages) - 0.4 + air, -0.6 - air)
    axes.set_yticks(range(len(messages)), messages)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    label_time(axes, last)
    _explain(figure, rows)
    return figure


def describe_lifelines(rows: pd.DataFrame) -> str:
    """The finding of `plot_lifelines` in words, read from the same rows."""
    if rows.empty:
        return "There was no message."
    last = rows.groupby("message", sort=False).tail(1)
    receives = rows[rows["state"] == "in flight"].groupby("message").size()
    most = int(receives.max()) if len(receives) else 0
    total = rows["message"].nunique()
    sentence = f"{count(total)}: "
    endings = []
    for then, words in (("deleted", "deleted"), ("expired", "expired")):
        if number := int((last["then"] == then).sum()):
            endings.append(f"{number} {words}")
    for state, words in (
        ("dead-letter queue", "in the dead-letter queue"),
        ("in flight", "in flight"),
        ("visible", "visible"),
        ("delayed", "delayed"),
    ):
        here = (last["state"] == state) & ~last["then"].isin(["deleted", "expired"])
        if number := int(here.sum()):
            endings.append(f"{number} {words}")
    sentence += f"at {rows['ends'].max():g} s {join(endings)}."
    if most == 0:
        return sentence + " None was received."
    if most == 1:
        received = len(receives)
        return sentence + (
            " Each was received once." if received == total else f" {received} received once."
        )
    often = [str(name) for name, number in receives.items() if number == most]
    who = join(often) if len(often) <= 3 else count(len(often))
    were = "was" if len(often) == 1 else "were"
    again = int((rows["then"] == "visible again").sum())
    reappeared = f"; {again} {'time' if again == 1 else 'times'} a message became visible again"
    return f"{sentence} {who} {were} received {most} times{reappeared if again else ''}."


def _check(rows: pd.DataFrame, messages: list[str]) -> None:
    if unknown := sorted(set(rows["state"]) - STATES.keys()):
        raise ValueError(f"No state {unknown[0]!r}. States: {', '.join(STATES)}.")
    if len(messages) > MOST:
        raise ValueError(
            f"{len(messages)} messages do not fit in a picture; {MOST} do. Choose some: "
            "rows[rows['message'].isin([...])]"
        )


def _number_receive(axes: Axes, row: Any, place: int, last: float) -> None:
    """The number of the receive, where the bar is wide enough for it."""
    if row.ends - row.begins >= 0.05 * last:
        axes.text(
            (row.begins + row.ends) / 2,
            place,
            str(row.receive_count),
            ha="center",
            va="center",
            fontsize=FONT_SIZE - 2,
            bbox={"boxstyle": "circle,pad=0.12", "facecolor": "white", "edgecolor": "none"},
        )


def _explain(figure: Figure, rows: pd.DataFrame) -> None:
    """What is drawn is named above it, and only that."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    signs: list[Patch | Line2D] = [
        Patch(
            facecolor=look.face,
            edgecolor=look.colour,
            hatch=look.hatch,
            label="in flight, nth receive" if state == "in flight" else state,
        )
        for state, look in STATES.items()
        if (rows["state"] == state).any()
    ]
    signs += [
        Line2D([], [], color=mark.colour, marker=mark.sign, markersize=9, ls="", label=then)
        for then, mark in MARKS.items()
        if (rows["then"] == then).any()
    ]
    if signs:
        figure.legend(
            handles=signs,
            loc="outside upper left",
            ncols=min(4, len(signs)),
            frameon=False,
            fontsize=FONT_SIZE - 1,
            handlelength=1.6,
            columnspacing=1.2,
        )
