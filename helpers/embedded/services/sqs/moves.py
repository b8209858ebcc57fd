"""Moving messages out of a dead-letter queue (API StartMessageMoveTask)."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

from helpers.embedded import json_documents
from helpers.embedded.services.sqs.errors import (
    InvalidParameterValue,
    KmsRefusal,
    SQSException,
    bad_parameter,
    missing_resource,
)
from helpers.embedded.services.sqs.queue import Queue
from helpers.embedded.time.clock import SECOND, unix_milliseconds_at
from helpers.embedded.time.simulation import Simulation, Steps
from helpers.embedded.uuids import new_uuid

if TYPE_CHECKING:
    from helpers.embedded.services.sqs.backend import SqsBackend

FASTEST = 500
"""Messages a second that a task moves at most, and when no rate is asked for."""

_MOST_LISTED = 10
_ARN = re.compile(r"arn:[\w-]+:sqs:[\w-]+:\d+:[\w.-]+")


class MoveTask:
    """One run through the messages of a dead-letter queue."""

    def __init__(
        self,
        source: Queue,
        destination: Queue | None,
        rate: int | None,
        started_at: int,
        started_by: Any,
    ) -> None:
        self.source = source
        self.destination = destination
        self.rate = rate
        self.started_at = started_at
        self.started_by = started_by
        """Whose permissions on the keys of both queues the task uses."""
        self.to_move = source.counts().visible
        self.moved = 0
        self.status = "RUNNING"
        self.failure: str | None = None
        self.name = new_uuid()
        claim = {"taskId": self.name, "sourceArn": source.queue_arn}
        self.handle = b64encode(json.dumps(claim, separators=(",", ":")).encode()).decode()

    def fail(self, reason: str) -> None:
        self.status, self.failure = "FAILED", reason

    def as_result(self) -> dict[str, Any]:
        running = self.status in ("RUNNING", "CANCELLING")
        named = {
            "TaskHandle": self.handle if running else None,
            "Status": self.status,
            "SourceArn": self.source.queue_arn,
            "DestinationArn": self.destination.queue_arn if self.destination else None,
            "MaxNumberOfMessagesPerSecond": self.rate,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "FailureReason": self.failure,
            "StartedTimestamp": unix_milliseconds_at(self.started_at),
        }
        return {name: value for name, value in named.items() if value is not None}


class Moves:
    """The move tasks of one Region."""

    def __init__(self, backend: SqsBackend, simulation: Simulation) -> None:
        self._backend = backend
        self._simulation = simulation
        self._keys = backend.around.keys
        self._tasks: list[MoveTask] = []

    def start(self, source_arn: str, destination_arn: str | None, rate: int | None) -> MoveTask:
        """Begin to move the messages that are in the source now.

        Raises:
            SQSException: the source is no dead-letter queue, a queue is missing, the rate is
                out of range, or a task is running already.
        """
        if rate is not None and not 1 <= rate <= FASTEST:
            raise bad_parameter(
                rate,
                "MaxNumberOfMessagesPerSecond",
                f"Must be between 1 and {FASTEST}, if provided.",
            )
        for name, arn in (("SourceArn", source_arn), ("DestinationArn", destination_arn)):
            if arn and not _ARN.fullmatch(arn):
                raise InvalidParameterValue(
                    f"You must use this format to specify the {name}: "
                    "arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
                )
        source = self._queue(source_arn, "SourceArn")
        if not any(queue.dead_letter_queue is source for queue in self._backend.queues.values()):
            raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
        if destination_arn == source_arn:
            raise InvalidParameterValue(
                "Source queue arn and destination queue arn cannot be the same."
            )
        destination = self._queue(destination_arn, "DestinationArn") if destination_arn else None
        if destination and destination.fifo_queue != source.fifo_queue:
            raise InvalidParameterValue(
                "The source queue and destination queue must be of the same queue type."
            )
        if any(task.source is source and task.status == "RUNNING" for task in self._tasks):
            raise InvalidParameterValue(
                "There is already a task running. Only one active task is allowed for a source "
                "queue arn at a given time."
            )
        task = MoveTask(source, destination, rate, self._simulation.now, self._keys.caller())
        self._tasks.append(task)
        name = f"a message move task of {source.name}"
        steps = self._simulation.keep(self._run(task), name, lambda _: task.fail("InternalError"))
        self._simulation.start(steps)
        return task

    def list(self, source_arn: str, most: int) -> list[MoveTask]:
        """The latest tasks of a source queue, newest first."""
        if not 1 <= most <= _MOST_LISTED:
            raise bad_parameter(most, "MaxResults", f"Must be between 1 and {_MOST_LISTED}.")
        source = self._queue(source_arn, "SourceArn")
        return [task for task in reversed(self._tasks) if task.source is source][:most]

    def cancel(self, handle: str) -> MoveTask:
        """Stop a running task; what it has moved stays moved."""
        try:
            claim = json_documents.parse(b64decode(handle, validate=True))
            name, source_arn = str(claim["taskId"]), str(claim["sourceArn"])
        except (ValueError, KeyError, TypeError):
            raise InvalidParameterValue("Value for parameter TaskHandle is invalid.") from None
        task = next((task for task in self._tasks if task.name == name), None)
        source = self._queue(source_arn, "SourceArn")
        if task is not None and task.source is not source:
            raise missing_resource("SourceArn")
        if task is None:
            raise SQSException("ResourceNotFoundException", "Task does not exist.")
        if task.status != "RUNNING":
            raise SQSException(
                "AWS.SimpleQueueService.UnsupportedOperation",
                f"Cannot cancel task with status {task.status}.",
            )
        task.status = "CANCELLED"
        return task

    def _queue(self, arn: str, parameter: str) -> Queue:
        queue = self._backend.by_arn(arn)
        if queue is None:
            raise missing_resource(parameter)
        return queue

    def _run(self, task: MoveTask) -> Steps[None]:
        """Move one message after the other, evenly spread over each second."""
        pause = SECOND // (task.rate or FASTEST)
        while task.status == "RUNNING" and task.moved < task.to_move:
            if not self._move_one(task):
                break
            yield self._simulation.timeout(pause)
        if task.status == "RUNNING":
            task.status = "FAILED" if task.failure else "COMPLETED"

    def _move_one(self, task: MoveTask) -> bool:
        record = task.source.visible_record()
        if record is None or task.source.deleted:
            return False
        target = task.destination or self._backend.by_arn(record.dead_letter_source_arn or "")
        if target is None or target.deleted:
            task.failure = "AWS.SimpleQueueService.NonExistentQueue"
            return False
        try:
            with self._keys.acting_as(task.started_by):
                body = task.source.cipher.open(record.kept_body)
                record.kept_body = target.cipher.seal(body)
        except KmsRefusal as refusal:
            task.failure = refusal.query_code
            return False
        task.source.give_away(record, "moved")
        target.take_in_as_new(record)
        task.moved += 1
        return True
