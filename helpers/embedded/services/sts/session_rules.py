"""What STS refuses before it asks who may: parameters that no session can have, and callers
that are sessions themselves.

https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
The words are those of the service, as recorded by LocalStack's tests
(tests/aws/services/sts/test_sts.snapshot.json there), or as people have shown them in public.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from helpers.embedded.door.access.authorization import Refusal
from helpers.embedded.door.access.principals import Principal
from helpers.embedded.service import Call

_ROLE_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+")
_NAME = r"[\w+=,.@-]*"
_MAKES_USERS = ("GetFederationToken", "GetSessionToken")
"""What only the long-term key of a user may ask for."""


class Text(NamedTuple):
    """How long a parameter may be, and of which characters."""

    shortest: int
    longest: int
    pattern: str | None = None


class Number(NamedTuple):
    """How small and how large a parameter may be."""

    lowest: int
    highest: int


_HOUR = 3600
_CONSTRAINTS: dict[str, dict[str, Text | Number]] = {
    "AssumeRole": {
        "RoleArn": Text(20, 2048),
        "RoleSessionName": Text(2, 64, _NAME),
        "Policy": Text(1, 2048),
        "DurationSeconds": Number(900, 12 * _HOUR),
        "ExternalId": Text(2, 1224, r"[\w+=,.@:\/-]*"),
        "SourceIdentity": Text(2, 64, _NAME),
    },
    "GetFederationToken": {
        "Name": Text(2, 32, _NAME),
        "Policy": Text(1, 2048),
        "DurationSeconds": Number(900, 36 * _HOUR),
    },
    "GetSessionToken": {"DurationSeconds": Number(900, 36 * _HOUR)},
}


def violation(call: Call, who: Principal) -> Refusal | None:
    """Why STS will not even ask who may; None: it will."""
    if refusal := _bad_caller(call, who):
        return refusal
    constraints = _CONSTRAINTS.get(call.operation or "", {})
    broken = [
        f"Value '{value}' at '{name[0].lower()}{name[1:]}' failed to satisfy constraint: {must}"
        for name, constraint in constraints.items()
        if (value := call.parameters.get(name)) is not None
        for must in _broken(constraint, str(value))
    ]
    if broken:
        errors = f"{len(broken)} validation error{'s' if len(broken) > 1 else ''} detected: "
        return _invalid(errors + "; ".join(broken))
    role = call.first("RoleArn") or ""
    if call.operation == "AssumeRole" and not _ROLE_ARN.fullmatch(role):
        return _invalid(f"{role} is invalid")
    if who.kind == "role" and int(call.first("DurationSeconds") or 0) > _HOUR:
        return _invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed "
            "by role chaining."
        )
    return _bad_tags(call, who)


def _bad_caller(call: Call, who: Principal) -> Refusal | None:
    """STS API reference: a role's session asks for no user's, a user's only assumes roles."""
    operation = call.operation or ""
    barred = operation in _MAKES_USERS and who.kind == "role"
    if who.is_user_session and operation != "GetCallerIdentity":
        barred = who.kind == "federated" or operation != "AssumeRole"
    if not barred:
        return None
    said = f"Cannot call {operation} with session credentials"
    return Refusal("AccessDenied", "AccessDeniedException", said)


def _broken(constraint: Text | Number, value: str) -> Iterator[str]:
    if isinstance(constraint, Number):
        if int(value) < constraint.lowest:
            yield f"Member must have value greater than or equal to {constraint.lowest}"
        if int(value) > constraint.highest:
            yield f"Member must have value less than or equal to {constraint.highest}"
        return
    if len(value) < constraint.shortest:
        yield f"Member must have length greater than or equal to {constraint.shortest}"
    if len(value) > constraint.longest:
        yield f"Member must have length less than or equal to {constraint.longest}"
    if constraint.pattern and not re.fullmatch(constraint.pattern, value, re.ASCII):
        yield f"Member must satisfy regular expression pattern: {constraint.pattern}"


def _bad_tags(call: Call, who: Principal) -> Refusal | None:
    """IAM guide, id_session-tags: no key twice in any letter case, none that was handed down."""
    keys = [key.lower() for key, _ in call.tags()]
    if len(keys) != len(set(keys)):
        return _bad_value(
            "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        )
    transitive = [key.lower() for key in call.texts("TransitiveTagKeys")]
    if not set(transitive) <= set(keys):
        return _bad_value(
            "The specified transitive tag key must be included in the requested tags."
        )
    if who.issue and not who.issue.transitive.isdisjoint(keys):
        return _bad_value(
            "One of the specified transitive tag keys can't be set because it conflicts with a "
            "transitive tag key from the calling session."
        )
    return None


def _invalid(message: str) -> Refusal:
    return Refusal("ValidationError", "ValidationException", message, 400)


def _bad_value(message: str) -> Refusal:
    return Refusal("InvalidParameterValue", "InvalidParameterValueException", message, 400)
