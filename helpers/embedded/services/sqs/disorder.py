"""What a standard queue may do to its receivers, and by default does not.

SQS promises delivery at least once, in best-effort order (SDG standard-queues): messages may
come in any order, and one may come again although it is in flight or was deleted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from random import Random
from typing import NamedTuple

from helpers.embedded.services.sqs.message import Record


class Disorder(NamedTuple):
    """How much of it an account has; the same seed gives the same disorder."""

    shuffled: bool = False
    duplicates: float = 0.0
    """Probability that a received message is delivered once more."""
    seed: int = 0


class Duplicates:
    """Messages of one queue that the next receive delivers once more.

    A duplicate is a delivery and not a message: it is in no count, and deleting by its receipt
    handle deletes the message that it repeats, if that is still there.
    """

    def __init__(self, probability: float, random: Random) -> None:
        self._probability = probability
        self._random = random
        self._waiting: deque[tuple[int, Record]] = deque()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def choose(self, received: Iterable[Record]) -> None:
        """Draw which of these messages will come again."""
        if self._probability:
            for record in received:
                if self._random.random() < self._probability:
                    self._waiting.append((record.serial, record))

    def take(self, most: int) -> list[Record]:
        """Those to deliver again now; one that has been moved to another queue is dropped."""
        taken = []
        for _ in range(min(most, len(self._waiting))):
            serial, record = self._waiting.popleft()
            if record.serial == serial:
                taken.append(record)
        return taken

    def clear(self) -> None:
        self._waiting.clear()
