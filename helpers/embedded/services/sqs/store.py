"""Where a queue keeps its messages: what all queues have in common, and a standard queue's two
orders, about first in, first out, and any. FIFO and fair queues have modules of their own.

Nothing here ticks. Deadlines wait in heaps and are settled when somebody looks at the queue;
an entry whose message has moved on is stale and is dropped when it comes up. So no operation
costs more on a deep queue than on a shallow one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from random import Random

from helpers.embedded.services.sqs.message import Counts, Record, State

_NEVER = 1 << 62
"""Microseconds of lab time that no account reaches."""

_STALE_ALLOWED = 64
"""Stale entries that a heap may hold beside as many live ones again, before it is rebuilt."""


def _any(record: Record) -> bool:
    return True


class Store(ABC):
    """The messages of one queue by state. Times are microseconds of lab time."""

    def __init__(self) -> None:
        self.records: dict[int, Record] = {}
        self.counts = [0, 0, 0, 0]
        """Messages by State (those that are gone are not counted rightly)."""
        self._next_serial = 1
        self._now = 0
        """The moment at which what happens now is due."""
        self._hidden: list[tuple[int, int]] = []
        """When a delayed or received message becomes visible, and its serial."""
        self._by_age: list[tuple[int, int]] = []
        """When a message was sent, and its serial."""

    def add(self, record: Record, now: int, visible_at: int = 0) -> None:
        """Keep a message, hidden until `visible_at`."""
        serial = self._next_serial
        self._next_serial = serial + 1
        record.serial = serial
        record.arrived_at = now
        self.records[serial] = record
        heappush(self._by_age, (record.sent_at, serial))
        if visible_at > now:
            self._hide(record, State.DELAYED, visible_at)
        else:
            record.state = State.VISIBLE
            self.counts[State.VISIBLE] += 1
            self._offer(record)

    def take(self, most: int, admits: Callable[[Record], bool] = _any) -> list[Record]:
        """Up to `most` receivable messages, in the order of the queue, before the first that
        `admits` does not; they stay receivable only until `hide` or `remove` is called for each,
        which must come next."""
        taken: list[Record] = []
        while len(taken) < most and (front := self.peek()) is not None and admits(front):
            self._next()
            taken.append(front)
        return taken

    @abstractmethod
    def has_receivable(self) -> bool:
        """Whether a receive would find a message now."""

    @abstractmethod
    def peek(self) -> Record | None:
        """The message that a receive would find first."""

    @abstractmethod
    def _next(self) -> Record | None: ...

    @abstractmethod
    def _offer(self, record: Record) -> None:
        """A message has become visible."""

    def _withhold(self, record: Record) -> None:  # noqa: B027  only FIFO queues need it
        """A message has become invisible, delayed or in flight."""

    def _forget(self, record: Record) -> None:  # noqa: B027  only standard queues need it
        """A message in any state is about to leave."""

    def hide(self, record: Record, until: int) -> None:
        """A visible message that was taken, or one in flight, is in flight until then."""
        self.counts[record.state] -= 1
        self._hide(record, State.IN_FLIGHT, until)

    def show(self, record: Record) -> None:
        """A hidden message is visible from now on."""
        self.counts[record.state] -= 1
        self.counts[State.VISIBLE] += 1
        record.state = State.VISIBLE
        self._offer(record)

    def remove(self, record: Record) -> None:
        self._forget(record)
        del self.records[record.serial]
        self.counts[record.state] -= 1
        record.state = State.GONE
        if len(self._by_age) > 2 * len(self.records) + _STALE_ALLOWED:
            self._by_age = [(kept.sent_at, serial) for serial, kept in self.records.items()]
            heapify(self._by_age)

    def clear(self) -> list[Record]:
        """Remove every message; those that were kept."""
        removed = list(self.records.values())
        for record in removed:
            self.remove(record)
        self._hidden.clear()
        return removed

    def settle(self, now: int, retention: int) -> list[Record]:
        """Let happen what is due by `now`, in its order, however long nobody has looked: remove
        what was sent `retention` microseconds ago, show what has been hidden long enough.

        Returns:
            The messages that were removed, oldest first.
        """
        expired: list[Record] = []
        while True:
            ages, hidden = self._by_age, self._hidden
            expires = ages[0][0] + retention if ages else _NEVER
            returns = hidden[0][0] if hidden else _NEVER
            if expires > now < returns:
                self._now = now
                return expired
            self._now = min(expires, returns)
            if expires <= returns:
                record = self.records.get(heappop(ages)[1])
                if record is not None:
                    self.remove(record)
                    expired.append(record)
            else:
                _, serial = heappop(hidden)
                if self._is_hidden(serial, returns):
                    self.show(self.records[serial])

    def delay_anew(self, delay: int) -> None:
        """Messages whose delay still runs wait `delay` microseconds from their sending."""
        for record in self.records.values():
            if record.state is State.DELAYED:
                self.counts[State.DELAYED] -= 1
                self._hide(record, State.DELAYED, record.sent_at + delay)

    def next_return(self) -> int | None:
        """When the next hidden message becomes visible."""
        hidden = self._hidden
        while hidden:
            until, serial = hidden[0]
            if self._is_hidden(serial, until):
                return until
            heappop(hidden)
        return None

    def oldest_first(self) -> Iterator[Record]:
        """The messages by the moment at which they were sent; each costs a little more."""
        while self._by_age and self._by_age[0][1] not in self.records:
            heappop(self._by_age)
        if not self._by_age:
            return
        frontier = [(self._by_age[0], 0)]
        while frontier:
            (_, serial), index = heappop(frontier)
            if record := self.records.get(serial):
                yield record
            for child in (2 * index + 1, 2 * index + 2):
                if child < len(self._by_age):
                    heappush(frontier, (self._by_age[child], child))

    def noisy(self) -> Mapping[str, Sequence[int]]:
        """The noisy tenants, and how many messages they have, by State."""
        return {}

    def next_calm(self) -> int | None:
        """When the next noisy tenant becomes quiet, if nobody does anything before."""
        return None

    def by_state(self) -> Counts:
        counts = self.counts
        return Counts(counts[State.VISIBLE], counts[State.IN_FLIGHT], counts[State.DELAYED])

    def _hide(self, record: Record, state: State, until: int) -> None:
        record.state = state
        record.hidden_until = until
        self.counts[state] += 1
        heappush(self._hidden, (until, record.serial))
        hidden_now = self.counts[State.DELAYED] + self.counts[State.IN_FLIGHT]
        if len(self._hidden) > 2 * hidden_now + _STALE_ALLOWED:
            self._hidden = [
                (due, serial) for due, serial in set(self._hidden) if self._is_hidden(serial, due)
            ]
            heapify(self._hidden)
        self._withhold(record)

    def _is_hidden(self, serial: int, until: int) -> bool:
        record = self.records.get(serial)
        return (
            record is not None
            and record.hidden_until == until
            and record.state is not State.VISIBLE
        )


class StandardStore(Store):
    """First visible, first received: the best that best-effort ordering can be."""

    def __init__(self) -> None:
        super().__init__()
        self._line: deque[int] = deque()
        """Serials of visible messages; one that has left the queue is stale."""
        self._stale = 0

    def has_receivable(self) -> bool:
        return self.counts[State.VISIBLE] > 0

    def peek(self) -> Record | None:
        while self._line:
            if record := self.records.get(self._line[0]):
                return record
            self._line.popleft()
            self._stale -= 1
        return None

    def line(self) -> Iterator[Record]:
        """The visible messages in the order in which they would be received."""
        return (self.records[serial] for serial in self._line if serial in self.records)

    def _next(self) -> Record | None:
        record = self.peek()
        if record is not None:
            self._line.popleft()
        return record

    def _offer(self, record: Record) -> None:
        self._line.append(record.serial)

    def _forget(self, record: Record) -> None:
        if record.state is not State.VISIBLE:
            return
        self._stale += 1
        if self._stale > len(self._line) // 2 + _STALE_ALLOWED:
            self._line = deque(
                serial
                for serial in self._line
                if serial in self.records and serial != record.serial
            )
            self._stale = 0


class ShuffledStore(Store):
    """Any visible message may come next: what best-effort ordering allows SQS to do."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random
        self._crowd: list[int] = []
        """Serials of visible messages, and stale ones, in no order."""
        self._chosen = False
        """Whether the last of the crowd was drawn by `peek` and is still to be taken."""

    def has_receivable(self) -> bool:
        return self.counts[State.VISIBLE] > 0

    def peek(self) -> Record | None:
        crowd = self._crowd
        while crowd:
            if not self._chosen:
                index = self._random.randrange(len(crowd))
                crowd[index], crowd[-1] = crowd[-1], crowd[index]
                self._chosen = True
            if record := self.records.get(crowd[-1]):
                return record
            crowd.pop()
            self._chosen = False
        return None

    def _next(self) -> Record | None:
        record = self.peek()
        if record is not None:
            self._crowd.pop()
            self._chosen = False
        return record

    def _offer(self, record: Record) -> None:
        self._crowd.append(record.serial)
        self._chosen = False
