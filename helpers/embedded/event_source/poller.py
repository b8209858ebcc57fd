"""The poller that Lambda runs for a mapping: reads the queue, invokes, deletes what is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import simpy
from werkzeug.exceptions import HTTPException

from helpers.embedded.clock import SECOND
from helpers.embedded.event_source import records
from helpers.embedded.event_source.batch_response import failed_messages
from helpers.embedded.runtime.functions import Functions, Throttled
from helpers.embedded.runtime.invocations import Outcome
from helpers.embedded.simulation import Simulation, Steps
from helpers.embedded.sqs import Message, Queue

if TYPE_CHECKING:
    from helpers.embedded.event_source.mappings import Mapping

INITIAL_CONCURRENCY = 5
SCALE_PER_MINUTE = 300
MAXIMUM_CONCURRENCY = 1250
"""https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"""

_THROTTLE_PAUSE = SECOND


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
        try:
            while True:
                yield from self._wait_for_capacity()
                yield from self._queue.wait_for_messages(None)
                batch = yield from self._gather()
                if batch:
                    self._in_progress += 1
                    self._simulation.start(self._process_batch(batch))
        except simpy.Interrupt:
            return

    def _wait_for_capacity(self) -> Steps[None]:
        """Until another batch may be in progress.

        While there is more than enough to do, 300 more batches a minute are; after a pause it
        begins again with 5.
        """
        simulation = self._simulation
        if self._in_progress == 0:
            self._crowded_since = None
        while self._in_progress >= self._concurrency():
            if self._crowded_since is None:
                self._crowded_since = simulation.now
            step = simulation.timeout(60 * SECOND // SCALE_PER_MINUTE)
            yield self._finished | step

    def _concurrency(self) -> int:
        grown = 0
        if self._crowded_since is not None:
            crowded = self._simulation.now - self._crowded_since
            grown = crowded * SCALE_PER_MINUTE // (60 * SECOND)
        ceiling = self._mapping.maximum_concurrency or MAXIMUM_CONCURRENCY
        return min(INITIAL_CONCURRENCY + grown, ceiling)

    def _gather(self) -> Steps[list[Message]]:
        """A batch: what is there, or what comes until the batching window closes."""
        mapping, queue = self._mapping, self._queue
        batch = queue.receive(mapping.batch_size)
        closes = self._simulation.now + mapping.batching_window * SECOND
        while batch and len(batch) < mapping.batch_size and self._simulation.now < closes:
            if (yield from queue.wait_for_messages(closes)):
                batch += queue.receive(mapping.batch_size - len(batch))
        return batch

    # Invoking

    def _process_batch(self, batch: list[Message]) -> Steps[None]:
        try:
            for part in self._split(batch):
                outcome = yield from self._invoke(part)
                if outcome is not None:
                    self._delete_done(part, outcome)
        finally:
            self._in_progress -= 1
            finished, self._finished = self._finished, self._simulation.event()
            finished.succeed()

    def _split(self, batch: list[Message]) -> Iterator[dict[str, Message]]:
        """Parts whose events stay below 6 MB, by message id: a duplicate is one of its own."""
        yield {message.id: message for message in batch}

    def _invoke(self, part: dict[str, Message]) -> Steps[Outcome | None]:
        """The invocation's outcome; None: it was throttled until the messages were visible."""
        queue, mapping = self._queue, self._mapping
        event = records.build_event(
            records.build_record(message, queue, mapping.batching_window > 0)
            for message in part.values()
        )
        give_up = self._simulation.now + int(queue.visibility_timeout) * SECOND
        while True:
            try:
                function = self._functions.find(mapping.function_arn)
                invoked = yield from self._functions.invoke(function, event, queue=queue.name)
                return invoked.outcome
            except HTTPException:  # the function has been deleted
                return None
            except Throttled:
                yield self._simulation.timeout(_THROTTLE_PAUSE)
                if self._simulation.now >= give_up:
                    return None

    def _delete_done(self, part: dict[str, Message], outcome: Outcome) -> None:
        if outcome.error is not None:
            return
        failed: set[str] = set()
        if self._mapping.reports_batch_item_failures:
            failed = failed_messages(outcome.payload, part)
        for message_id, message in part.items():
            if message_id not in failed:
                self._queue.delete(message.receipt_handle)
