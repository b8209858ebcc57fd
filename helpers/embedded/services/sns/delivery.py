"""How a notification comes to a subscriber: a queue or a function. Others are never told.

A delivery that cannot be made goes to the subscription's dead-letter queue, or is lost. Modelled:
AWS tries again for hours where the subscriber might come back; here it is given up at once.
https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
"""

from __future__ import annotations

import json
import logging
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import ServiceException

from helpers.embedded.door.access.access import Access
from helpers.embedded.services.sns.notification import Notification
from helpers.embedded.services.sqs.errors import SQSException
from helpers.embedded.services.sqs.queue import Queue
from helpers.embedded.services.sqs.send_message import send
from helpers.embedded.services.sqs.service import SqsService

_log = logging.getLogger("lab.sns")

_ACTIONS = {"sqs": "sqs:SendMessage", "lambda": "lambda:InvokeFunction"}

Invoke = Callable[[str, str], None]
"""Invokes the function with an ARN later, with an event. LookupError: there is none."""


class Undeliverable(Exception):
    """The subscriber is gone, or does not let SNS deliver."""


class Delivery:
    """Delivers notifications within one account."""

    def __init__(self, queues: SqsService, access: Access, invoke: Invoke) -> None:
        self._queues = queues
        self._access = access
        self._invoke = invoke

    def deliver(self, notification: Notification) -> None:
        """Nobody is told of a delivery that fails but the account's log."""
        subscription = notification.subscription
        with self._access.delivering_from(subscription.topic.arn):
            try:
                self._reach(subscription.protocol, subscription.endpoint, notification)
            except Undeliverable as reason:
                _log.warning("Not delivered to %s: %s", subscription.endpoint, reason)
                self._bury(notification)

    def _reach(self, protocol: str, endpoint: str, notification: Notification) -> None:
        action = _ACTIONS.get(protocol)
        if action is None:
            return  # e-mail, HTTP and others have not confirmed
        queue = self._queues.find(endpoint) if protocol == "sqs" else None
        if protocol == "sqs" and queue is None:
            raise Undeliverable("there is no such queue")
        if not self._is_allowed(action, endpoint):
            raise Undeliverable(f"it does not allow {action} to sns.amazonaws.com")
        try:
            if queue is not None:
                send(queue, _entry(queue, notification))
            else:
                self._invoke(endpoint, notification.as_event())
        except (ServiceException, SQSException, LookupError) as error:
            raise Undeliverable(str(error)) from None

    def _is_allowed(self, action: str, resource: str) -> bool:
        service = self._access.delivering_service()
        if not self._access.enforced or service is None:
            return True
        facts = self._access.delivery_facts()
        return self._access.decide(service, action, resource, facts).allowed

    def _bury(self, notification: Notification) -> None:
        policy = json.loads(notification.subscription.attributes.get("RedrivePolicy") or "{}")
        if target := policy.get("deadLetterTargetArn"):
            try:
                self._reach("sqs", target, notification)
            except Undeliverable as reason:
                _log.warning("Not delivered to %s either: %s", target, reason)


def _entry(queue: Queue, notification: Notification) -> dict[str, Any]:
    """What is sent to the queue: the message alone with its attributes, or the document."""
    publication = notification.publication
    entry: dict[str, Any]
    if notification.subscription.attributes.get("RawMessageDelivery"):
        attributes = {name: _attribute(each) for name, each in publication.attributes.items()}
        entry = {"MessageBody": notification.message, "MessageAttributes": attributes}
    else:
        entry = {"MessageBody": notification.as_body()}
    if queue.fifo_queue or not notification.subscription.topic.fifo_topic:
        entry["MessageGroupId"] = publication.group
        entry["MessageDeduplicationId"] = publication.deduplication_id
    return entry


def _attribute(attribute: dict[str, str]) -> dict[str, Any]:
    kind, value = attribute["Type"], attribute["Value"]
    if kind.startswith("Binary"):
        return {"DataType": kind, "BinaryValue": b64decode(value)}
    return {"DataType": kind, "StringValue": value}
