"""The messages of a standard queue with tenants: one of them keeps no other waiting.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html

A message's MessageGroupId is its tenant. A tenant that takes too much of the consumers is a noisy
neighbour: its messages wait until no message of a quiet one does. AWS calls its thresholds
approximate. Modelled: that they hold exactly, when a message is handed out, and what "recent" is.
A message without a group, each a tenant of its own on AWS, is quiet.
"""

from __future__ import annotations

from collections import Counter
from heapq import heappop, heappush

from helpers.embedded.services.sqs.message import Record, State
from helpers.embedded.services.sqs.store import StandardStore, Store
from helpers.embedded.time.clock import SECOND

NOISY_SHARE = 0.10
"""A tenant is noisy with more than this share of the messages in flight and NOISY_LEAST of its own
there, or with more than this share of the recent processing time."""

NOISY_LEAST = 30

SILENCE = 300 * SECOND
"""A tenant that sends nothing for so long is quiet again; so is one without a backlog."""

RECENT = 300 * SECOND
"""Processing time is recent in the stretch of so long that is under way, and in the one before."""

_STALE_ALLOWED = 64

Name = str | None


class _Tenant:
    """Messages of one MessageGroupId, or all that have none."""

    __slots__ = (
        "began",
        "counts",
        "last_sent",
        "listed",
        "name",
        "noisy",
        "past",
        "stale",
        "taken",
        "waiting",
    )

    def __init__(self, name: Name) -> None:
        self.name = name
        self.waiting: list[tuple[int, int]] = []
        """Visible messages in their order: places in the queue, and serials. A deque would take
        more memory for each tenant than a message does."""
        self.past = 0
        """How many at the beginning of `waiting` have been taken."""
        self.stale = 0
        """Of them, those that have left the queue."""
        self.counts = [0, 0, 0, 0]
        """Messages by State."""
        self.taken = 0
        """Of the visible ones, those that are about to be in flight."""
        self.began = 0
        """Sum of the moments at which those in flight were received."""
        self.last_sent = 0
        self.noisy = False
        self.listed = False
        """Whether its first message stands among those of quiet tenants."""

    @property
    def first(self) -> tuple[int, int] | None:
        """Place and serial of the first message."""
        return self.waiting[self.past] if self.past < len(self.waiting) else None

    def pass_first(self) -> None:
        self.past += 1
        if self.past > 2 * _STALE_ALLOWED and 2 * self.past > len(self.waiting):
            del self.waiting[: self.past]
            self.past = 0

    @property
    def backlog(self) -> int:
        return self.counts[State.VISIBLE] + self.counts[State.DELAYED]


class _ProcessingTime:
    """What consumers have spent on messages that are in flight no more; microseconds."""

    def __init__(self) -> None:
        self._stretch = 0
        self._now: Counter[Name] = Counter()
        self._before: Counter[Name] = Counter()
        self._whole = [0, 0]

    def add(self, name: Name, spent: int, now: int) -> None:
        self._turn_to(now)
        self._now[name] += spent
        self._whole[0] += spent

    def of(self, name: Name, now: int) -> tuple[int, int]:
        """Spent recently on this tenant, and on all."""
        self._turn_to(now)
        return self._now[name] + self._before[name], sum(self._whole)

    def _turn_to(self, now: int) -> None:
        passed = now // RECENT - self._stretch
        if passed > 0:
            self._stretch += passed
            self._before = self._now if passed == 1 else Counter()
            self._whole = [0, self._whole[0] if passed == 1 else 0]
            self._now = Counter()


