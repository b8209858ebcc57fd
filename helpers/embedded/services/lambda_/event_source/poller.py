"""The poller that Lambda runs for a mapping: reads the queue, invokes, deletes what is done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import simpy
from moto.core.exceptions import ServiceException
from werkzeug.exceptions import HTTPException

from helpers.embedded.services.lambda_.event_source import records
from helpers.embedded.services.lambda_.event_source.batch_response import failed_messages
from helpers.embedded.services.lambda_.event_source.queue_reader import CannotRead, QueueReader
from helpers.embedded.services.lambda_.event_source.scaling import Concurrency, Scaling
from helpers.embedded.services.lambda_.execution import lineage
from helpers.embedded.services.lambda_.execution.functions import Functions, Throttled
from helpers.embedded.services.lambda_.execution.invoke_phase import Outcome
from helpers.embedded.services.sqs.message import Message
from helpers.embedded.services.sqs.queue import Queue
from helpers.embedded.time.clock import SECOND
from helpers.embedded.time.simulation import Simulation, Steps

if TYPE_CHECKING:
    from helpers.embedded.services.lambda_.event_source.mapping import Mapping

_THROTTLE_PAUSE = SECOND
_REFUSED_PAUSE = 20 * SECOND

Batch = list[Message]

_MOST_AROUND = 10_000
"""Bytes of a record at most, beside its message: the names of its fields and of those of ten
attributes, digests, ids, times."""

_encode = json.JSONEncoder(ensure_ascii=False).encode


class Part(NamedTuple):
    """Messages of a batch whose event stays below 6 MB."""

    messages: Batch
    event: str | Callable[[], str]
    """JSON, or what writes it: a modelled function reads hardly any."""


class Poller:
    """Reads one queue for one mapping from `start` until `stop`."""

    def __init__(
        self,
        simulation: Simulation,
        functions: Functions,
        reader: QueueReader,
        mapping: Mapping,
    ) -> None:
        self._simulation = simulation
        self._functions = functions
        self._reader = reader
        self._mapping = mapping
        self._in_progress = 0
        self._finished: simpy.Event | None = None
        """The end of a batch, while it is waited for."""
        self._concurrency = Concurrency(Scaling())
        self._process: simpy.Process | None = None
        self._counts = functions.telemetry.mappings.counts_of(mapping)
        self._refusal: str | None = None
        self._batch: Batch = []
        """What was received and not handed over yet."""
        self._since = 0
        """When its first message was received."""

    @property
    def busy(self) -> bool:
        """Whether a batch has been received and not yet finished."""
        return self._in_progress > 0

    @property
    def problem(self) -> str | None:
        """Why the queue is not read, although the mapping is enabled."""
        try:
            self._reader.check()
        except CannotRead as refusal:
            return str(refusal)
        return self._refusal

    def start(self) -> None:
        self._concurrency = Concurrency(self._mapping.scaling)
        self._process = self._simulation.start(self._poll())

    def stop(self) -> None:
        """Receive nothing more. Batches under way are finished."""
        if self._process is not None and self._process.is_alive:
            self._process.interrupt()
        self._process = None

    # Receiving

    def _poll(self) -> Steps[None]:
        """Poll until somebody interrupts; what goes wrong is said, and polling goes on."""
        try:
            while True:
                pause = yield from self._simulation.keep(
                    self._receive_one_batch(), self._name, self._give_up
                )
                if pause:
                    yield self._simulation.timeout(pause)
        except simpy.Interrupt:
            self._hand_over()

    def _receive_one_batch(self) -> Steps[int]:
        """Wait for a batch, receive it and have it processed; microseconds to pause then."""
        yield from self._wait_for_capacity()
        if not (yield from self._wait_for_messages()):
            return self._look_for_queue()
        self._since = self._simulation.now
        try:
            yield from self._gather()
            pause, self._refusal = self._pace(self._batch), None
        except CannotRead:
            pause, self._refusal = _REFUSED_PAUSE, None
        except ServiceException as refusal:
            pause, self._refusal = _REFUSED_PAUSE, refusal.message
        self._hand_over()
        return pause

    def _give_up(self, fault: Exception) -> int:
        """Our own fault. What was received and is not in the batch comes back when its time in
        flight is over."""
        self._note_fault(fault)
        self._hand_over()
        return _REFUSED_PAUSE

    def _note_fault(self, fault: Exception) -> None:
        self._refusal = f"Internal error: {type(fault).__name__}."

    def _look_for_queue(self) -> int:
        """The queue was deleted. Microseconds until the next look, if no other has its name yet."""
        is_found = self._mapping.find_queue()
        self._refusal = None if is_found else "The specified queue does not exist."
        return 0 if is_found else _REFUSED_PAUSE

    @property
    def _queue(self) -> Queue:
        return self._mapping.queue

    @property
    def _name(self) -> str:
        return f"the event source mapping of {self._queue.name}"

    def _wait_for_messages(self) -> Steps[bool]:
        """Until there is a message; the long polls that find none are counted with the queue's
        empty receives. False: the queue is gone."""
        simulation, queue = self._simulation, self._queue
        since, in_progress, found = simulation.now, self._in_progress, False
        for pollers, until in self._concurrency.scaling.idle_stages(since):
            polls = queue.meter.start_polls(simulation.now, pollers)
            try:
                found = yield from queue.wait_for_messages(until)
            finally:
                queue.meter.end_polls(polls, simulation.now)
            if found or queue.deleted:
                break
        if simulation.now > since:
            self._concurrency.rest(since, simulation.now, in_progress)
        return found

    def _wait_for_capacity(self) -> Steps[None]:
        """Until another batch may be in progress."""
        simulation, concurrency = self._simulation, self._concurrency
        while self._in_progress >= concurrency.at(simulation.now):
            concurrency.crowd(simulation.now)
            self._finished = self._finished or simulation.event()
            if concurrency.is_highest(simulation.now):
                yield self._finished
            else:
                yield self._finished | simulation.timeout(concurrency.scaling.step)

    def _pace(self, batch: Batch) -> int:
        allowed = self._concurrency.at(self._simulation.now)
        return self._concurrency.scaling.pace(allowed, _size(batch))

    def _gather(self) -> Steps[None]:
        """Fill the batch with what is there, or with what comes until the batching window closes.

        Messages that the filters leave out are deleted here and never reach the function.
        """
        mapping, queue, batch = self._mapping, self._queue, self._batch
        closes = self._simulation.now + mapping.batching_window * SECOND
        while True:
            self._take()
            full = len(batch) >= mapping.batch_size or _size(batch) >= records.MAXIMUM_EVENT
            if full or not batch or self._simulation.now >= closes:
                return
            yield from queue.wait_for_messages(closes)

    def _take(self) -> None:
        mapping = self._mapping
        received = self._reader.receive(mapping.batch_size - len(self._batch))
        self._counts.note("PolledEventCount", len(received))
        for message in received:
            if mapping.filters.accept(message):
                self._batch.append(message)
            else:
                self._counts.note("FilteredOutEventCount", 1)
                self._delete(message)

    def _hand_over(self) -> None:
        """Have the batch processed whose first message was received at `_since`."""
        if not self._batch:
            return
        self._in_progress += 1
        batch, self._batch = self._batch, []
        visible_again = self._since + self._queue.visibility_timeout * SECOND
        steps = self._process_batch(batch, visible_again)
        self._simulation.start(self._simulation.keep(steps, self._name, self._note_fault))

    # Invoking

    def _process_batch(self, batch: Batch, visible_again: int) -> Steps[None]:
        try:
            for part in _split(batch, self._queue, self._mapping.batching_window > 0):
                yield from self._process_part(part, visible_again)
        finally:
            self._in_progress -= 1
            if self._finished is not None:
                self._finished.succeed()
                self._finished = None

    def _process_part(self, part: Part, visible_again: int) -> Steps[None]:
        trail = lineage.longest(message.trace_header for message in part.messages)
        function_arn = self._mapping.function_arn
        if trail.is_loop(function_arn) and not self._functions.may_loop(function_arn):
            self._stop_loop(part)
            return
        outcome = yield from self._invoke(part, trail, visible_again)
        if outcome is None:
            return
        if outcome.error is not None:
            self._concurrency.fail(self._simulation.now)
        self._counts.note("InvokedEventCount", len(part.messages))
        for message in self._done(part, outcome):
            self._delete(message)

    def _invoke(
        self, part: Part, trail: lineage.Lineage, visible_again: int
    ) -> Steps[Outcome | None]:
        """The invocation's outcome; None: throttled until the messages were visible again."""
        queue, mapping = self._queue, self._mapping
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
                return None
            except Throttled:
                yield self._simulation.timeout(_THROTTLE_PAUSE)
                if self._simulation.now >= visible_again:
                    self._concurrency.fail(self._simulation.now)
                    return None

    def _done(self, part: Part, outcome: Outcome) -> Batch:
        """The messages that the function has dealt with."""
        if outcome.error is not None:
            self._counts.note("FailedInvokeEventCount", len(part.messages))
            return []
        failed: set[str] = set()
        if self._mapping.reports_batch_item_failures:
            failed = failed_messages(outcome.payload, [each.id for each in part.messages])
            unfinished = sum(each.id in failed for each in part.messages)
            self._counts.note("FailedInvokeEventCount", unfinished)
        return [each for each in part.messages if each.id not in failed]

    def _delete(self, message: Message) -> None:
        if self._reader.delete(message):
            self._counts.note("DeletedEventCount", 1)

    def _stop_loop(self, part: Part) -> None:
        """A function that has sent itself around 16 times is not invoked again."""
        for message in part.messages:
            if not self._queue.dead_letter(message.receipt_handle):
                self._delete(message)


def _split(batch: Batch, queue: Queue, windowed: bool) -> Iterator[Part]:
    """The batch's events. A duplicate delivery within the batch is a record of its own."""
    if _is_small(batch):
        yield Part(batch, partial(_write_event, batch, queue, windowed))
        return
    messages: Batch = []
    texts: list[str] = []
    size = 0
    for message in batch:
        text = _encode(records.build_record(message, queue, windowed))
        length = len(text.encode()) + 2
        if messages and size + length > records.MAXIMUM_EVENT:
            yield Part(messages, records.join_event(texts))
            messages, texts, size = [], [], 0
        messages.append(message)
        texts.append(text)
        size += length
    yield Part(messages, records.join_event(texts))


def _is_small(batch: Batch) -> bool:
    """Whether the event stays below the limit, however its characters are escaped: a byte takes
    six at most."""
    written = sum(each.size + len(each.trace_header or "") for each in batch)
    return len(batch) * _MOST_AROUND + 6 * written < records.MAXIMUM_EVENT


def _write_event(batch: Batch, queue: Queue, windowed: bool) -> str:
    return records.join_event(
        _encode(records.build_record(message, queue, windowed)) for message in batch
    )


def _size(batch: Batch) -> int:
    return sum(message.size for message in batch)
