"""The messages of a FIFO queue: strict order within each message group.

A group hands out its messages from the front and stops at the first one that is delayed or in
flight. So while the front is in flight, the group is locked; a message that became visible
again before its followers did is received again, alone (recorded:
test_fifo_group_visibility_extends_with_change_message_visibility).
"""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush

from helpers.embedded.services.sqs.message import Record, State
from helpers.embedded.services.sqs.store import Store


class _Group:
    """One message group: serials of its messages, which grow with their order."""

    __slots__ = ("hidden", "size", "waiting")

    def __init__(self) -> None:
        self.waiting: list[int] = []
        """Heap of visible messages; those that have left are stale."""
        self.hidden: list[int] = []
        """Heap of delayed and in-flight messages; those that no longer are, are stale."""
        self.size = 0


class FifoStore(Store):
    """Groups take turns; a receive takes as much of one group as it can before the next."""

    def __init__(self) -> None:
        super().__init__()
        self._groups: dict[str, _Group] = {}
        self._line: deque[str] = deque()
        """Groups that had a receivable message when they joined, longest first."""
        self._in_line: set[str] = set()

    def has_receivable(self) -> bool:
        return self.peek() is not None

    def peek(self) -> Record | None:
        while self._line:
            group = self._groups.get(self._line[0])
            if group is not None and (front := self._front(group)):
                return front
            self._in_line.remove(self._line.popleft())
        return None

    def _next(self) -> Record | None:
        record = self.peek()
        if record is not None:
            heappop(self._groups[_name(record)].waiting)
        return record

    def _offer(self, record: Record) -> None:
        group = self._group(record)
        heappush(group.waiting, record.serial)
        self._join_line(_name(record), group)

    def _withhold(self, record: Record) -> None:
        heappush(self._group(record).hidden, record.serial)

    def add(self, record: Record, now: int, visible_at: int = 0) -> None:
        self._group(record).size += 1
        super().add(record, now, visible_at)

    def remove(self, record: Record) -> None:
        super().remove(record)
        name = _name(record)
        group = self._groups[name]
        group.size -= 1
        if group.size == 0:
            del self._groups[name]
        else:
            self._join_line(name, group)

    def _group(self, record: Record) -> _Group:
        name = _name(record)
        group = self._groups.get(name)
        if group is None:
            group = self._groups[name] = _Group()
        return group

    def _join_line(self, name: str, group: _Group) -> None:
        if name not in self._in_line and self._front(group):
            self._in_line.add(name)
            self._line.append(name)

    def _front(self, group: _Group) -> Record | None:
        """The group's first message if it can be received now."""
        waiting, hidden = group.waiting, group.hidden
        while waiting and not self._is(waiting[0], visible=True):
            heappop(waiting)
        while hidden and not self._is(hidden[0], visible=False):
            heappop(hidden)
        if not waiting or (hidden and hidden[0] < waiting[0]):
            return None
        return self.records[waiting[0]]

    def _is(self, serial: int, visible: bool) -> bool:
        record = self.records.get(serial)
        return record is not None and (record.state is State.VISIBLE) == visible


def _name(record: Record) -> str:
    return record.group_id or ""