class FairStore(Store):
    """Quiet tenants' messages first, in the order in which they became visible; then those of the
    noisy tenant with the fewest messages in flight."""

    def __init__(self) -> None:
        super().__init__()
        self._tenants: dict[Name, _Tenant] = {}
        self._firsts: list[tuple[int, str, _Tenant]] = []
        """Heap of quiet tenants by the place of their first message."""
        self._noisy: dict[str, _Tenant] = {}
        self._next_place = 1
        self._received_at: dict[int, int] = {}
        """By serial, of messages in flight."""
        self._began = 0
        """Sum of these moments."""
        self._processed = _ProcessingTime()

    def take_over(self, store: StandardStore, now: int) -> None:
        """Keep the messages of a store in which nobody had a tenant."""
        self._now = now
        self.records, self.counts = store.records, store.counts
        self._next_serial = store._next_serial
        self._hidden, self._by_age = store._hidden, store._by_age
        everybody = self._tenant(None)
        everybody.counts = list(self.counts)
        for record in store.line():
            self._offer(record)
        for serial, record in self.records.items():
            if record.state is State.IN_FLIGHT:
                self._begin(everybody, serial)

    # What a receive finds

    def has_receivable(self) -> bool:
        return self.counts[State.VISIBLE] > 0

    def peek(self) -> Record | None:
        tenant = self._next_tenant()
        return None if tenant is None or tenant.first is None else self.records[tenant.first[1]]

    def _next(self) -> Record | None:
        tenant = self._next_tenant()
        if tenant is None or tenant.first is None:
            return None
        _, serial = tenant.first
        tenant.pass_first()
        tenant.taken += 1
        return self.records[serial]

    def _next_tenant(self) -> _Tenant | None:
        """The one whose first message is to be received next."""
        while self._firsts:
            place, _, tenant = self._firsts[0]
            first = self._first_place(tenant)
            if first == place and not self._judge(tenant):
                return tenant
            heappop(self._firsts)
            tenant.listed = False
            self._list(tenant)
        waiting = (tenant for tenant in self._noisy.values() if self._first_place(tenant))
        return min(waiting, key=_in_flight_then_place, default=None)

    def _first_place(self, tenant: _Tenant) -> int:
        """The place of the tenant's first message in the queue; 0: it has none."""
        while first := tenant.first:
            place, serial = first
            if serial in self.records:
                return place
            tenant.pass_first()
            tenant.stale -= 1
        return 0

    def _list(self, tenant: _Tenant) -> None:
        """Put a quiet tenant's first message among those that come next."""
        if not tenant.listed and not tenant.noisy and (place := self._first_place(tenant)):
            tenant.listed = True
            heappush(self._firsts, (place, tenant.name or "", tenant))

    # What becomes of messages

    def add(self, record: Record, now: int, visible_at: int = 0) -> None:
        self._now = now
        super().add(record, now, visible_at)
        tenant = self._tenant(record.group_id)
        tenant.counts[record.state] += 1
        tenant.last_sent = max(tenant.last_sent, record.sent_at)

    def hide(self, record: Record, until: int) -> None:
        before = record.state
        super().hide(record, until)
        self._moved(record, before)

    def show(self, record: Record) -> None:
        before = record.state
        super().show(record)
        self._moved(record, before)

    def remove(self, record: Record) -> None:
        before = record.state
        super().remove(record)
        self._moved(record, before)

    def _offer(self, record: Record) -> None:
        tenant = self._tenant(record.group_id)
        tenant.waiting.append((self._next_place, record.serial))
        self._next_place += 1
        self._list(tenant)

    def _forget(self, record: Record) -> None:
        if record.state is not State.VISIBLE:
            return
        tenant = self._tenant(record.group_id)
        tenant.stale += 1
        if tenant.stale > len(tenant.waiting) // 2 + _STALE_ALLOWED:
            records = self.records
            rest = tenant.waiting[tenant.past :]
            tenant.waiting = [
                each for each in rest if each[1] in records and each[1] != record.serial
            ]
            tenant.past = tenant.stale = 0

    def _moved(self, record: Record, before: State) -> None:
        tenant, after = self._tenant(record.group_id), record.state
        tenant.counts[before] -= 1
        if before is State.VISIBLE and tenant.taken:
            tenant.taken -= 1
        if after is not State.GONE:
            tenant.counts[after] += 1
        if before is State.IN_FLIGHT and after is not State.IN_FLIGHT:
            received_at = self._received_at.pop(record.serial)
            tenant.began -= received_at
            self._began -= received_at
            self._processed.add(tenant.name, self._now - received_at, self._now)
        elif after is State.IN_FLIGHT and before is not State.IN_FLIGHT:
            self._begin(tenant, record.serial)
            self._judge(tenant)
        if not tenant.backlog:
            self._calm(tenant)
            if not tenant.counts[State.IN_FLIGHT] and tenant.name is not None:
                del self._tenants[tenant.name]

    def _begin(self, tenant: _Tenant, serial: int) -> None:
        self._received_at[serial] = self._now
        tenant.began += self._now
        self._began += self._now

    def _tenant(self, name: Name) -> _Tenant:
        tenant = self._tenants.get(name)
        if tenant is None:
            tenant = self._tenants[name] = _Tenant(name)
        return tenant

    # Who is noisy

    def settle(self, now: int, retention: int) -> list[Record]:
        expired = super().settle(now, retention)
        for tenant in list(self._noisy.values()):
            if now >= tenant.last_sent + SILENCE:
                self._calm(tenant)
        return expired

    def noisy(self) -> dict[str, list[int]]:
        return {name: tenant.counts for name, tenant in self._noisy.items()}

    def next_calm(self) -> int | None:
        ends = (tenant.last_sent + SILENCE for tenant in self._noisy.values())
        return min(ends, default=None)

    def _judge(self, tenant: _Tenant) -> bool:
        """Whether the tenant is noisy; it is marked from now on."""
        if tenant.noisy or tenant.name is None or not tenant.backlog:
            return tenant.noisy
        if self._now < tenant.last_sent + SILENCE and (
            self._crowds(tenant) or self._share_of_time(tenant) > NOISY_SHARE
        ):
            tenant.noisy = True
            self._noisy[tenant.name] = tenant
        return tenant.noisy

    def _crowds(self, tenant: _Tenant) -> bool:
        own = tenant.counts[State.IN_FLIGHT]
        return own >= NOISY_LEAST and own > NOISY_SHARE * self.counts[State.IN_FLIGHT]

    def _share_of_time(self, tenant: _Tenant) -> float:
        """Of what consumers have spent recently and spend now, the part for this tenant."""
        own, whole = self._processed.of(tenant.name, self._now)
        own += tenant.counts[State.IN_FLIGHT] * self._now - tenant.began
        whole += self.counts[State.IN_FLIGHT] * self._now - self._began
        return own / whole if whole else 0.0

    def _calm(self, tenant: _Tenant) -> None:
        """The tenant is quiet."""
        if tenant.noisy and tenant.name is not None:
            tenant.noisy = False
            del self._noisy[tenant.name]
            self._list(tenant)


def _in_flight_then_place(tenant: _Tenant) -> tuple[int, int]:
    place, _ = tenant.first or (0, 0)
    return tenant.counts[State.IN_FLIGHT] + tenant.taken, place
