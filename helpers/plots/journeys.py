"""Messages on their way from place to place, as a picture that moves.

The rows are those of `plot_lifelines`. Here they become journeys, a list of hops for each message,
and beats: the moments at which something hops. `helpers.plots.stage` draws them.

What moves together is what happens to different messages within a hundredth of the whole time. To
no message two things happen in a beat, so after it the counts are those of the account then. Only
a message that comes back and is received in the same instant takes two beats for that instant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.plots.lifelines import COLUMNS, LOOK, STATES, describe_lifelines
from helpers.plots.stage import Beat, draw_stage
from helpers.plots.style import MovingPicture, check_columns, say, show
from helpers.watching.timeline import WITHOUT_TRACE

if TYPE_CHECKING:
    import pandas as pd

MOST_MESSAGES = 120
MOST_BEATS = 60
TOGETHER = 0.01
"""Of the whole time: hops of different messages that are so near to each other are one beat."""
GONE = "deleted"
BOOKED = "booked"


class Event(NamedTuple):
    """A message comes to a place, or the ledger books it."""

    at: float
    message: str
    place: str


def animate_journeys(rows: pd.DataFrame, title: str = "") -> MovingPicture:
    """Each message as a dot that waits, is received, comes back, dies or is deleted; beside the
    dots their counts, above them the lab's clock.

    Args:
        rows: as `helpers.watching.timeline.read_lifelines` returns them: columns message, state,
            begins, ends (seconds), receive_count, then; perhaps booked (seconds, missing for what
            was never booked), as `helpers.bank.pipeline.read_lives` adds it: then a dot has a core
            from that moment on.
        title: stands above the picture.

    Raises:
        ValueError: a column is missing, a state is unknown, there is no message, or there are more
            than 120 messages or 60 beats.
    """
    _check(rows)
    beats = _find_beats(_read_events(rows))
    if len(beats) > MOST_BEATS:
        raise ValueError(
            f"{len(beats)} moments are too many to watch; {MOST_BEATS} are not. Choose fewer "
            "messages, or a shorter time."
        )
    return draw_stage(beats, list(dict.fromkeys(rows["message"])), title, describe_journeys(rows))


def describe_journeys(rows: pd.DataFrame) -> str:
    """The finding of `animate_journeys` in words, read from the same rows."""
    sentence = describe_lifelines(rows)
    if "booked" not in rows or rows.empty:
        return sentence
    last = rows.groupby("message", sort=False).tail(1)
    booked = last["booked"].notna()
    dead = int((booked & (last["state"] == "dead-letter queue")).sum())
    words = f", {dead} of them dead letters" if dead else ""
    number = int(booked.sum())
    return f"{sentence} {number or 'None'} {'were' if number > 1 else 'was'} booked{words}."


def show_journeys(lives: pd.DataFrame | None, title: str = "") -> None:
    """Show the picture of these lives, and its sentence; without any, as on a real account, why
    there is none."""
    if lives is None:
        say(WITHOUT_TRACE)
    else:
        show(animate_journeys(lives, title), describe_journeys(lives))


def _check(rows: pd.DataFrame) -> None:
    check_columns(rows, COLUMNS, "animate_journeys", "helpers.watching.timeline.read_lifelines")
    if unknown := sorted(set(rows["state"]) - STATES.keys()):
        raise ValueError(f"No state {unknown[0]!r}. States: {', '.join(STATES)}.")
    number = rows["message"].nunique()
    if not number:
        raise ValueError("There is no message to be watched. Send some first.")
    if number > MOST_MESSAGES:
        raise ValueError(
            f"{number} messages do not fit in a picture; {MOST_MESSAGES} do. Choose some: "
            "rows[rows['message'].isin([...])]"
        )


def _read_events(rows: pd.DataFrame) -> list[Event]:
    """What happens, in order. Nothing is booked before it is sent, whatever a coarse clock says."""
    events: list[Event] = []
    for message, spans in rows.groupby("message", sort=False):
        hops = _follow(str(message), list(spans.itertuples(index=False)))
        events += hops
        booked = spans["booked"].iloc[0] if "booked" in spans else None
        if booked == booked and booked is not None:  # missing is NaN, which is not itself
            events.append(Event(max(float(booked), hops[0].at), str(message), BOOKED))
    return sorted(events, key=lambda event: event.at)


def _follow(message: str, spans: Sequence[Any]) -> list[Event]:
    """The hops of one message. A look receives it, and hides it for no time."""
    hops: list[Event] = []

    def come(at: float, place: str) -> None:
        if not hops or hops[-1].place != place:
            hops.append(Event(at, message, place))

    for span in spans:
        come(span.begins, GONE if span.state == "gone" else span.state)
        if span.then == LOOK:
            come(span.ends, "in flight")
        come(span.ends, span.then if span.then in (GONE, "expired") else span.state)
    return hops


def _find_beats(events: Sequence[Event]) -> list[Beat]:
    """The first beat has what is there at the beginning."""
    near = TOGETHER * (events[-1].at - events[0].at)
    beats: list[Beat] = []
    cluster: list[Event] = []
    for at, now in groupby(events, lambda event: event.at):
        instant = list(now)
        busy = {event.message for event in cluster}
        if cluster and (at - cluster[0].at > near or busy & {event.message for event in instant}):
            beats += _play(cluster, beats)
            cluster = []
        cluster += instant
    return beats + _play(cluster, beats)


def _play(cluster: Sequence[Event], before: Sequence[Beat]) -> list[Beat]:
    """The beats of one moment: one, or as many as a message hops at it."""
    places = before[-1].places if before else {}
    booked = before[-1].booked if before else frozenset()
    booked |= {event.message for event in cluster if event.place == BOOKED}
    rounds: list[dict[str, str]] = []
    own: Counter[str] = Counter()
    for event in cluster:
        if event.place != BOOKED:
            if own[event.message] == len(rounds):
                rounds.append({})
            rounds[own[event.message]][event.message] = event.place
            own[event.message] += 1
    beats = []
    for changes in rounds or [{}]:
        places = {**places, **changes}
        beats.append(Beat(cluster[-1].at, places, booked))
    return beats
