"""The queues of one Region: moto's backend with our queues in it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from moto.sqs.models import SQSBackend

from helpers.embedded.services.sqs import attributes as queue_attributes
from helpers.embedded.services.sqs.errors import (
    InvalidAttributeName,
    KmsRefusal,
    QueueDoesNotExist,
    SQSException,
    bad_parameter,
    invalid_attribute_value,
)
from helpers.embedded.services.sqs.moves import Moves
from helpers.embedded.services.sqs.queue import Queue, Surroundings
from helpers.embedded.services.sqs.send_message import Sent, send
from helpers.embedded.services.sqs.settings import ATTRIBUTE_NAMES
from helpers.embedded.time.clock import SECOND

if TYPE_CHECKING:
    from helpers.embedded.services.sqs.service import SqsService

_log = logging.getLogger("lab.sqs")

_NAME_BLOCKED = 60 * SECOND
"""After DeleteQueue, until a queue of that name can be created again (API DeleteQueue)."""


class SqsBackend(SQSBackend):
    """What moto itself calls (SNS, EventBridge, S3), on our queues.

    moto makes and resets backends by Region and account number alone, so the account that
    this one belongs to stands in a class made for it: see `ReplacedBackend`.
    """

    service: ClassVar[SqsService]
    queues: dict[str, Queue]  # type: ignore[assignment]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.moves = Moves(self, self.around.simulation)
        self._deleted: dict[str, int] = {}

    @property
    def around(self) -> Surroundings:
        return self.service.around

    def create_queue(
        self, name: str, tags: dict[str, str] | None = None, **attributes: Any
    ) -> Queue:
        """A new queue, or the one of that name if its attributes do not differ."""
        given = {key: attributes[key] for key in attributes if key not in ("region", "QueueName")}
        fifo = str(given.get("FifoQueue", "")).lower() == "true"
        queue_attributes.check_name(name, fifo)
        wanted = queue_attributes.checked(given, fifo)
        if existing := self.queues.get(name):
            _check_same(existing, wanted)
            return existing
        now = self.around.simulation.now
        if name in self._deleted and now < self._deleted[name] + _NAME_BLOCKED:
            raise SQSException(
                "AWS.SimpleQueueService.QueueDeletedRecently",
                "You must wait 60 seconds after deleting a queue before you can create "
                "another with the same name.",
            )
        # moto's own Queue leaves a method abstract that nobody calls.
        queue = Queue(  # type: ignore[abstract]
            name, self.region_name, self.account_id, self.around
        )
        self._set(queue, wanted)
        queue.tags = dict(tags or {})
        self.queues[name] = self.service.by_place[queue.place] = queue
        return queue

    def delete_queue(self, queue_name: str) -> None:
        queue = self.get_queue(queue_name)
        queue.close()
        del self.service.by_place[queue.place]
        self._deleted[queue_name] = self.around.simulation.now
        super().delete_queue(queue_name)

    def get_queue(self, queue_name: str) -> Queue:
        queue = self.queues.get(queue_name)
        if queue is None:
            raise QueueDoesNotExist
        return queue

    def set_queue_attributes(self, queue_name: str, attributes: dict[str, Any]) -> Queue:
        queue = self.get_queue(queue_name)
        given = dict(attributes)
        stays_fifo = str(given.pop("FifoQueue", True)) if queue.fifo_queue else "true"
        if stays_fifo.lower() != "true":
            raise invalid_attribute_value(
                "FifoQueue", "Reason: Modifying queue type is not supported."
            )
        self._set(queue, queue_attributes.checked(given, bool(queue.fifo_queue)))
        return queue

    def get_queue_attributes(self, queue_name: str, attribute_names: list[str]) -> dict[str, Any]:
        queue = self.get_queue(queue_name)
        for name in attribute_names:
            if name not in ATTRIBUTE_NAMES:
                raise InvalidAttributeName(name)
        if not attribute_names:
            return {}
        attributes = queue.attributes
        if "All" in attribute_names:
            return attributes
        return {name: text for name, text in attributes.items() if name in attribute_names}

    def send_message(  # type: ignore[override]  # nobody in moto looks at the result
        self,
        queue_name: str,
        message_body: str,
        message_attributes: dict[str, Any] | None = None,
        delay_seconds: int | None = None,
        deduplication_id: str | None = None,
        group_id: str | None = None,
        system_attributes: dict[str, Any] | None = None,
        validate_group_id: bool = True,
    ) -> Sent | None:
        """Send for other services of moto, such as SNS and EventBridge.

        A delivery that the queue's key does not allow is dropped, as on AWS; nobody is told.
        """
        entry = {
            "MessageBody": message_body,
            "MessageAttributes": message_attributes,
            "DelaySeconds": delay_seconds,
            "MessageDeduplicationId": deduplication_id,
            "MessageGroupId": group_id,
            "MessageSystemAttributes": system_attributes,
        }
        try:
            return send(self.get_queue(queue_name), entry)
        except KmsRefusal as refusal:
            _log.warning("Not delivered to %s: %s", queue_name, refusal.message)
            return None

    def purge_queue(self, queue_name: str) -> None:
        queue = self.get_queue(queue_name)
        now = self.around.simulation.now
        if queue.last_purged_at is not None and now < queue.last_purged_at + 60 * SECOND:
            raise SQSException(
                "AWS.SimpleQueueService.PurgeQueueInProgress",
                f"Only one PurgeQueue operation on {queue_name} is allowed every 60 seconds.",
            )
        queue.last_purged_at = now
        queue.purge()

    def add_permission(
        self,
        region_name: str,
        queue_name: str,
        actions: list[str],
        account_ids: list[str],
        label: str,
    ) -> None:
        queue, given = self.get_queue(queue_name), _statements(self.get_queue(queue_name))
        if any(statement.get("Sid") == label for statement in given):
            raise bad_parameter(label, "Label", "Already exists.")
        before = queue._policy_json
        # moto wants every statement to have a Sid: it adds to a policy that has none.
        queue._policy_json = {**before, "Statement": []}
        try:
            super().add_permission(region_name, queue_name, actions, account_ids, label)
        except SQSException:
            queue._policy_json = before
            raise
        queue._policy_json["Statement"][:0] = given

    def remove_permission(self, queue_name: str, label: str) -> None:
        queue = self.get_queue(queue_name)
        given = _statements(queue)
        kept = [statement for statement in given if statement.get("Sid") != label]
        if len(kept) == len(given):
            raise bad_parameter(label, "Label", "can't find label.")
        queue._policy_json = {**queue._policy_json, "Statement": kept}

    def _set(self, queue: Queue, values: Mapping[str, Any]) -> None:
        if "RedrivePolicy" in values:
            policy = values["RedrivePolicy"]
            queue.dead_letter_queue = self._dead_letter_target(queue, policy) if policy else None
        queue.change(values)

    def _dead_letter_target(self, source: Queue, policy: Mapping[str, Any]) -> Queue:
        given = queue_attributes.as_text(policy)
        target = self.by_arn(policy["deadLetterTargetArn"])
        if target is None:
            raise bad_parameter(given, "RedrivePolicy", "Dead letter target does not exist.")
        if target.fifo_queue != source.fifo_queue:
            raise bad_parameter(
                given,
                "RedrivePolicy",
                "Dead-letter queue must be same type of queue as the source.",
            )
        if not target.admits(source):
            raise bad_parameter(
                given,
                "RedrivePolicy",
                "Dead letter target's redrive allow policy does not permit this queue.",
            )
        return target

    def by_arn(self, arn: str) -> Queue | None:
        """The queue of this Region and account with that ARN."""
        queue = self.queues.get(arn.rpartition(":")[2])
        return queue if queue is not None and queue.queue_arn == arn else None


def _statements(queue: Queue) -> list[dict[str, Any]]:
    """The statements of the queue's policy, which may be one that is not in a list."""
    statements = queue._policy_json["Statement"]
    return statements if isinstance(statements, list) else [statements]


def _check_same(existing: Queue, wanted: Mapping[str, Any]) -> None:
    """Recorded: test_create_queue_with_different_attributes_raises_exception."""
    for name, value in wanted.items():
        if existing.setting(name) != value:
            raise SQSException(
                "QueueAlreadyExists",
                "A queue already exists with the same name and a different value for attribute "
                f"{name}",
            )
