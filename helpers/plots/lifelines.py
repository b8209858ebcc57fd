"""The life of each message, a row for each: waiting, in flight, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
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
    explain_above,
    find_time_unit,
    join,
    label_time,
    say,
    show,
    write_nothing,
)
from helpers.watching.timeline import WITHOUT_TRACE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import ColorType

MOST = 40
"""Messages that fit in a picture."""
COLUMNS = ["message", "state", "begins", "ends", "receive_count", "then"]


class Look(NamedTuple):
    """How a state is drawn: what is received is thick, what waits is thin."""

    colour: str
    height: float
    hatch: str
    face: ColorType


STATES = {
    "delayed": Look(PURPLE, 0.12, "", PURPLE),
    "visible": Look(BLUE, 0.16, "", BLUE),
    "in flight": Look(VERMILLION, 0.62, "////", (VERMILLION, 0.2)),
    "dead-letter queue": Look(BLACK, 0.30, "||||", "none"),
    "gone": Look("none", 0.0, "", "none"),
}


class Mark(NamedTuple):
    """The sign at the end of a span."""

    sign: str
    face: str
    edge: str = "white"

    def drawn(self) -> dict[str, Any]:
        """As arguments of matplotlib's `plot` and `Line2D`."""
        return {
            "marker": self.sign,
            "color": self.face,
            "markeredgecolor": self.edge,
            "markeredgewidth": 1.0 if self.edge == "white" else 1.8,
            "markersize": 9,
            "linestyle": "",
        }


LOOK = "looked at"
RECEIVES = ("received", LOOK, "delivered again")

MARKS = {
    LOOK: Mark("o", "white", VERMILLION),
    "extended": Mark(">", VERMILLION),
    "shortened": Mark("<", VERMILLION),
    "let go": Mark("d", VERMILLION),
    "delivered again": Mark("D", "white", VERMILLION),
    "delete ignored": Mark("o", "white", GREEN),
    "deleted": Mark("o", GREEN),
    "dead-lettered": Mark("s", BLACK),
    "expired": Mark("X", PURPLE),
    "redriven": Mark("<", BLUE),
}


def plot_lifelines(rows: pd.DataFrame, runs: pd.DataFrame | None = None) -> Figure:
    """A row for each message, from its sending to its end, in lab time; and below them one for
    each execution environment that worked on them.

    Args:
        runs: as `helpers.watching.timeline.follow_invocations` returns them, in the same seconds.
        rows: as `helpers.watching.timeline.read_lifelines` returns them: columns message, state,
            begins, ends (seconds), receive_count, then.

    Raises:
        ValueError: a column is missing, a state is unknown, or there are more than 40 messages.
    """
    check_columns(rows, COLUMNS, "plot_lifelines", "helpers.watching.timeline.read_lifelines")
    messages = list(dict.fromkeys(rows["message"]))
    _check(rows, messages)
    ran: list[Any] = [] if runs is None else [*_choose_ran(runs).itertuples(index=False)]
    lanes = sorted({int(run.environment) for run in ran})
    height = 1.6 + 0.3 * len([*messages[:10], *lanes]) + 0.23 * len(messages[10:])
    figure, axes = create_axes(max(2.6, height))
    last = max([1.0, *rows["ends"]])
    row: Any
    for row in rows.itertuples(index=False):
        _draw_span(axes, row, messages.index(row.message))
    for receive in _group_receives(rows):
        widest = max(receive, key=lambda row: row.ends - row.begins)
        if widest.ends - widest.begins >= 0.05 * last:  # wide enough for its number
            middle = (widest.begins + widest.ends) / 2
            _number(axes, middle, messages.index(widest.message), widest.receive_count, "none")
    for run in ran:
        _draw_run(axes, run, len(messages) + lanes.index(int(run.environment)), rows)
    names = [*messages, *(f"environment {lane}" for lane in lanes)]
    axes.set_xlim(0, last * 1.02)
    air = max(0.0, (3 - len(names)) / 2)
    axes.set_ylim(len(names) - 0.4 + air, -0.6 - air)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0, pad=10)
    axes.spines["left"].set_visible(False)
    label_time(axes, last)
    _explain(figure, rows)
    if rows.empty:
        write_nothing(axes, "no message")
    return figure


def show_lives(lives: pd.DataFrame | None, runs: pd.DataFrame | None = None) -> None:
    """Show lifelines and their sentence; without any, as on a real account, why there are none.

    Args:
        lives: as `helpers.watching.timeline.follow_messages` returns them.
        runs: as `plot_lifelines` takes them.
    """
    if lives is None:
        say(WITHOUT_TRACE)
    else:
        show(plot_lifelines(lives, runs), describe_lifelines(lives, runs))


def describe_lifelines(rows: pd.DataFrame, runs: pd.DataFrame | None = None) -> str:
    """The finding of `plot_lifelines` in words, read from the same rows."""
    if rows.empty:
        return "There was no message."
    last = rows.groupby("message", sort=False).tail(1)
    total = int(rows["message"].nunique())
    ended = last["then"].isin(["deleted", "expired"])
    # A message that is gone may be delivered once more, so its end is not always its last span.
    counts = {then: int((rows["then"] == then).sum()) for then in ("deleted", "expired")}
    for state in ("dead-letter queue", "in flight", "visible", "delayed"):
        counts[state] = int(((last["state"] == state) & ~ended).sum())
    name, seconds = find_time_unit(end := rows["ends"].max())
    moment = f"{end:g} s" if seconds == 1 else f"{end / seconds:g} {name}"
    endings = join([_tell_ending(state, n, total) for state, n in counts.items() if n])
    said = f"{count(total)}. After {moment}, {endings}. {_describe_receives(rows)}."
    happened = [
        f"{'once' if number == 1 else f'{number} times'} {words}"
        for then, words in HAPPENED
        if (number := int((rows["then"] == then).sum()))
    ]
    if happened:
        said += f" {_begin('; '.join(happened))}."
    if runs is None or (ran := _choose_ran(runs)).empty:
        return said
    places = count(int(ran["environment"].nunique()), "environment")
    return f"{said} {places} ran {count(len(ran), 'invocation')}."


