"""The poller that Lambda runs for a mapping: reads the queue, invokes, deletes what is done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import simpy
from moto.core.exceptions import ServiceException
from werkzeug.exceptions import HTTPException

from helpers.embedded.clock import SECOND
from helpers.embedded.event_source import records
from helpers.embedded.event_source.batch_response import failed_messages
from helpers.embedded.runtime import lineage
from helpers.embedded.runtime.functions import Functions, Throttled
from helpers.embedded.runtime.invocations import Outcome
from helpers.embedded.simulation import Simulation, Steps
from helpers.embedded.sqs import Message, Queue

if TYPE_CHECKING:
    from helpers.embedded.event_source.mappings import Mapping

_THROTTLE_PAUSE = SECOND
_REFUSED_PAUSE = 20 * SECOND

IDLE_POLLERS = 5
"""How many long polls Lambda keeps open at a queue without messages (LDG services-sqs-scaling)."""

Batch = list[Message]


class Part(NamedTuple):
    """Messages of a batch whose event stays below 6 MB."""

    messages: Batch
    event: str
    """JSON."""


class Poller:
    """Reads one queue for one mapping from `start` until `stop`."""

    def __init__(
        self, simulation: Simulation, functions: Functions, queue: Queue, mapping: Mapping
    ) -> None:
        self._simulation = simulation
        self._functions = functions
        self._queue = queue
        self._mapping = mapping
        self._in_progress = 0
        self._finished = simulation.event()
        self._crowded_since: int | None = None
        self._process: simpy.Process | None = None
        self._counts = functions.telemetry.mappings.counts_of(mapping)
        self.last_result = "No records processed"

    @property
    def busy(self) -> bool:
        """Whether a batch has been received and not yet finished."""
        return self._in_progress > 0

    def start(self) -> None:
        self._process = self._simulation.start(self._poll())

    def stop(self) -> None:
        """Receive nothing more. Batches under way are finished."""
        if self._process is not None and self._process.is_alive:
            self._process.interrupt()
        self._process = None

    # Receiving

    def _poll(self) -> Steps[None]:
        batch: Batch = []
        try:
            while True:
                yield from self._wait_for_capacity()
                if not (yield from self._wait_for_messages()):
                    self.last_result = "PROBLEM: The specified queue does not exist."
                    return
                batch = []
                try:
                    yield from self._gather(batch)
                except ServiceException as refusal:
                    self.last_result = f"PROBLEM: {refusal.message}"
                    yield self._simulation.timeout(_REFUSED_PAUSE)
                self._hand_over(batch)
        except simpy.Interrupt:
            self._hand_over(batch)

    def _wait_for_messages(self) -> Steps[bool]:
        """Until there is a message; the long polls that find none are counted with the queue's
        empty receives."""
        with self._queue.meter.polled(self._simulation, IDLE_POLLERS):
            return (yield from self._queue.wait_for_messages(None))

    def _wait_for_capacity(self) -> Steps[None]:
        """Until another batch may be in progress; after a pause it begins with few again."""
        simulation, scaling = self._simulation, self._mapping.scaling
        if self._in_progress == 0:
            self._crowded_since = None
        while self._in_progress >= scaling.concurrency(self._crowded()):
            if self._crowded_since is None:
                self._crowded_since = simulation.now
            yield self._finished | simulation.timeout(scaling.step)

    def _crowded(self) -> int:
        since = self._crowded_since
        return 0 if since is None else self._simulation.now - since

    def _gather(self, batch: Batch) -> Steps[None]:
        """Fill `batch` with what is there, or with what comes until the batching window closes.

        Messages that the filters leave out are deleted here and never reach the function.
        """
        mapping, queue = self._mapping, self._queue
        closes = self._simulation.now + mapping.batching_window * SECOND
        while True:
            self._take(batch)
            full = len(batch) >= mapping.batch_size or _size(batch) >= records.MAXIMUM_EVENT
            if full or not batch or self._simulation.now >= closes:
                return
            yield from queue.wait_for_messages(closes)

    def _take(self, batch: Batch) -> None:
        mapping, queue = self._mapping, self._queue
        received = queue.receive(mapping.batch_size - len(batch))
        self._counts.note("PolledEventCount", len(received))
        for message in received:
            if mapping.filters.accept(message):
                batch.append(message)
            else:
                self._counts.note("FilteredOutEventCount", 1)
                self._delete(message)

    def _hand_over(self, batch: Batch) -> None:
        if batch:
            self._in_progress += 1
            self._simulation.start(self._process_batch(list(batch)))
            batch.clear()

    # Invoking

    def _process_batch(self, batch: Batch) -> Steps[None]:
        try:
            for part in _split(batch, self._queue, self._mapping.batching_window > 0):
                yield from self._process_part(part)
        finally:
            self._in_progress -= 1
            finished, self._finished = self._finished, self._simulation.event()
            finished.succeed()

    def _process_part(self, part: Part) -> Steps[None]:
        trail = lineage.longest(message.trace_header for message in part.messages)
        if trail.is_loop(self._mapping.function_arn):
            self._stop_loop(part)
            return
        outcome = yield from self._invoke(part, trail)
        if outcome is None:
            return
        self._counts.note("InvokedEventCount", len(part.messages))
        self.last_result = "OK" if outcome.error is None else f"PROBLEM: {outcome.error}"
        for message in self._done(part, outcome):
            self._delete(message)

    def _invoke(self, part: Part, trail: lineage.Lineage) -> Steps[Outcome | None]:
        """The invocation's outcome; None: throttled until the messages were visible again."""
        queue, mapping = self._queue, self._mapping
        give_up = self._simulation.now + queue.visibility_timeout * SECOND
        while True:
            try:
                function = self._functions.find(mapping.function_arn)
                invoked = yield from self._functions.invoke(
                    function,
                    part.event,
                    arn=mapping.function_arn,
                    queue=queue.name,
                    messages=len(part.messages),
                    trace_id=trail.after(mapping.function_arn),
                )
                return invoked.outcome
            except HTTPException:
                self.last_result = "PROBLEM: Function not found"
                return None
            except Throttled:
                self.last_result = "PROBLEM: Function throttled"
                yield self._simulation.timeout(_THROTTLE_PAUSE)
                if self._simulation.now >= give_up:
                    return None

    def _done(self, part: Part, outcome: Outcome) -> Batch:
        """The messages that the function has dealt with."""
        if outcome.error is not None:
            self._counts.note("FailedInvokeEventCount", len(part.messages))
            return []
        failed: set[str] = set()
        if self._mapping.reports_batch_item_failures:
            failed = failed_messages(outcome.payload, {each.id for each in part.messages})
            unfinished = sum(each.id in failed for each in part.messages)
            self._counts.note("FailedInvokeEventCount", unfinished)
        return [each for each in part.messages if each.id not in failed]

    def _delete(self, message: Message) -> None:
        """A FIFO queue refuses a handle that has expired: the message will come again."""
        with suppress(ServiceException):
            self._queue.delete(message.receipt_handle)
            self._counts.note("DeletedEventCount", 1)

    def _stop_loop(self, part: Part) -> None:
        """A function that has sent itself around 16 times is not invoked again."""
        self.last_result = "PROBLEM: Recursive loop detected"
        for message in part.messages:
            if not self._queue.dead_letter(message.receipt_handle):
                self._delete(message)


def _split(batch: Batch, queue: Queue, windowed: bool) -> Iterator[Part]:
    """The batch's events. A duplicate delivery within the batch is a record of its own."""
    messages: Batch = []
    texts: list[str] = []
    size = 0
    for message in batch:
        record: dict[str, Any] = records.build_record(message, queue, windowed)
        text = json.dumps(record, ensure_ascii=False)
        length = len(text.encode()) + 2
        if messages and size + length > records.MAXIMUM_EVENT:
            yield Part(messages, records.join_event(texts))
            messages, texts, size = [], [], 0
        messages.append(message)
        texts.append(text)
        size += length
    yield Part(messages, records.join_event(texts))


def _size(batch: Batch) -> int:
    return sum(message.size for message in batch)
