"""What became of each message and each invocation: the account's trace as rows for pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

ENDS = {
    "deleted": "deleted",
    "purged": "deleted",
    "expired": "expired",
}
"""What ends a message for good, and the word for it."""

GONE = "gone"

ROUNDING = 1e-6
"""Seconds by which sums of floats may miss each other."""

THEN = (
    "sent",  # its delay is over
    "received",
    "looked at",  # received, and hidden for 0 seconds
    "delivered again",  # though in flight, or deleted
    "extended",  # by ChangeMessageVisibility
    "shortened",
    "let go",  # by a visibility timeout of 0
    "delete ignored",  # its receipt handle was outdated
    "visible again",
    "dead-lettered",
    "redriven",
    "deleted",
    "expired",
)
"""What ends a span. After extended, shortened and delete ignored the same receive goes on."""


class Span(NamedTuple):
    """A time for which a message was in one state. Seconds; one row of `read_lifelines`."""

    message: str
    state: str
    """delayed, visible, in flight, dead-letter queue (visible there), or gone (deleted, and still
    to be delivered once more)."""
    begins: float
    ends: float
    receive_count: int
    then: str
    """What ended it, one of `THEN`; nothing if it lasts until now."""


WITHOUT_TRACE = (
    "A real account keeps no trace of its messages, so there are no lifelines to draw. "
    "Go on with the next cell; plots.plot_queue_depth and the metrics work there, too."
)


class NoTrace(RuntimeError):
    """The account does not tell what happens in it."""


def read_lifelines(
    lab: Lab,
    *queue_urls: str,
    names: Mapping[str, str] | None = None,
    since: datetime | None = None,
) -> pd.DataFrame:
    """The life of each message that was in one of the queues, as spans of time.

    Args:
        queue_urls: the queues that matter; all, if none is named.
        names: a word for a message, by its id. Others are called message 1, message 2 ..., in
            the order of their first sending.
        since: aware; leaves out the messages that were sent before.

    Returns:
        One row for each span, by message and time; columns message, state, begins, ends (both in
        seconds of lab time since the first of these messages was sent), receive_count, then: as
        in `Span`.

    Raises:
        NoTrace: the lab is a real account, which keeps no trace of its messages.
    """
    import pandas as pd

    trace = read_trace(lab)
    trace = trace[trace["message_id"].notna()]
    queues = {url.rsplit("/", 1)[-1] for url in queue_urls}
    lives = _follow(trace.itertuples(index=False))
    wanted = [
        life
        for life in lives
        if (not queues or queues & life.queues) and (since is None or life.sent >= since)
    ]
    if not wanted:
        return pd.DataFrame(columns=list(Span._fields))
    now = wanted[0].since + (lab.now() - wanted[0].sent).total_seconds()
    start = wanted[0].since
    spans = [
        span._replace(
            message=_find_name(life, names or {}) or f"message {number}",
            begins=round(span.begins - start, 6),
            ends=round(span.ends - start, 6),
        )
        for number, life in enumerate(wanted, start=1)
        for span in life.finish(now)
    ]
    return pd.DataFrame(spans, columns=list(Span._fields))


def follow_messages(
    lab: Lab, queue_url: str, names: Mapping[str, str], since: datetime | None = None
) -> pd.DataFrame | None:
    """As `read_lifelines`; None on a real account."""
    try:
        return read_lifelines(lab, queue_url, names=names, since=since)
    except NoTrace:
        return None


def follow_invocations(lab: Lab, function: str, since: datetime) -> pd.DataFrame | None:
    """As `read_invocations`, of one function, from a moment on; begins and ends are in seconds
    since that moment. None on a real account."""
    try:
        trace = read_trace(lab)
    except NoTrace:
        return None
    own = trace[(trace["function"] == function) & (trace["time"] >= since)]
    passed = (trace["time"] - since).dt.total_seconds() - trace["at"]
    return _tell_invocations(own, -passed.iloc[0] if len(passed) else 0.0)


OUTCOMES = {"success": "success", "Sandbox.Timedout": "timeout", "throttled": "throttled"}
"""The trace's words for what became of an invocation. All others are errors."""


def read_invocations(lab: Lab, *functions: str) -> pd.DataFrame:
    """The invocations of the functions, and the attempts that were throttled.

    Args:
        functions: names; all, if none is named.

    Returns:
        One row for each, in the order of their beginnings; columns environment (a number from 1,
        in the order of first use; missing where throttled), function, begins, ends (both in
        seconds of lab time since the first of them began), outcome (success, error, timeout,
        throttled), messages (of a queue, that it brought; missing if it brought none).

    Raises:
        NoTrace: the lab is a real account, which does not tell what ran where.
    """
    trace = read_trace(lab)
    rows = trace[trace["function"].isin(functions)] if functions else trace
    return _tell_invocations(rows)


