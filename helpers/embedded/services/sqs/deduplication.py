"""Which messages a FIFO queue has accepted in the last five minutes.

A repeated deduplication id is answered like the first one and not kept again, also after the
first message was received and deleted (SDG using-messagededuplicationid-property).
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from helpers.embedded.time.clock import SECOND

INTERVAL = 300 * SECOND
"""Microseconds for which a deduplication id is remembered."""

_Key = tuple[str | None, str]


class Accepted(NamedTuple):
    """The answer that a repeated send gets once more."""

    message_id: str
    sequence_number: str


class Deduplication:
    """Remembers what was accepted, per queue or per message group."""

    def __init__(self) -> None:
        self._accepted: dict[_Key, Accepted] = {}
        self._ends: deque[tuple[int, _Key]] = deque()

    def recall(self, group: str | None, identity: str, now: int) -> Accepted | None:
        """What was accepted under this id; `group` None: in the whole queue.

        An id that was accepted for the whole queue also counts in every group, but not the
        other way round (recorded: test_fifo_change_to_high_throughput_after_creation and
        test_fifo_change_to_regular_throughput_after_creation).
        """
        while self._ends and self._ends[0][0] <= now:
            self._accepted.pop(self._ends.popleft()[1], None)
        return self._accepted.get((group, identity)) or self._accepted.get((None, identity))

    def remember(self, group: str | None, identity: str, accepted: Accepted, now: int) -> None:
        key = (group, identity)
        self._accepted[key] = accepted
        self._ends.append((now + INTERVAL, key))
