"""One queue: what SQS does with its messages between send and delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zlib import crc32

from moto.moto_api._internal import mock_random

from helpers.embedded.services.cloudwatch.published.queue_meter import QueueMeter
from helpers.embedded.services.sqs.cipher import KeyUse, QueueCipher
from helpers.embedded.services.sqs.deduplication import Accepted, Deduplication
from helpers.embedded.services.sqs.disorder import Disorder, Duplicates
from helpers.embedded.services.sqs.errors import SQSException, bad_parameter, invalid_handle
from helpers.embedded.services.sqs.fair_store import FairStore
from helpers.embedded.services.sqs.fifo_store import FifoStore
from helpers.embedded.services.sqs.message import Counters, Message, Record, State, sequence_number
from helpers.embedded.services.sqs.observed import ObservedQueue
from helpers.embedded.services.sqs.receipts import Receipts, Receive
from helpers.embedded.services.sqs.store import ShuffledStore, StandardStore, Store
from helpers.embedded.time.clock import SECOND, unix_milliseconds_at
from helpers.embedded.time.simulation import Bell, Simulation, Steps
from helpers.embedded.time.trace import Trace
from helpers.embedded.uuids import new_uuid

IN_FLIGHT_LIMIT = 120_000
"""Messages that may be in flight in one queue (SDG quotas-messages)."""

LONGEST_HIDDEN = 43_200 * SECOND
"""How long after its first receive a message can be kept in flight at most."""


Place = tuple[str, str, str]
"""Account, Region and name of a queue."""


class Surroundings(NamedTuple):
    """What every queue of an account shares."""

    simulation: Simulation
    trace: Trace
    keys: KeyUse
    disorder: Disorder = Disorder()
    meters: list[QueueMeter] | None = None
    """Where a new queue's meter is kept for the metrics, when somebody wants them."""
    sender_id: Callable[[], str | None] = lambda: None
    """Who sends now, as a message's SenderId names them (API ReceiveMessage)."""


