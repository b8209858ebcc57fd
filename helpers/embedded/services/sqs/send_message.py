"""What a producer may send (API SendMessage), and the record that comes of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from moto.sqs.models import DEFAULT_SENDER_ID

from helpers.embedded.services.sqs.errors import (
    InvalidParameterValue,
    MissingParameter,
    SQSException,
    bad_parameter,
)
from helpers.embedded.services.sqs.message import (
    Attributes,
    Record,
    attributes_md5,
    attributes_size,
    body_md5,
)
from helpers.embedded.services.sqs.queue import Queue
from helpers.embedded.time.simulation import Simulation, Steps
from helpers.embedded.uuids import new_uuid

Entry = Mapping[str, Any]
"""A SendMessage request or an entry of SendMessageBatch, by the names of the API."""

_LABEL = re.compile(r"[A-Za-z0-9!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}")
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_ATTRIBUTE_TYPES = ("String", "Number", "Binary")
_MOST_ATTRIBUTES = 10


class Sent(NamedTuple):
    """What SQS answers to a message that it accepted."""

    message_id: str
    body_md5: str
    attributes_md5: str | None
    system_attributes_md5: str | None
    sequence_number: str | None

    def as_result(self) -> dict[str, str]:
        named = {
            "MessageId": self.message_id,
            "MD5OfMessageBody": self.body_md5,
            "MD5OfMessageAttributes": self.attributes_md5,
            "MD5OfMessageSystemAttributes": self.system_attributes_md5,
            "SequenceNumber": self.sequence_number,
        }
        return {name: text for name, text in named.items() if text is not None}


def send(
    queue: Queue, entry: Entry, in_batch: bool = False, trace_header: str | None = None
) -> Sent:
    """Check a message and put it in the queue.

    `trace_header` came with the request; one among the system attributes goes before it.

    Raises:
        SQSException: AWS would not accept it. Nothing was sent.
    """
    body, group, deduplication_id = check_ids(queue, entry)
    attributes: Attributes = entry.get("MessageAttributes") or {}
    system: Attributes = entry.get("MessageSystemAttributes") or {}
    delay = _checked_delay(queue, entry.get("DelaySeconds"))
    _check_attributes(attributes)
    _check_system_attributes(system)
    size = size_of(entry)
    if size > queue.maximum_message_size:
        complaint = "cannot be validated" if in_batch else "are invalid"
        raise InvalidParameterValue(
            f"One or more parameters {complaint}. Reason: Message must be shorter than "
            f"{queue.maximum_message_size} bytes."
        )
    if _FORBIDDEN.search(body):
        raise SQSException(
            "InvalidMessageContents",
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to "
            "#xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
        )
    digest = body_md5(body)
    record = Record(
        message_id=new_uuid(),
        kept_body=queue.cipher.seal(body),
        body_md5=digest,
        size=size,
        sent_at=queue.now,
        sender_id=queue.sender_id() or DEFAULT_SENDER_ID,
        attributes=attributes or None,
        group_id=group,
        deduplication_id=deduplication_id,
        trace_header=system["AWSTraceHeader"]["StringValue"] if system else trace_header,
    )
    accepted = queue.accept(record, delay)
    return Sent(
        accepted.message_id,
        digest,
        attributes_md5(attributes),
        attributes_md5(system),
        accepted.sequence_number or None,
    )


def size_of(entry: Entry) -> int:
    """Bytes of the body and the message attributes, which count against the limits."""
    body: str = entry["MessageBody"]
    bytes_of_body = len(body) if body.isascii() else len(body.encode("utf-8", "surrogatepass"))
    return bytes_of_body + attributes_size(entry.get("MessageAttributes"))


def check_ids(queue: Queue, entry: Entry) -> tuple[str, str | None, str | None]:
    """Body, message group and deduplication id of a message, or a refusal.

    A group is optional on a standard queue, where it names a tenant and orders nothing
    (SDG sqs-fair-queues; recorded: test_fair_queue_with_message_group_id).
    """
    body = entry.get("MessageBody")
    if not body:
        raise MissingParameter("MessageBody")
    group, identity = entry.get("MessageGroupId"), entry.get("MessageDeduplicationId")
    for name, text in (("MessageGroupId", group), ("MessageDeduplicationId", identity)):
        if text is not None and not _LABEL.fullmatch(text):
            raise bad_parameter(
                text,
                name,
                f"{name} can only include alphanumeric and punctuation characters. "
                "1 to 128 in length.",
            )
    if not queue.fifo_queue:
        if identity is not None:
            raise _not_for_this_type(identity, "MessageDeduplicationId")
        return body, group, None
    if group is None:
        raise MissingParameter("MessageGroupId")
    if identity is None and not queue.content_based_deduplication:
        raise InvalidParameterValue(
            "The queue should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        )
    return body, group, identity or hashlib.sha256(body.encode()).hexdigest()


def _checked_delay(queue: Queue, delay: Any) -> int | None:
    """Seconds; None: as long as the queue delays. A FIFO queue delays all alike."""
    if delay is None:
        return None
    seconds = int(delay)
    if not 0 <= seconds <= 900:
        raise bad_parameter(seconds, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.")
    if queue.fifo_queue:
        if seconds:
            raise _not_for_this_type(seconds, "DelaySeconds")
        return None
    return seconds


def _check_attributes(attributes: Attributes) -> None:
    if len(attributes) > _MOST_ATTRIBUTES:
        raise InvalidParameterValue(
            f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum "
            f"[{_MOST_ATTRIBUTES}]."
        )
    for name, attribute in attributes.items():
        _check_attribute_name(name)
        _check_attribute(name, attribute)


def refuse_lists(entry: Mapping[str, Any], operation: str) -> None:
    """Raise for lists in attributes, which SQS has never had, not even empty ones.

    Its words are reported in https://github.com/ruby-shoryuken/shoryuken/issues/769.
    """
    for attribute in (entry.get("MessageAttributes") or {}).values():
        if "StringListValues" in attribute or "BinaryListValues" in attribute:
            raise SQSException(
                "AWS.SimpleQueueService.UnsupportedOperation",
                f"Message attribute list values in {operation} operation are not supported.",
            )


def _check_attribute_name(name: str) -> None:
    """SDG sqs-message-metadata."""
    if not name:
        raise InvalidParameterValue(
            "The request must contain non-empty message (user) attribute names."
        )
    if len(name) > 256:
        raise InvalidParameterValue("Message (user) attribute name must be shorter than 256 bytes.")
    if name.lower().startswith(("aws.", "amazon.")):
        raise InvalidParameterValue(
            "You can't use message attribute names beginning with 'AWS.' or 'Amazon'. "
            "These strings are reserved for internal use."
        )
    if not _ATTRIBUTE_NAME.fullmatch(name):
        raise InvalidParameterValue(
            f"The message attribute name '{name}' is invalid. Attribute name can contain "
            "A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.) characters."
        )


def _check_attribute(name: str, attribute: Mapping[str, Any]) -> None:
    """Recorded: test_send_message_with_empty_string_attribute."""
    data_type = attribute.get("DataType")
    if not data_type:
        raise InvalidParameterValue(
            f"The message (user) attribute '{name}' must contain a non-empty message attribute "
            "value."
        )
    prefix = data_type.partition(".")[0]
    if prefix not in _ATTRIBUTE_TYPES:
        raise InvalidParameterValue(
            f"The type of message (user) attribute '{name}' is invalid. You must use only the "
            "following supported type prefixes: Binary, Number, String."
        )
    field = "BinaryValue" if prefix == "Binary" else "StringValue"
    if not attribute.get(field):
        raise InvalidParameterValue(
            f"Message (user) attribute '{name}' must contain a non-empty value of type "
            f"'{'Binary' if prefix == 'Binary' else 'String'}'."
        )
    if prefix == "Number":
        try:
            float(attribute["StringValue"])
        except ValueError:
            raise InvalidParameterValue(
                f"Can't cast the value of message (user) attribute '{name}' to a number."
            ) from None


def _check_system_attributes(attributes: Attributes) -> None:
    for name, attribute in attributes.items():
        if name != "AWSTraceHeader":
            raise InvalidParameterValue(f"Message system attribute name '{name}' is invalid.")
        _check_attribute(name, attribute)


def _not_for_this_type(value: object, name: str) -> SQSException:
    return bad_parameter(
        value, name, "The request include parameter that is not valid for this queue type."
    )


def arrive(
    simulation: Simulation, queue: Queue, arrivals: Iterable[tuple[int, Entry]]
) -> Steps[None]:
    """Messages of producers outside this process: they arrive in lab time, without a client.

    Each entry is sent at its moment, microseconds of lab time; they stand in that order.
    They are read when they are due, so a generator may make a million of them.

    Raises:
        SQSException: SQS does not accept one; none of those after it is sent.
    """
    for moment, entry in arrivals:
        if moment > simulation.now:
            yield simulation.timeout(moment - simulation.now)
        if queue.deleted:
            return
        send(queue, entry)
