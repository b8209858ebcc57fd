"""Which execution environment ran what, and when: a row for each, a bar for each invocation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.plots.style import (
    BLACK,
    FONT_SIZE,
    GREEN,
    PURPLE,
    VERMILLION,
    check_columns,
    count,
    create_axes,
    explain_above,
    join,
    label_time,
    write_nothing,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import ColorType

MOST = 60
"""Environments that fit in a picture."""
NUMBERED = 15
"""Up to so many, a row is high enough for a number."""
COLUMNS = ["environment", "begins", "ends", "outcome", "messages"]


class Look(NamedTuple):
    """How an outcome is drawn."""

    colour: str
    face: ColorType
    hatch: str


OUTCOMES = {
    "success": Look(GREEN, (GREEN, 0.25), ""),
    "error": Look(VERMILLION, (VERMILLION, 0.2), "////"),
    "timeout": Look(BLACK, "none", "xxxx"),
}
THROTTLED = "throttled"


def plot_environments(rows: pd.DataFrame) -> Figure:
    """A row for each execution environment, a bar for each invocation, a cross for each throttle.

    A bar has the number of its messages written in it, where it is wide enough.

    Args:
        rows: as `helpers.watching.timeline.read_invocations` returns them: columns environment,
            begins, ends (seconds), outcome (success, error, timeout, throttled), messages.

    Raises:
        ValueError: a column is missing, an outcome unknown, or there are over 60 environments.
    """
    check_columns(rows, COLUMNS, "plot_environments", "helpers.watching.timeline.read_invocations")
    environments = sorted(map(int, rows["environment"].dropna().unique()))
    _check(rows, environments)
    height = 1.7 + 0.3 * len(environments[:10]) + 0.12 * len(environments[10:])
    figure, axes = create_axes(max(2.6, height))
    last = max([0.0, *rows["ends"]]) or 1.0
    throttled = rows["outcome"] == THROTTLED
    places = {environment: place for place, environment in enumerate(environments)}
    for outcome, own in rows[~throttled].groupby("outcome", sort=False):
        look = OUTCOMES[str(outcome)]
        axes.barh(
            [places[environment] for environment in own["environment"]],
            own["ends"] - own["begins"],
            left=own["begins"],
            height=0.66,
            facecolor=look.face,
            edgecolor=look.colour,
            hatch=look.hatch,
            linewidth=1,
        )
    if len(environments) <= NUMBERED:
        row: Any
        for row in rows[~throttled & rows["messages"].notna()].itertuples(index=False):
            _write_messages(axes, row, places[row.environment], last)
    if throttled.any():
        axes.plot(
            rows[throttled]["begins"],
            [len(environments)] * int(throttled.sum()),
            "x",
            color=PURPLE,
            markersize=7,
            markeredgewidth=2,
            clip_on=False,
        )
    names = [*map(str, environments), *([THROTTLED] if throttled.any() else [])]
    _name_rows(axes, names)
    axes.set_xlim(0, last * 1.02)
    label_time(axes, last)
    if rows.empty:
        write_nothing(axes, "nothing ran")
    _explain(figure, rows, numbered=bool(axes.texts))
    return figure


def describe_environments(rows: pd.DataFrame) -> str:
    """The finding of `plot_environments` in words, read from the same rows."""
    ran = rows[rows["outcome"] != THROTTLED]
    throttles = len(rows) - len(ran)
    refused = f"{count(throttles, 'attempt')} {'was' if throttles == 1 else 'were'} throttled"
    if ran.empty:
        return f"Nothing ran; {refused}." if throttles else "Nothing ran."
    places = count(int(ran["environment"].nunique()), "execution environment")
    sentence = (
        f"{count(len(ran), 'invocation')} in {places}, at most {count_at_once(ran)} at the same "
        f"time, until {ran['ends'].max():.4g} s"
    )
    words = {"success": "succeeded", "error": "failed", "timeout": "timed out"}
    numbers = [(int((ran["outcome"] == outcome).sum()), word) for outcome, word in words.items()]
    sentence += ": " + join([f"{number} {word}" for number, word in numbers if number]) + "."
    messages = ran["messages"].dropna()
    if len(messages):
        least, most = int(messages.min()), int(messages.max())
        brought = str(most) if least == most else f"{least} to {most}"
        sentence += f" Each brought {brought} message{'s' if most > 1 else ''}."
    return sentence + (f" {refused}." if throttles else " None was throttled.")


def count_at_once(rows: pd.DataFrame) -> int:
    """The most invocations that ran at the same time; one that ends makes room at that moment."""
    steps = [(moment, 1) for moment in rows["begins"]] + [(moment, -1) for moment in rows["ends"]]
    running = most = 0
    for _, step in sorted(steps):
        running += step
        most = max(most, running)
    return most


def _check(rows: pd.DataFrame, environments: list[int]) -> None:
    known = [*OUTCOMES, THROTTLED]
    if unknown := sorted(set(rows["outcome"]) - set(known)):
        raise ValueError(f"No outcome {unknown[0]!r}. Outcomes: {', '.join(known)}.")
    if len(environments) > MOST:
        raise ValueError(
            f"{len(environments)} environments do not fit in a picture; {MOST} do. Choose some: "
            "rows[rows['environment'] <= 20]"
        )


def _name_rows(axes: Axes, names: list[str]) -> None:
    """Each row's name beside it; of very many, every fifth."""
    shown = [
        place
        for place, name in enumerate(names)
        if len(names) <= 20 or name == THROTTLED or (place + 1) % 5 == 0 or place == 0
    ]
    axes.set_yticks(shown, [names[place] for place in shown])
    axes.set_ylabel("environment")
    air = max(0.0, (3 - len(names)) / 2)
    axes.set_ylim(len(names) - 0.4 + air, -0.6 - air)
    axes.tick_params(axis="y", length=0, pad=9)  # a cross at 0 is half outside
    axes.spines["left"].set_visible(False)


def _write_messages(axes: Axes, row: Any, place: int, last: float) -> None:
    """The number of messages, where the bar is wide enough for it."""
    if row.ends - row.begins >= 0.04 * last:
        axes.text(
            (row.begins + row.ends) / 2,
            place,
            str(row.messages),
            ha="center",
            va="center",
            fontsize=FONT_SIZE - 2,
            bbox={"boxstyle": "circle,pad=0.1", "facecolor": "white", "edgecolor": "none"},
        )


def _explain(figure: Figure, rows: pd.DataFrame, *, numbered: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    seen = set(rows["outcome"])
    signs: list[Patch | Line2D] = [
        Patch(facecolor=look.face, edgecolor=look.colour, hatch=look.hatch, label=outcome)
        for outcome, look in OUTCOMES.items()
        if outcome in seen
    ]
    if THROTTLED in seen:
        cross = Line2D([], [], color=PURPLE, marker="x", ls="", markeredgewidth=2, label=THROTTLED)
        signs.append(cross)
    words = [str(sign.get_label()) for sign in signs]
    if numbered and words:
        words[-1] += "   (number: messages)"
    explain_above(figure, signs, words)
