"""The event that a handler receives: exactly the fields that AWS was recorded to send.

Recorded: esm_sqs.snapshot.json, test_sqs_event_source_mapping and
test_message_body_and_attributes_passed_correctly.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from helpers.embedded.services.sqs.message import Message
from helpers.embedded.services.sqs.queue import Queue

MAXIMUM_EVENT = 6 * 1024 * 1024
"""Bytes of one event, its metadata included."""


def build_record(message: Message, queue: Queue, windowed: bool) -> dict[str, Any]:
    """One message as a record. `windowed`: the mapping has a batching window."""
    record: dict[str, Any] = {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": message.system_attributes(),
        "messageAttributes": {
            name: _attribute(value) for name, value in message.attributes.items()
        },
    }
    if message.attributes:
        record["md5OfMessageAttributes"] = message.attributes_md5
    elif windowed:
        record["md5OfMessageAttributes"] = None
    record |= {
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.queue_arn,
        "awsRegion": queue.region,
    }
    return record


def join_event(records: Iterable[str]) -> str:
    """The event of records that are JSON already, as JSON."""
    return f'{{"Records": [{", ".join(records)}]}}'


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    """A message attribute in the spelling of events, which is not that of the API."""
    attribute: dict[str, Any] = {}
    if "StringValue" in value:
        attribute["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        binary = value["BinaryValue"]
        attribute["binaryValue"] = (
            base64.b64encode(binary).decode() if isinstance(binary, bytes) else binary
        )
    return attribute | {
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value["DataType"],
    }
