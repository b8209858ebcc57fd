"""The messages of a standard queue: received in about the order in which they became visible."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from random import Random

from helpers.embedded.services.sqs.message import Record, State
from helpers.embedded.services.sqs.store import Store

_STALE_ALLOWED = 64


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
