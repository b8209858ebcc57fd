"""What one queue did in each minute: counts of operations, and gauges at each minute's end.

A queue's messages change without anybody doing anything: they become visible, and expire. The
meter looks at the queue when a minute has ended, and not before the next operation asks for it:
it then passes through the ends of the minutes in between, one look for each stretch of them in
which nothing changed.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple, Protocol

from helpers.embedded.time.clock import SECOND

MINUTE = 60 * SECOND
"""Microseconds."""

LONG_POLL = 20 * SECOND
"""How long Lambda's pollers wait in one receive."""

ACTIVE = 6 * 60
"""Minutes after its last message or use for which a queue publishes metrics
(SDG sqs-monitoring-using-cloudwatch)."""


Polls = tuple[int, int]
"""Since when, microseconds of lab time, how many of Lambda's pollers have waited."""


class Tallies(NamedTuple):
    """Operations on a queue, counted."""

    sent: int = 0
    deduplicated: int = 0
    received: int = 0
    deleted: int = 0
    empty_receives: int = 0

    def since(self, earlier: Tallies) -> Tallies:
        return Tallies(*(now - then for now, then in zip(self, earlier, strict=True)))


class Gauges(NamedTuple):
    """What a queue holds at one moment."""

    visible: int
    in_flight: int
    delayed: int
    oldest: int | None
    """When the oldest message that counts came to the queue, microseconds of lab time."""
    groups_in_flight: int | None = None
    """Message groups with messages in flight; None: not a FIFO queue."""
    fair: FairGauges | None = None
    """None: not a standard queue with message groups."""


class FairGauges(NamedTuple):
    """What a standard queue holds of those tenants that keep no others waiting."""

    noisy_groups: int
    visible: int
    in_flight: int
    delayed: int
    oldest: int | None


class Stretch(NamedTuple):
    """Minutes with the same gauges at their ends; only in the first were there operations."""

    first: int
    last: int
    gauges: Gauges
    tallies: Tallies
    sizes: dict[int, int]
    """Bytes of the messages sent, and how many were of that size."""
    polls: tuple[Polls, ...]
    """That went on at its end."""

    def goes_on_in(self, later: Stretch) -> bool:
        """Whether `later` only makes it longer."""
        return (
            self.last + 1 == later.first
            and self.gauges == later.gauges
            and self.polls == later.polls
            and not any(later.tallies)
            and not later.sizes
        )


class Metered(Protocol):
    """What the meter sees of a queue."""

    name: str
    region: str

    def tallies(self) -> Tallies: ...

    def pass_time(self, now: int) -> None:
        """Let everything happen that is due by then."""

    def gauges(self) -> Gauges: ...

    def gauges_change_at(self) -> int | None:
        """When time alone changes the gauges next; None: it does not."""


class QueueMeter:
    """The minutes of one queue, from its creation on. Minutes count from the account's opening."""

    def __init__(self, queue: Metered, now: int) -> None:
        self.queue = queue
        self.next_mark = (now // MINUTE + 1) * MINUTE
        """The end of the minute under way: from then on, `catch_up` has something to do."""
        self.wants_use_from = self.next_mark
        """From then on the queue tells its next use. One a minute is enough."""
        self.sizes: dict[int, int] = {}
        self.deduplicated = 0
        self._stretches: list[Stretch] = []
        self._before = Tallies()
        self._polls: list[Polls] = []
        self._empty_polls = 0
        self._last_used = now // MINUTE
        self._closed = False

    @property
    def name(self) -> str:
        return self.queue.name

    # What the queue tells

    def note_sent(self, size: int) -> None:
        self.sizes[size] = self.sizes.get(size, 0) + 1

    def use(self, now: int) -> None:
        """Somebody uses the queue, for the first time since `wants_use_from`."""
        self.catch_up(now)
        self._last_used = now // MINUTE
        self.wants_use_from = self.next_mark

    def start_polls(self, now: int, pollers: int) -> Polls:
        """From now on `pollers` of Lambda wait for messages, one long poll after the other."""
        self.catch_up(now)  # the minutes before have none
        polls = (now, pollers)
        self._polls.append(polls)
        return polls

    def end_polls(self, polls: Polls, now: int) -> None:
        """They wait no longer."""
        self.catch_up(now)
        self._polls.remove(polls)
        self._empty_polls += empty_polls(polls, self.next_mark - MINUTE, now)

    def close(self, now: int) -> None:
        """The queue is about to be deleted: what it did in this minute is the last."""
        self.catch_up(now)
        self._close_stretch(now // MINUTE, now // MINUTE, Gauges(0, 0, 0, None))
        self._closed = True

    # What the metrics are read from

    def catch_up(self, now: int) -> None:
        """Look at the queue as it was at the end of each minute until `now`."""
        while self.next_mark <= now and not self._closed:
            minute = self.next_mark // MINUTE - 1
            self.queue.pass_time(self.next_mark)
            gauges = self.queue.gauges()
            if any(gauges[:3]) or self._polls:
                self._last_used = minute
            last = self._last_alike(minute, gauges, now)
            if any(gauges[:3]) or self._polls:
                self._last_used = last
            if last >= minute:
                self._close_stretch(minute, last, gauges)
            else:
                last = now // MINUTE - 1  # inactive: nothing more until somebody uses it
            self.next_mark = (last + 2) * MINUTE
            self.wants_use_from = now

    def stretches(self, first: int, end: int) -> list[Stretch]:
        """Those with a minute from `first` to before `end`."""
        begin = bisect_left(self._stretches, first, key=lambda stretch: stretch.last)
        until = bisect_left(self._stretches, end, key=lambda stretch: stretch.first)
        return self._stretches[begin:until]

    def _last_alike(self, minute: int, gauges: Gauges, now: int) -> int:
        """The last minute whose end finds the same gauges, and the queue active."""
        last = now // MINUTE - 1
        change = self.queue.gauges_change_at()
        if change is not None:
            last = min(last, max(minute, (change - 1) // MINUTE - 1))
        if not any(gauges[:3]) and not self._polls:
            last = min(last, self._last_used + ACTIVE)
        return last

    def _close_stretch(self, first: int, last: int, gauges: Gauges) -> None:
        tallies = self.queue.tallies()
        tallies = tallies._replace(
            deduplicated=self.deduplicated,
            empty_receives=tallies.empty_receives + self._empty_polls,
        )
        delta, self._before = tallies.since(self._before), tallies
        sizes, self.sizes = self.sizes, {}
        stretch = Stretch(first, last, gauges, delta, sizes, tuple(self._polls))
        if self._stretches and self._stretches[-1].goes_on_in(stretch):
            stretch = self._stretches.pop()._replace(last=last)
        self._stretches.append(stretch)


def empty_polls(polls: Polls, start: int, end: int) -> int:
    """Long polls of `polls` that ended, with nothing, after `start` and until `end`."""
    since, pollers = polls
    start = max(start, since)
    return pollers * ((end - since) // LONG_POLL - (start - since) // LONG_POLL)
