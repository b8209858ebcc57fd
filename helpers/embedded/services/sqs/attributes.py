"""What a queue may be created with and set to (API SetQueueAttributes)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from helpers.embedded import json_documents
from helpers.embedded.services.sqs.errors import (
    InvalidAttributeName,
    InvalidParameterValue,
    SQSException,
    bad_parameter,
    invalid_attribute_value,
)

RANGES = {
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
    "MaximumMessageSize": (1024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}
"""Lowest and highest value of each number (SDG quotas-queues; seconds and bytes)."""

DEFAULTS: dict[str, Any] = {
    "DelaySeconds": 0,
    "KmsDataKeyReusePeriodSeconds": 300,
    "KmsMasterKeyId": None,
    "MaximumMessageSize": 1_048_576,
    "MessageRetentionPeriod": 345_600,
    "Policy": None,
    "ReceiveMessageWaitTimeSeconds": 0,
    "RedriveAllowPolicy": None,
    "RedrivePolicy": None,
    "VisibilityTimeout": 30,
}
"""What an attribute becomes that is set to the empty string."""

_SWITCHES = ("ContentBasedDeduplication", "FifoQueue", "SqsManagedSseEnabled")
_CHOICES = {
    "DeduplicationScope": ("messageGroup", "queue"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
}
_SETTABLE = {*DEFAULTS, *_SWITCHES, *_CHOICES}
_QUEUE_ARN = re.compile(r"arn:aws[\w-]*:sqs:[\w-]+:\d+:[\w.-]+")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_FIFO_NAME = re.compile(r"[A-Za-z0-9_-]{1,75}\.fifo")


def check_name(name: str, fifo: bool) -> None:
    """Refuse a name that no queue of this type can have (API CreateQueue)."""
    if fifo and not _FIFO_NAME.fullmatch(name):
        raise InvalidParameterValue(
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or "
            "underscores, must end with .fifo suffix and be 1 to 80 in length"
        )
    if not fifo and not _NAME.fullmatch(name):
        raise InvalidParameterValue(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        )


def checked(attributes: Mapping[str, Any], fifo: bool) -> dict[str, Any]:
    """The attributes with their values as numbers, booleans and dicts, or a refusal.

    Args:
        attributes: as a request gives them.
        fifo: whether they are for a FIFO queue.
    """
    for name in attributes:
        _check_attribute_name(name, fifo)
    values = {name: _checked_value(name, value) for name, value in attributes.items()}
    if values.get("KmsMasterKeyId"):
        if values.get("SqsManagedSseEnabled"):
            raise SQSException(
                "InvalidAttributeName",
                "You can use one type of server-side encryption (SSE) at one time. You can "
                "either enable KMS SSE or SQS SSE.",
            )
        values["SqsManagedSseEnabled"] = False
    return values


def _check_attribute_name(name: str, fifo: bool) -> None:
    """Recorded: test_create_standard_queue_with_fifo_attribute_raises_error."""
    if name not in _SETTABLE:
        raise InvalidAttributeName(name)
    if not fifo and name in ("FifoQueue", "ContentBasedDeduplication"):
        raise InvalidAttributeName(name)
    if not fifo and name in _CHOICES:
        raise SQSException(
            "InvalidAttributeName",
            f"You can specify the {name} only when FifoQueue is set to true.",
        )


def _checked_value(name: str, value: Any) -> Any:
    if value == "" and name in DEFAULTS:
        return DEFAULTS[name]
    if name in RANGES:
        return _checked_number(name, value)
    if name in _SWITCHES:
        return _checked_switch(name, value)
    if name in _CHOICES and value not in _CHOICES[name]:
        raise invalid_attribute_value(name)
    if name == "RedrivePolicy":
        return _checked_redrive_policy(value)
    if name == "RedriveAllowPolicy":
        return _checked_redrive_allow_policy(value)
    if name == "Policy":
        return _checked_policy(value)
    return value


def _checked_number(name: str, value: Any) -> int:
    lowest, highest = RANGES[name]
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise invalid_attribute_value(name) from None
    if not lowest <= number <= highest:
        raise invalid_attribute_value(name)
    return number


def _checked_switch(name: str, value: Any) -> bool:
    text = str(value).lower()
    if text not in ("true", "false"):
        raise invalid_attribute_value(name)
    return text == "true"


def _checked_policy(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value, separators=(",", ":"))
    try:
        json_documents.parse(value)
    except (TypeError, ValueError):
        raise invalid_attribute_value("Policy") from None
    return str(value)


def _checked_redrive_policy(value: Any) -> dict[str, Any] | None:
    """An empty JSON object takes the policy away (recorded: test_set_empty_redrive_policy)."""
    policy = _json_object(value, "RedrivePolicy", "Reason: Redrive policy is not a valid JSON map.")
    if not policy:
        return None
    given = as_text(value)
    for mandatory in ("maxReceiveCount", "deadLetterTargetArn"):
        if mandatory not in policy:
            raise bad_parameter(
                given,
                "RedrivePolicy",
                f"Redrive policy does not contain mandatory attribute: {mandatory}.",
            )
    target, receives = policy["deadLetterTargetArn"], policy["maxReceiveCount"]
    if not isinstance(target, str) or not _QUEUE_ARN.fullmatch(target):
        raise bad_parameter(
            given, "RedrivePolicy", "Dead-letter target ARN should be fully qualified ARN."
        )
    try:
        most = int(receives)
    except (TypeError, ValueError):
        most = 0
    if not 1 <= most <= 1000:
        raise bad_parameter(
            given,
            "RedrivePolicy",
            f"Invalid value for maxReceiveCount: {receives}, valid values are from 1 to 1000 "
            "both inclusive.",
        )
    return {"deadLetterTargetArn": target, "maxReceiveCount": most}


def _checked_redrive_allow_policy(value: Any) -> dict[str, Any] | None:
    """Who may name this queue as dead-letter queue (SDG sqs-dead-letter-queues)."""
    cannot = "Amazon SQS can't create the redrive allow policy"
    unsupported = f"Reason: {cannot}, as it’s in an unsupported format."  # noqa: RUF001
    policy = _json_object(value, "RedriveAllowPolicy", unsupported)
    if not policy:
        return None
    permission, sources = policy.get("redrivePermission"), policy.get("sourceQueueArns", [])
    if permission not in ("allowAll", "denyAll", "byQueue") or not isinstance(sources, list):
        raise invalid_attribute_value("RedriveAllowPolicy", unsupported)
    complaint = None
    if sources and permission != "byQueue":
        complaint = (
            "To specify one or more source queue ARNs, you must set redrivePermission to byQueue."
        )
    elif permission == "byQueue" and not sources:
        complaint = (
            "When you specify the byQueue permission type, you must also specify one or more "
            "sourceQueueArns values."
        )
    elif len(sources) > 10:
        complaint = "The maximum number of source queue ARNs you can specify is 10."
    if complaint:
        raise bad_parameter(as_text(value), "RedriveAllowPolicy", f"{cannot}. {complaint}")
    return policy


def _json_object(value: Any, name: str, reason: str) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json_documents.parse(value)
        except ValueError:
            raise invalid_attribute_value(name, reason) from None
    if not isinstance(value, dict):
        raise invalid_attribute_value(name, reason)
    return value


def as_text(value: Any) -> str:
    """A policy as the error messages of AWS quote it."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