def _tell_invocations(trace: pd.DataFrame, start: float | None = None) -> pd.DataFrame:
    """The rows of `read_invocations`; start: the trace's second that counts as 0, by default the
    first of them."""
    import pandas as pd

    rows = trace[trace["what"].isin(["invoked", "throttled"])]
    used = rows["environment"].dropna().unique()
    start = rows["at"].min() if start is None else start
    return (
        pd.DataFrame(
            {
                "environment": rows["environment"].map(
                    {environment: number for number, environment in enumerate(used, start=1)}
                ),
                "function": rows["function"],
                "begins": (rows["at"] - start).round(6),
                "ends": (rows["at"] + rows["duration"].fillna(0) - start).round(6),
                "outcome": rows["outcome"].map(lambda word: OUTCOMES.get(word, "error")),
                "messages": rows["messages"],
            }
        )
        .astype({"environment": "Int64"})
        .reset_index(drop=True)
    )


@dataclass
class _Life:
    """One message, followed through its happenings. Seconds since the account was opened."""

    since: float
    sent: pd.Timestamp
    ids: list[str]
    queues: set[str] = field(default_factory=set)
    spans: list[Span] = field(default_factory=list)
    state: str = "visible"
    began: float = 0.0
    until: float | None = None
    """When a hidden message will be visible, if nothing happens before."""
    receives: int = 0
    is_dead: bool = False

    def note(self, row: Any) -> None:
        """Go on to this happening."""
        self.queues.add(row.queue)
        if row.what in ("sent", "redriven"):
            self._enter(row.at, row.duration, "delayed")
            return
        self._pass(row.at)
        if row.what == "received":
            self._receive(row.at, row.duration)
        elif row.what == "hidden":
            self._change(row.at, row.at + row.duration)
        elif row.what == "delete ignored":
            self._leave(row.at, "delete ignored")
        elif row.what == "dead-lettered":
            self._leave(row.at, "dead-lettered")
            self.is_dead = True
            self._enter(row.at, 0, "")
        elif row.what == "moved":
            self._leave(row.at, "redriven")
            self.is_dead, self.receives = False, 0
        elif row.what in ENDS:
            self._leave(row.at, ENDS[row.what])
            self.state = GONE

    def finish(self, now: float) -> list[Span]:
        """Its spans, the last one lasting until `now` unless the message is gone."""
        self._pass(now)
        rest = [] if self.state == GONE else [self._span(now, "")]
        return self.spans + rest

    def _receive(self, at: float, hidden: float) -> None:
        """A second delivery (`hidden` is missing) hides nothing anew, nor does a look."""
        if hidden != hidden:
            self._leave(at, "delivered again")
        else:
            self._leave(at, "received" if hidden else "looked at")
            self._enter(at, hidden, "in flight")
        self.receives += 1

    def _change(self, at: float, until: float) -> None:
        """Its visibility timeout was changed, and ends then."""
        if until <= at:
            self._leave(at, "let go")
            self._enter(at, 0, "")
            return
        self._leave(at, "extended" if self.until is None or until > self.until else "shortened")
        self.until = until

    def _pass(self, now: float) -> None:
        """A timeout that ends until now makes the message visible."""
        if self.until is not None and self.until <= now + ROUNDING and self.state != GONE:
            self._leave(self.until, "sent" if self.state == "delayed" else "visible again")
            self._enter(self.until, 0, "")

    def _enter(self, at: float, duration: float, hidden: str) -> None:
        visible = "dead-letter queue" if self.is_dead else "visible"
        self.state = hidden if duration and duration > 0 else visible
        self.until = at + duration if self.state == hidden else None
        self.began = at

    def _leave(self, at: float, then: str) -> None:
        self.spans.append(self._span(at, then))
        self.began = at

    def _span(self, ends: float, then: str) -> Span:
        return Span("", self.state, self.began, ends, self.receives, then)


def _follow(rows: Any) -> list[_Life]:
    """The lives, in the order of their first sending. A redriven message is the one it was."""
    lives: list[_Life] = []
    by_id: dict[str, _Life] = {}
    moved: _Life | None = None
    for row in rows:
        if row.what == "redriven" and moved is not None:
            by_id[row.message_id] = moved
            moved.ids.append(row.message_id)
            moved = None
        elif row.message_id not in by_id:
            by_id[row.message_id] = _Life(row.at, row.time, [row.message_id])
            lives.append(by_id[row.message_id])
        life = by_id[row.message_id]
        life.note(row)
        if row.what == "moved":
            moved = life
    return lives


def _find_name(life: _Life, names: Mapping[str, str]) -> str | None:
    return next((names[each] for each in life.ids if each in names), None)


def read_trace(lab: Lab) -> pd.DataFrame:
    """Everything that happened in the account, as `helpers.embedded.time.trace` has it.

    Raises:
        NoTrace: the lab is a real account, which keeps none.
    """
    if not hasattr(lab, "trace"):
        raise NoTrace(WITHOUT_TRACE)
    frame: pd.DataFrame = lab.trace()
    return frame