class Queue(ObservedQueue):
    """moto's queue for its attributes; our store for the messages."""

    dead_letter_queue: Queue | None

    def __init__(self, name: str, region: str, account_id: str, around: Surroundings) -> None:
        super().__init__(name, region, account_id)
        self.fifo_queue = name.endswith(".fifo")
        self.place: Place = account_id, region, name
        self.counters = Counters()
        self.cipher = QueueCipher(self, around.keys)
        self.sender_id = around.sender_id
        self.deleted = False
        self._simulation = around.simulation
        self._trace = around.trace
        self._bell = Bell(around.simulation)
        self._deduplication = Deduplication()
        self._receipts = Receipts(mock_random.getrandbits(128).to_bytes(16, "big"))
        self._random = Random(around.disorder.seed ^ crc32(self.queue_arn.encode()))
        probability = 0.0 if self.fifo_queue else around.disorder.duplicates
        self._duplicates = Duplicates(probability, self._random)
        self._shuffled = around.disorder.shuffled
        self._store = self._empty_store()
        self._has_groups = False
        self.meter = QueueMeter(self, around.simulation.now)
        if around.meters is not None:
            around.meters.append(self.meter)

    def _empty_store(self) -> Store:
        if self.fifo_queue:
            return FifoStore()
        return ShuffledStore(self._random) if self._shuffled else StandardStore()

    @property
    def now(self) -> int:
        """Microseconds of lab time since the account was opened."""
        return self._simulation.now

    # Sending

    def accept(self, record: Record, delay: int | None = None) -> Accepted:
        """Keep a message that a producer sends now; `delay` in seconds, None: the queue's.

        A FIFO queue that has accepted the same deduplication id before answers as it did then.
        """
        now = self._settle()
        seconds = self.delay_seconds if delay is None else delay
        if self.fifo_queue and record.deduplication_id is not None:
            scope = record.group_id if self.deduplication_scope == "messageGroup" else None
            if known := self._deduplication.recall(scope, record.deduplication_id, now):
                self.meter.deduplicated += 1
                return known
            self._keep(record, now, now + seconds * SECOND)
            accepted = Accepted(record.id, sequence_number(record))
            self._deduplication.remember(scope, record.deduplication_id, accepted, now)
        else:
            self._keep(record, now, now + seconds * SECOND)
            accepted = Accepted(record.id, "")
        self.counters.sent += 1
        self.counters.bytes_sent += record.size
        self.meter.note_sent(record.size)
        self._trace.message("sent", self.name, record.id, 0, seconds * SECOND)
        return accepted

    def take_in(self, record: Record) -> None:
        """Keep a message that SQS moves here from another queue, visible at once.

        A standard queue keeps the moment at which it was first sent, a FIFO queue starts it
        anew (SDG sqs-dead-letter-queues).
        """
        now = self._settle()
        if self.fifo_queue:
            record.sent_at = now
        self._keep(record, now, now)

    def take_in_as_new(self, record: Record) -> None:
        """Keep a message that a move task brings: its id, age and receives start anew
        (SDG sqs-configure-dead-letter-queue-redrive)."""
        record.id = new_uuid()
        record.sent_at = self._simulation.now
        record.receive_count = record.received_elsewhere = 0
        record.first_received_at = None
        record.dead_letter_source_arn = None
        self.take_in(record)
        self._trace.message("redriven", self.name, record.id, 0)

    def _keep(self, record: Record, now: int, visible_at: int) -> None:
        if record.group_id is not None and not self._has_groups:
            self._expect_tenants(now)
        self._store.add(record, now, visible_at)
        if record.sent_at != now:  # moved here, and perhaps too old for this queue
            self.pass_time(now)
        self._bell.ring()

    def _expect_tenants(self, now: int) -> None:
        """From the first message with a MessageGroupId on, a standard queue is fair."""
        self._has_groups = True
        if isinstance(self._store, StandardStore):
            fair = FairStore()
            fair.take_over(self._store, now)
            self._store = fair

    # Receiving

    def receive(self, max_messages: int, visibility_timeout: int | None = None) -> list[Message]:
        """Up to `max_messages`, now in flight for `visibility_timeout` seconds.

        Messages that have used up their receives are moved to the dead-letter queue instead.
        Nothing is received while the limit of messages in flight is reached.

        Raises:
            SQSException: the caller may not open the first message. It stays where it is, and no
                receive is counted; a later one that they may not open ends the batch before it.
        """
        now = self._settle()
        refusals: list[SQSException] = []

        def admits(record: Record) -> bool:
            if not self._is_exhausted(record):
                try:
                    self.cipher.unlock(record.kept_body)
                except SQSException as refusal:
                    refusals.append(refusal)
                    return False
            return True

        seconds = self.visibility_timeout if visibility_timeout is None else visibility_timeout
        room = min(max_messages, IN_FLIGHT_LIMIT - self._store.counts[State.IN_FLIGHT])
        again = self._duplicates.take(room) if self._duplicates else []
        received = [self._count_receive(record, now, None) for record in again if admits(record)]
        handed_out: list[Record] = []
        while len(received) < room and (taken := self._store.take(room - len(received), admits)):
            for record in taken:
                if self._is_exhausted(record):
                    self._dead_letter(record)
                else:
                    self._store.hide(record, now + seconds * SECOND)
                    handed_out.append(record)
                    received.append(self._count_receive(record, now, seconds * SECOND))
        if seconds == 0:
            for record in handed_out:
                self._store.show(record)
        self._duplicates.choose(handed_out)
        if self._duplicates:
            self._bell.ring()
        if refusals and not received:
            raise refusals[0]
        if received:
            self.counters.received += len(received)
        else:
            self.counters.empty_receives += 1
        return received

    def over_limit(self) -> bool:
        """Whether so many messages are in flight that nothing can be received."""
        self._settle()
        return self._store.counts[State.IN_FLIGHT] >= IN_FLIGHT_LIMIT

    def wait_for_messages(  # type: ignore[override]  # moto's blocks a thread
        self, deadline: int | None
    ) -> Steps[bool]:
        """Wait until a receive would find a message, at most to `deadline`.

        Args:
            deadline: microseconds of lab time since the account was opened; None: for ever.

        Returns:
            Whether there is something to receive.
        """
        while True:
            now = self._settle()
            if self._has_receivable():
                return True
            if self.deleted or (deadline is not None and now >= deadline):
                return False
            moments = (deadline, self._next_change())
            known = [moment for moment in moments if moment is not None]
            yield self._bell.wait(min(known) if known else None)

    def _count_receive(self, record: Record, now: int, hidden: int | None) -> Message:
        record.receive_count += 1
        if record.first_received_at is None:
            record.first_received_at = now
        self._trace.message("received", self.name, record.id, record.receive_count, hidden)
        return Message(
            id=record.id,
            body=self.cipher.open(record.kept_body),
            body_md5=record.body_md5,
            receive=Receive(record.serial, record.receive_count),
            receipts=self._receipts,
            receive_count=record.receive_count,
            sent_timestamp=unix_milliseconds_at(record.sent_at),
            first_receive_timestamp=unix_milliseconds_at(record.first_received_at),
            sender_id=record.sender_id,
            attributes=record.attributes or {},
            group_id=record.group_id,
            deduplication_id=record.deduplication_id,
            sequence_number=sequence_number(record) if self.fifo_queue else None,
            dead_letter_source_arn=record.dead_letter_source_arn,
            trace_header=record.trace_header,
            size=record.size,
        )

    def _has_receivable(self) -> bool:
        """Whether a receive would find a message; exhausted ones in front are moved away."""
        if self._store.counts[State.IN_FLIGHT] >= IN_FLIGHT_LIMIT:
            return False
        while (front := self._store.peek()) is not None and self._is_exhausted(front):
            self._dead_letter(self._store.take(1)[0])
        return front is not None or bool(self._duplicates)

    def _next_change(self) -> int | None:
        """The next moment at which time alone may make a message receivable."""
        upcoming = self._store.next_return()
        oldest = self._oldest() if self.fifo_queue else None
        if oldest is not None:
            expires = oldest.sent_at + self.message_retention_period * SECOND
            upcoming = expires if upcoming is None else min(upcoming, expires)
        return upcoming

    # Dead-lettering and moving

    def _is_exhausted(self, record: Record) -> bool:
        target, policy = self.dead_letter_queue, self.redrive_policy
        if target is None or target.deleted or not policy:
            return False
        receives = record.receive_count - record.received_elsewhere
        return receives >= int(policy["maxReceiveCount"])

    def _dead_letter(self, record: Record) -> None:
        target = self.dead_letter_queue
        assert target is not None
        self.give_away(record, "dead-lettered")
        record.received_elsewhere = record.receive_count
        record.dead_letter_source_arn = self.queue_arn
        target.take_in(record)

    def dead_letter(self, receipt_handle: str) -> bool:
        """Move a received message to the dead-letter queue at once; False: there is none."""
        self._settle()
        record = self._store.records.get(self._parse(receipt_handle).serial)
        if self.dead_letter_queue is None or record is None:
            return False
        self._dead_letter(record)
        return True

    def give_away(self, record: Record, what: str) -> None:
        """Let go of a message that SQS moves to another queue."""
        self._store.remove(record)
        self.counters.moved += 1
        self._trace.message(what, self.name, record.id, record.receive_count)

    def visible_record(self) -> Record | None:
        """The message that a receive would find first, dead-lettering aside."""
        self._settle()
        return self._store.peek()

    # What a receiver does with its receipt handle

    def delete(self, receipt_handle: str) -> None:
        """Delete the message of a receive.

        A standard queue answers a handle that a later receive has outdated with success and
        keeps the message (API DeleteMessage); a FIFO queue refuses one that has expired
        (recorded: test_fifo_delete_after_visibility_timeout). Deleting twice is no error.

        Raises:
            SQSException: the handle is none of this queue's, or has expired (FIFO).
        """
        self._settle()
        if not self._delete(self._parse(receipt_handle)):
            raise _expired(receipt_handle)

    def delete_received(self, message: Message) -> bool:
        """As `delete`, for what a part of this account has received; False: it has expired."""
        self._settle()
        return self._delete(message.receive)

    def _delete(self, receive: Receive) -> bool:
        record = self._store.records.get(receive.serial)
        is_latest = record is not None and record.receive_count == receive.number
        if self.fifo_queue and record and not (is_latest and record.state is State.IN_FLIGHT):
            return False
        self.counters.deletions += 1
        if record is None:
            return True
        what = "deleted" if is_latest else "delete ignored"
        self._trace.message(what, self.name, record.id, record.receive_count)
        if is_latest:
            was_full = self._store.counts[State.IN_FLIGHT] >= IN_FLIGHT_LIMIT
            self._store.remove(record)
            if self.fifo_queue or was_full:  # otherwise nobody can receive more than before
                self._bell.ring()
        return True

    def change_visibility(self, receipt_handle: str, seconds: int) -> None:
        """Keep the message of a receive in flight until `seconds` from now; 0: release it.

        Raises:
            SQSException: the handle is none of this queue's, its message is gone, or it would
                stay in flight for longer than 12 hours after its first receive.
        """
        now = self._settle()
        receive = self._parse(receipt_handle)
        record = self._store.records.get(receive.serial)
        is_current = (
            record is not None
            and record.receive_count == receive.number
            and record.state is State.IN_FLIGHT
        )
        if record is None or (self.fifo_queue and not is_current):
            raise bad_parameter(
                receipt_handle,
                "ReceiptHandle",
                "Message does not exist or is not available for visibility timeout change.",
            )
        if not is_current:
            # Recorded: test_change_message_visibility_after_visibility_timeout_expiration.
            return
        until = now + seconds * SECOND
        if until > (record.first_received_at or 0) + LONGEST_HIDDEN and seconds:
            raise bad_parameter(
                seconds,
                "VisibilityTimeout",
                "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
            )
        if seconds:
            self._store.hide(record, until)
        else:
            self._store.show(record)
        self._trace.message("hidden", self.name, record.id, record.receive_count, seconds * SECOND)
        self._bell.ring()

    def _parse(self, receipt_handle: str) -> Receive:
        receive = self._receipts.parse(receipt_handle)
        if receive is None:
            raise invalid_handle(receipt_handle)
        return receive

    # Emptying and changing it

    def purge(self) -> None:
        """Delete every message, those in flight and delayed included."""
        self._settle()
        self._duplicates.clear()
        for record in self._store.clear():
            self.counters.purged += 1
            self._trace.message("purged", self.name, record.id, record.receive_count)

    def close(self) -> None:
        """The queue was deleted: its messages are gone, who waits at it is sent away."""
        self.counts()  # what has expired by now is noted before
        self.meter.close(self.now)
        self.deleted = True
        self._duplicates.clear()
        self._store = self._empty_store()
        self._bell.ring()

    def change(self, values: Mapping[str, Any]) -> None:
        """Set checked attributes, by their names in the API; who waits looks at the queue again.

        A FIFO queue's new delay holds for the messages whose delay still runs, too; that of a
        standard queue only for those to come (SDG sqs-delay-queues).
        """
        now = self._settle()  # by the settings of before: what has expired does not come back
        self.assign(values)
        if "MessageRetentionPeriod" in values:
            self.retention_since = now
        if self.fifo_queue and "DelaySeconds" in values:
            self._store.delay_anew(self.delay_seconds * SECOND)
        self.pass_time(now)  # what the new settings let happen, happens at once
        self.last_modified_timestamp = self._simulation.clock.unix()
        self._bell.ring()

    def add_message(self, message: object) -> None:
        """moto's way in, which would also invoke functions: nothing may come this way."""
        raise NotImplementedError("Messages enter a queue by accept and take_in.")


def _expired(receipt_handle: str) -> SQSException:
    return bad_parameter(receipt_handle, "ReceiptHandle", "The receipt handle has expired.")


class QueueName(NamedTuple):
    """What a queue's URL says, https://sqs.REGION.amazonaws.com/ACCOUNT/NAME, or its name alone,
    which SQS takes as well."""

    owner: str | None
    """The account; None: the URL names none."""
    name: str


@lru_cache(maxsize=4096)
def parse_queue_url(url: str) -> QueueName:
    parts = urlsplit(url).path.strip("/").split("/")
    owner = parts[-2] if len(parts) > 1 and parts[-2].isdigit() else None
    return QueueName(owner, parts[-1])