def _tell_ending(state: str, number: int, total: int) -> str:
    """4 are deleted; of one message: it is deleted."""
    subject = "it" if number == total == 1 else str(number)
    if state == "expired":
        return f"{subject} {'has' if number == 1 else 'have'} expired"
    place = "in the dead-letter queue" if state == "dead-letter queue" else state
    return f"{subject} {'is' if number == 1 else 'are'} {place}"


def _begin(words: str) -> str:
    """The words as a sentence begins."""
    return words[0].upper() + words[1:]


HAPPENED = (
    ("visible again", "a message became visible again"),
    ("let go", "a message was let go"),
    ("extended", "a visibility timeout was extended"),
    ("shortened", "a visibility timeout was shortened"),
    ("looked at", "somebody looked at a message"),
    ("delivered again", "a message was delivered once more"),
    ("delete ignored", "a delete was ignored"),
    ("redriven", "a message was redriven"),
)
"""What is told in the sentence, how often it happened before it."""


def _describe_receives(rows: pd.DataFrame) -> str:
    """Who was received how often, the looks and the second deliveries included."""
    received = rows[rows["then"].isin(RECEIVES)].groupby("message", sort=False).size()
    most = int(received.max()) if len(received) else 0
    if rows["message"].nunique() == 1 and most < 2:
        return "It was received once" if most else "Nobody received it"
    if most == 0:
        return "None was received"
    if most == 1:
        everyone = len(received) == rows["message"].nunique()
        return "Each was received once" if everyone else f"{len(received)} of them received once"
    often = [str(name) for name, number in received.items() if number == most]
    if len(often) > 3:
        return f"{count(len(often))} were received {most} times"
    named = _begin(join(often)) if often[0].startswith("message ") else f"The message {often[0]}"
    if len(often) > 1 and not often[0].startswith("message "):
        named = f"The messages {join(often)}"
    return f"{named} {'was' if len(often) == 1 else 'were'} received {most} times"


def _check(rows: pd.DataFrame, messages: list[str]) -> None:
    if unknown := sorted(set(rows["state"]) - STATES.keys()):
        raise ValueError(f"No state {unknown[0]!r}. States: {', '.join(STATES)}.")
    if len(messages) > MOST:
        raise ValueError(
            f"{len(messages)} messages do not fit in a picture; {MOST} do. Choose some: "
            "rows[rows['message'].isin([...])]"
        )


def _draw_span(axes: Axes, row: Any, place: int) -> None:
    """The bar of a span, and the sign of what ended it."""
    look = STATES[row.state]
    if look.height:
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
    if row.then == LOOK:
        _number(axes, row.ends, place, row.receive_count + 1, VERMILLION)
    elif mark := MARKS.get(row.then):
        axes.plot(row.ends, place, **mark.drawn(), clip_on=False, zorder=4)


def _choose_ran(runs: pd.DataFrame) -> pd.DataFrame:
    """Without the attempts that were throttled: they ran nowhere."""
    return runs[runs["environment"].notna()]


def _draw_run(axes: Axes, run: Any, place: int, rows: pd.DataFrame) -> None:
    """The bar of an invocation, with the name of its message, if it was one: at its end the
    message is deleted, or its delete is ignored."""
    axes.barh(
        place,
        run.ends - run.begins,
        left=run.begins,
        height=0.62,
        facecolor="white",  # behind a name in the page's own colour
        edgecolor=GREEN,
        linewidth=1,
    )
    ended = rows[(rows["ends"] == run.ends) & rows["then"].isin(["deleted", "delete ignored"])]
    if len(ended) == 1:
        name = str(ended["message"].iloc[0])
        middle = (run.begins + run.ends) / 2
        axes.text(middle, place, name, ha="center", va="center", fontsize=FONT_SIZE - 2, zorder=4)


def _group_receives(rows: pd.DataFrame) -> Iterator[list[Any]]:
    """The spans of each receive: a changed timeout or an ignored delete divides it."""
    spans = rows[rows["state"] == "in flight"].itertuples(index=False)
    for _, receive in groupby(spans, lambda row: (row.message, row.receive_count)):
        yield list(receive)


def _number(axes: Axes, at: float, place: int, number: int, edge: str) -> None:
    """The number of a receive, in a circle."""
    axes.text(
        at,
        place,
        str(number),
        ha="center",
        va="center",
        fontsize=FONT_SIZE - 2,
        bbox={"boxstyle": "circle,pad=0.12", "facecolor": "white", "edgecolor": edge},
        zorder=4,
    )


def _explain(figure: Figure, rows: pd.DataFrame) -> None:
    """What is drawn is named above it, and only that."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    lasting = rows[rows["ends"] > rows["begins"]]
    signs: list[Patch | Line2D] = [
        Patch(
            facecolor=look.face,
            edgecolor=look.colour,
            hatch=look.hatch,
            label="in flight, nth receive" if state == "in flight" else state,
        )
        for state, look in STATES.items()
        if look.height and (lasting["state"] == state).any()
    ]
    signs += [
        Line2D([], [], label="looked at, nth receive" if then == LOOK else then, **mark.drawn())
        for then, mark in MARKS.items()
        if (rows["then"] == then).any()
    ]
    explain_above(figure, signs, [str(sign.get_label()) for sign in signs])
