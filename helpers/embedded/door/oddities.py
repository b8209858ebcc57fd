"""What is odd about a request that a service stumbled over: AWS refuses that, and says why.

moto looks at few parameters before it uses them. To check every request by its model would slow
down those that are in order; so only what has failed already is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError
from moto.core.utils import get_service_model

from helpers.embedded.door.access.authorization import Refusal
from helpers.embedded.door.constraints import find_complaint
from helpers.embedded.door.reading import botocore_name
from helpers.embedded.door.request_members import structure_in
from helpers.embedded.service import Call

_CODES = {
    "events": ("ValidationException", "ValidationException"),
    "logs": ("InvalidParameterException", "InvalidParameterException"),
    "sns": ("InvalidParameter", "InvalidParameterException"),
    "awslambda": ("InvalidParameterValueException", "InvalidParameterValueException"),
}
"""Code in the query protocol and in JSON, where it is not the common one."""

_COMMON = ("ValidationError", "ValidationException")
_NOT_TEXT = {"awslambda": "InvalidRequestContentException"}
_TOKENS = ("nexttoken", "marker", "paginationtoken", "exclusivestarttablename")
_ARN = re.compile(r"arn:[\w-]+:[\w-]+:[\w-]*:\w*:.+", re.DOTALL)


def find_refusal(call: Call, fault: Exception) -> Refusal | None:
    """The refusal that a request deserves which ended in `fault`; None: nothing is odd about it."""
    if isinstance(fault, UnicodeDecodeError):
        code = _NOT_TEXT.get(call.service, "SerializationException")
        return Refusal(code, code, "Could not parse request body into json: it is not UTF-8.", 400)
    texts = list(_texts(call.parameters))
    complaint = next(_complaints(call, texts), None)
    if complaint is not None:
        return Refusal(*_CODES.get(call.service, _COMMON), complaint, 400)
    missing = str(fault.args[0]) if isinstance(fault, KeyError) else ""
    if missing in {text for _, text in texts}:
        message = f"{missing} does not exist."
        return Refusal("NotFound", "ResourceNotFoundException", message, 404)
    if missing in _members_of(call) - _names(call.parameters):
        message = (
            f"1 validation error detected: Value null at '{missing[0].lower()}{missing[1:]}' "
            "failed to satisfy constraint: Member must not be null"
        )
        return Refusal(*_CODES.get(call.service, _COMMON), message, 400)
    return None


def _members_of(call: Call) -> set[str]:
    """What the operation of a call can be given, at the top and in the structures inside."""
    found: set[str] = set()
    seen: set[str] = set()
    with suppress(UnknownServiceError, OperationNotFoundError):
        model = get_service_model(botocore_name(call.service)).operation_model(str(call.operation))
        shapes = [model.input_shape] if model.input_shape else []
        while shapes:
            shape = shapes.pop()
            found |= shape.members.keys()
            inner = filter(None, map(structure_in, shape.members.values()))
            new = [each for each in inner if each.name not in seen]
            seen |= {each.name for each in new}
            shapes += new
    return found


def _names(value: Any) -> set[str]:
    """Of everything that is given."""
    if isinstance(value, dict):
        return set(map(str, value)).union(*map(_names, value.values()))
    return set().union(*map(_names, value)) if isinstance(value, list) else set()


def _complaints(call: Call, texts: Iterable[tuple[str, str]]) -> Iterator[str]:
    with suppress(UnknownServiceError, OperationNotFoundError):
        service = botocore_name(call.service)
        if by_model := find_complaint(service, str(call.operation), call.parameters):
            yield by_model
    for name, text in texts:
        if name.lower() in _TOKENS:
            yield f"Invalid parameter: {name} Reason: the token is not valid."
        elif name.lower().endswith("arn") and not _ARN.fullmatch(text):
            yield f"Invalid parameter: {name} Reason: {text!r} is not an ARN."


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in the parameters, with the name of what it stands at."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, str(key))
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, name)
    elif isinstance(value, str):
        yield name, value
