"""What can be seen of a queue: its counts, its metrics, and what has expired by now."""

from __future__ import annotations

from helpers.embedded.services.cloudwatch.published.queue_meter import Gauges, QueueMeter, Tallies
from helpers.embedded.services.sqs.gauges import read_gauges
from helpers.embedded.services.sqs.message import Counters, Counts, Record
from helpers.embedded.services.sqs.settings import Settings
from helpers.embedded.services.sqs.store import Store
from helpers.embedded.time.clock import SECOND
from helpers.embedded.time.simulation import Simulation
from helpers.embedded.time.trace import Trace


class ObservedQueue(Settings):
    """The half of a queue that looks: every look first lets happen what is due."""

    counters: Counters
    retention_since: int = 0
    """When the retention period was set; microseconds of lab time."""
    meter: QueueMeter
    _simulation: Simulation
    _trace: Trace
    _store: Store
    _has_groups: bool

    def counts(self) -> Counts:
        """Messages visible, in flight and delayed at this moment.

        Looking is no use of the queue: it publishes no metrics for longer because of it.
        """
        now = self._simulation.now
        if now >= self.meter.next_mark:
            self.meter.catch_up(now)
        self.pass_time(now)
        return self._store.by_state()

    def _settle(self) -> int:
        """Somebody uses the queue: let everything happen first that is due; the account's time in
        microseconds."""
        now = self._simulation.now
        if now >= self.meter.wants_use_from:
            self.meter.use(now)
        self.pass_time(now)
        return now

    def pass_time(self, now: int) -> None:
        """Let everything happen that is due by `now`, microseconds of lab time."""
        retention = self.message_retention_period * SECOND
        for record in self._store.settle(now, retention):
            self.counters.expired += 1
            due, begun = record.sent_at + retention, max(record.arrived_at, self.retention_since)
            self._trace.expired(
                max(due, begun), due > begun, self.queue_arn, record.id, record.receive_count
            )

    def _oldest(self) -> Record | None:
        return next(self._store.oldest_first(), None)

    # What its metrics are made of

    def tallies(self) -> Tallies:
        """Operations since the queue was created."""
        counters = self.counters
        return Tallies(
            sent=counters.sent,
            received=counters.received,
            deleted=counters.deletions,
            empty_receives=counters.empty_receives,
        )

    def gauges(self) -> Gauges:
        return read_gauges(self._store, bool(self.fifo_queue), self._has_groups)

    def gauges_change_at(self) -> int | None:
        """When a message becomes visible or expires next, if nobody does anything before."""
        oldest = self._oldest()
        moments = [] if oldest is None else [self._expiry_of(oldest)]
        for moment in (self._store.next_return(), self._store.next_calm()):
            if moment is not None:
                moments.append(moment)
        return min(moments, default=None)

    def _expiry_of(self, record: Record) -> int:
        return record.sent_at + self.message_retention_period * SECOND

    # What moto's queue would count from its list of messages

    @property
    def approximate_number_of_messages(self) -> int:
        return self.counts().visible

    @property
    def approximate_number_of_messages_not_visible(self) -> int:
        return self.counts().in_flight

    @property
    def approximate_number_of_messages_delayed(self) -> int:
        return self.counts().delayed
