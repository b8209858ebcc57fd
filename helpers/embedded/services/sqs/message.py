"""A message: as the queue keeps it at rest, and as a receiver is handed it."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from enum import IntEnum
from typing import Any, NamedTuple

from helpers.embedded.services.sqs.cipher import Sealed
from helpers.embedded.services.sqs.receipts import Receipts, Receive

Attributes = dict[str, dict[str, Any]]
"""Message attributes as the API has them: name -> DataType and StringValue or BinaryValue."""

_FIRST_SEQUENCE_NUMBER = 18_890_000_000_000_000_000
_SEQUENCE_STEP = 256


class State(IntEnum):
    """Where a kept message is between being sent and being gone."""

    DELAYED = 0
    VISIBLE = 1
    IN_FLIGHT = 2
    GONE = 3


class Record:
    """A message as its queue keeps it. Times are microseconds since the account was opened."""

    __slots__ = (
        "arrived_at",
        "attributes",
        "body_md5",
        "dead_letter_source_arn",
        "deduplication_id",
        "first_received_at",
        "group_id",
        "hidden_until",
        "id",
        "kept_body",
        "receive_count",
        "received_elsewhere",
        "sender_id",
        "sent_at",
        "serial",
        "size",
        "state",
        "trace_header",
    )

    def __init__(
        self,
        message_id: str,
        kept_body: str | Sealed,
        body_md5: str,
        size: int,
        sent_at: int,
        sender_id: str,
        attributes: Attributes | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        trace_header: str | None = None,
    ) -> None:
        self.id = message_id
        self.kept_body = kept_body
        """Sealed, unless its queue was not encrypted when it was sent."""
        self.body_md5 = body_md5
        self.size = size
        """Bytes of body and attributes together."""
        self.sent_at = sent_at
        self.arrived_at = sent_at
        """When the queue that keeps it got it, given by its store."""
        self.sender_id = sender_id
        self.attributes = attributes
        self.group_id = group_id
        self.deduplication_id = deduplication_id
        self.trace_header = trace_header
        self.serial = 0
        """The message's number in the queue that keeps it, given by its store."""
        self.state = State.GONE
        self.hidden_until = 0
        self.receive_count = 0
        self.received_elsewhere = 0
        """Receives in queues that it was moved from; they do not count against this one."""
        self.first_received_at: int | None = None
        self.dead_letter_source_arn: str | None = None


class Message(NamedTuple):
    """A message as one receive hands it out."""

    id: str
    body: str
    body_md5: str
    receive: Receive
    """Which receive handed it out."""
    receipts: Receipts
    """Of its queue."""
    receive_count: int
    sent_timestamp: int
    """Milliseconds since 1970."""
    first_receive_timestamp: int
    """Milliseconds since 1970."""
    sender_id: str
    attributes: Attributes
    group_id: str | None
    deduplication_id: str | None
    sequence_number: str | None
    dead_letter_source_arn: str | None
    trace_header: str | None
    size: int
    """Bytes of body and attributes together."""

    @property
    def receipt_handle(self) -> str:
        """Signed when it is asked for: who deletes by `Queue.delete_received` never does."""
        return self.receipts.handle(self.receive)

    @property
    def attributes_md5(self) -> str | None:
        """Digest of the message attributes; None if there are none."""
        return attributes_md5(self.attributes)

    def system_attributes(self) -> dict[str, str]:
        """All system attributes that the message has, as ReceiveMessage returns them."""
        named = {
            "SenderId": self.sender_id,
            "ApproximateFirstReceiveTimestamp": str(self.first_receive_timestamp),
            "ApproximateReceiveCount": str(self.receive_count),
            "SentTimestamp": str(self.sent_timestamp),
            "SequenceNumber": self.sequence_number,
            "MessageDeduplicationId": self.deduplication_id,
            "MessageGroupId": self.group_id,
            "AWSTraceHeader": self.trace_header,
            "DeadLetterQueueSourceArn": self.dead_letter_source_arn,
        }
        return {name: text for name, text in named.items() if text is not None}


class Counts(NamedTuple):
    """How many messages a queue keeps, by state."""

    visible: int
    in_flight: int
    delayed: int


class Counters:
    """What happened in a queue since it was created. Numbers only grow."""

    __slots__ = (
        "bytes_sent",
        "deletions",
        "empty_receives",
        "expired",
        "moved",
        "purged",
        "received",
        "sent",
    )

    def __init__(self) -> None:
        self.sent = 0
        """Messages that a producer sent. Moves into the queue by SQS itself do not count."""
        self.bytes_sent = 0
        self.received = 0
        self.empty_receives = 0
        self.deletions = 0
        """Delete requests with a valid handle, also for messages that were gone or are kept
        (SDG sqs-available-cloudwatch-metrics: "including duplicate deletions")."""
        self.moved = 0
        """Messages that SQS moved from here to another queue."""
        self.expired = 0
        self.purged = 0


def sequence_number(record: Record) -> str:
    """The 20 digits that a FIFO queue gives a message: they grow, with gaps."""
    return str(_FIRST_SEQUENCE_NUMBER + record.serial * _SEQUENCE_STEP)


def body_md5(body: str) -> str:
    return hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()


def select_attributes(attributes: Attributes, names: Iterable[str]) -> Attributes:
    """The attributes asked for: by name, by a prefix ending in `.*`, or all of them
    (recorded: test_receive_message_message_attribute_names_filters)."""
    if not attributes or not names:
        return {}
    wanted = set(names)
    if wanted & {"All", ".*", "*"}:
        return attributes
    prefixes = tuple(name[:-2] for name in wanted if name.endswith(".*"))
    return {
        name: attribute
        for name, attribute in attributes.items()
        if name in wanted or name.startswith(prefixes)
    }


def attributes_md5(attributes: Attributes) -> str | None:
    """Digest of message attributes, None if there are none (SDG sqs-message-metadata).

    Name, type and value of each in the order of names, each after its length in four bytes;
    a byte between type and value says whether the value is text (1) or bytes (2).
    """
    if not attributes:
        return None
    digest = hashlib.md5(usedforsecurity=False)
    for name in sorted(attributes):
        attribute = attributes[name]
        _update(digest, name.encode())
        _update(digest, attribute["DataType"].encode())
        is_text = attribute.get("StringValue") is not None
        digest.update(b"\x01" if is_text else b"\x02")
        _update(digest, _value(attribute))
    return digest.hexdigest()


def attributes_size(attributes: Attributes | None) -> int:
    """Bytes that the attributes add to the size of their message."""
    return sum(
        len(name.encode()) + len(attribute["DataType"].encode()) + len(_value(attribute))
        for name, attribute in (attributes or {}).items()
    )


def _value(attribute: dict[str, Any]) -> bytes:
    text = attribute.get("StringValue")
    if text is not None:
        return str(text).encode()
    return bytes(attribute.get("BinaryValue") or b"")


def _update(digest: Any, field: bytes) -> None:
    digest.update(struct.pack(">I", len(field)))
    digest.update(field)
