"""What somebody publishes to a topic (API Publish), or AWS's refusal of it.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple

from moto.sns.exceptions import SNSException, SNSInvalidParameter
from moto.sns.models import Topic

from helpers.embedded import json_documents

_MOST_BYTES = 262_144
"""Of a message with its attributes."""
_LONGEST_SUBJECT = 100
_TYPES = ("String", "Number", "Binary")

Attributes = dict[str, dict[str, str]]
"""Type and Value of each, as subscribers see them: of a Binary the base64 text."""


class ParameterValueInvalid(SNSException):
    code = "ParameterValueInvalid"


class Publication(NamedTuple):
    """A message that a topic has accepted."""

    message: str
    subject: str | None
    attributes: Attributes
    structured: bool
    """Whether `message` is JSON with a message for each protocol."""
    group: str | None
    deduplication_id: str | None

    def message_for(self, protocol: str) -> str:
        if not self.structured:
            return self.message
        by_protocol = json.loads(self.message)
        return str(by_protocol.get(protocol, by_protocol["default"]))


def check_publication(topic: Topic, entry: Mapping[str, Any]) -> Publication:
    """A request of Publish, or an entry of PublishBatch, by the names of the API.

    Raises:
        SNSException: AWS would refuse it.
    """
    message = str(entry.get("Message") or "")
    if not message:
        raise refused("Empty message")
    attributes = _check_attributes(entry.get("MessageAttributes") or {})
    size = len(message.encode()) + sum(
        len((name + each["Type"] + each["Value"]).encode()) for name, each in attributes.items()
    )
    if size > _MOST_BYTES:
        raise refused("Message too long")
    subject = entry.get("Subject")
    if subject is not None and (
        not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable()
    ):
        raise refused("Subject")
    structured = _check_structure(message, entry.get("MessageStructure"))
    group, deduplication_id = _check_ids(topic, entry, message)
    return Publication(message, subject, attributes, structured, group, deduplication_id)


def _check_structure(message: str, structure: str | None) -> bool:
    if structure is None:
        return False
    if structure != "json":
        raise refused("MessageStructure")
    try:
        by_protocol = json_documents.parse(message)
    except ValueError:
        by_protocol = None
    if not isinstance(by_protocol, dict):
        raise refused("Message Structure - JSON message body failed to parse")
    if "default" not in by_protocol:
        raise refused("Message Structure - No default entry in JSON message body")
    return True


def _check_ids(
    topic: Topic, entry: Mapping[str, Any], message: str
) -> tuple[str | None, str | None]:
    """Message group and deduplication id; a standard topic only passes a group on."""
    group, identity = entry.get("MessageGroupId"), entry.get("MessageDeduplicationId")
    if not topic.fifo_topic:
        if identity is not None:
            raise refused(
                "MessageDeduplicationId Reason: The request includes MessageDeduplicationId "
                "parameter that is not valid for this topic type"
            )
        return group, None
    if not group:
        raise refused("The MessageGroupId parameter is required for FIFO topics")
    if not identity and not topic.content_based_deduplication:
        raise refused(
            "The topic should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        )
    return group, identity or hashlib.sha256(message.encode()).hexdigest()


def _check_attributes(given: Mapping[str, Mapping[str, Any]]) -> Attributes:
    attributes = {}
    for name, attribute in given.items():
        kind = str(attribute.get("DataType") or "")
        if kind.partition(".")[0] not in _TYPES:
            raise ParameterValueInvalid(
                f"The message attribute '{name}' has an invalid message attribute type, the set of "
                "supported type prefixes is Binary, Number, and String."
            )
        value = attribute.get("StringValue")
        if kind.startswith("Binary"):
            binary = attribute.get("BinaryValue") or b""
            value = b64encode(binary if isinstance(binary, bytes) else binary.encode()).decode()
        if not value:
            raise ParameterValueInvalid(
                f"The message attribute '{name}' must contain non-empty message attribute value "
                f"for message attribute type '{kind}'."
            )
        if kind.startswith("Number") and not _is_number(value):
            raise ParameterValueInvalid(
                f"Could not cast message attribute '{name}' value to number."
            )
        attributes[name] = {"Type": kind, "Value": str(value)}
    return attributes


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def refused(what: str) -> SNSException:
    return SNSInvalidParameter(f"Invalid parameter: {what}")
