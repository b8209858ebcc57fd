"""Which calls put a policy somewhere, how it is checked there, and how that service refuses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from helpers.embedded.door.access import policy_checks
from helpers.embedded.door.access.denials import Refusal
from helpers.embedded.door.access.policy_checks import Exists
from helpers.embedded.service import Call


class Place(NamedTuple):
    """Where a policy is put."""

    parameter: str
    """Of the call, or the attribute of that name."""
    check: Callable[[str, Exists], None]
    """Raises MalformedPolicy."""
    refusal: Callable[[str], Refusal]
    """By the reason."""


def place_of(call: Call) -> tuple[Place, str] | None:
    """Where the call puts a policy, and the policy; None: it puts none."""
    place = _PLACES.get((call.service, call.operation or ""))
    if place is None:
        return None
    text = call.parameters.get(place.parameter) or _attribute(call.parameters, place.parameter)
    return (place, str(text)) if text else None


def is_put(service: str, operation: str | None) -> bool:
    """Whether the operation can put a policy somewhere."""
    return (service, operation) in _PLACES


def _attribute(parameters: Mapping[str, Any], name: str) -> Any:
    """An attribute among those of a queue or topic: of many, or the one that is set."""
    attributes = parameters.get("Attributes") or {}
    if parameters.get("AttributeName") == name:
        return parameters.get("AttributeValue")
    return attributes.get(name) if isinstance(attributes, dict) else None


def _malformed(reason: str) -> Refusal:
    return Refusal("MalformedPolicyDocument", "MalformedPolicyDocumentException", reason, 400)


def _bad_queue_attribute(reason: str) -> Refusal:
    said = "Invalid value for the parameter Policy."
    return Refusal("InvalidAttributeValue", "InvalidAttributeValue", said, 400)


def _bad_topic_attribute(reason: str) -> Refusal:
    said = f"Invalid parameter: {reason}"
    return Refusal("InvalidParameter", "InvalidParameterException", said, 400)


def _check_identity_policy(text: str, exists: Exists) -> None:
    policy_checks.check_identity_policy(text)


_IDENTITY = Place("PolicyDocument", _check_identity_policy, _malformed)
_SESSION = Place("Policy", _check_identity_policy, _malformed)
_TRUST = Place("AssumeRolePolicyDocument", policy_checks.check_trust_policy, _malformed)
_KEY = Place("Policy", policy_checks.check_key_policy, _malformed)
_QUEUE = Place("Policy", policy_checks.check_queue_policy, _bad_queue_attribute)
_TOPIC = Place("Policy", policy_checks.check_topic_policy, _bad_topic_attribute)

_PLACES = {
    ("iam", "CreatePolicy"): _IDENTITY,
    ("iam", "CreatePolicyVersion"): _IDENTITY,
    ("iam", "CreateRole"): _TRUST,
    ("iam", "PutGroupPolicy"): _IDENTITY,
    ("iam", "PutRolePolicy"): _IDENTITY,
    ("iam", "PutUserPolicy"): _IDENTITY,
    ("iam", "UpdateAssumeRolePolicy"): _TRUST._replace(parameter="PolicyDocument"),
    ("kms", "CreateKey"): _KEY,
    ("kms", "PutKeyPolicy"): _KEY,
    ("kms", "ReplicateKey"): _KEY,
    ("sns", "CreateTopic"): _TOPIC,
    ("sns", "SetTopicAttributes"): _TOPIC,
    ("sqs", "CreateQueue"): _QUEUE,
    ("sqs", "SetQueueAttributes"): _QUEUE,
    ("sts", "AssumeRole"): _SESSION,
    ("sts", "GetFederationToken"): _SESSION,
}
"""By moto's name of the service, and the operation."""
