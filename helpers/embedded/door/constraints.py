"""What a service refuses by its API's model alone: lengths, ranges, patterns and enumerations.

botocore checks some of that before it sends a request; the service checks all of it, and says so
in sentences that are the same for every service: "1 validation error detected: Value '51' at
'limit' failed to satisfy constraint: Member must have value less than or equal to 50".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from moto.core.utils import get_service_model

_ORDERS = {
    "RecursiveLoop": ("Terminate", "Allow"),
    "StateValue": ("INSUFFICIENT_DATA", "ALARM", "OK"),
    "Statistic": ("Maximum", "SampleCount", "Sum", "Minimum", "Average"),
}
"""Enumerations that the service lists in another order than the model, by their shapes."""


def find_complaint(service: str, operation: str, given: Mapping[str, Any]) -> str | None:
    """What the service says of the parameters of a request; None: nothing is wrong with them.

    Args:
        service, operation: as botocore calls them, such as "logs" and "GetLogEvents".
    """
    shape = get_service_model(service).operation_model(operation).input_shape
    complaints = list(_check(shape, given, "")) if shape is not None else []
    if not complaints:
        return None
    errors = "error" if len(complaints) == 1 else "errors"
    return f"{len(complaints)} validation {errors} detected: {'; '.join(complaints)}"


def _check(shape: Any, value: Any, path: str) -> Iterator[str]:
    """Complaints of a value and of everything inside it."""
    for constraint in _broken(shape, value):
        shown = f"'[{', '.join(map(str, value))}]'" if isinstance(value, list) else f"'{value}'"
        yield f"Value {shown} at '{path}' failed to satisfy constraint: Member must {constraint}"
    if shape.type_name == "structure" and isinstance(value, Mapping):
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield from _check(member, value[name], _inside(path, name))
    elif shape.type_name == "list" and isinstance(value, list):
        for number, each in enumerate(value, start=1):
            yield from _check(shape.member, each, _inside(path, f"{number}.member"))


def _inside(path: str, name: str) -> str:
    """A path names members with a small letter at the beginning."""
    small = name[0].lower() + name[1:]
    return f"{path}.{small}" if path else small


def _broken(shape: Any, value: Any) -> Iterator[str]:
    """The constraints of a shape that a value does not satisfy."""
    metadata = shape.metadata
    low, high = metadata.get("min"), metadata.get("max")
    measured: float | None = None
    if isinstance(value, str | list | Mapping):
        what, measured = "length", len(value)
    elif isinstance(value, int | float):
        what, measured = "value", value
    if measured is not None and low is not None and measured < low:
        yield f"have {what} greater than or equal to {low}"
    if measured is not None and high is not None and measured > high:
        yield f"have {what} less than or equal to {high}"
    if (pattern := metadata.get("pattern")) and not _fits(pattern, str(value)):
        yield f"satisfy regular expression pattern: {pattern}"
    if (choices := metadata.get("enum")) and value not in choices:
        yield f"satisfy enum value set: [{', '.join(_ORDERS.get(shape.name, choices))}]"


_PROPERTIES = {
    **dict.fromkeys(("L", "M", "N", "Alnum"), r"\w"),
    **dict.fromkeys(("Z", "Zs"), r"\s"),
    **dict.fromkeys(("P", "S"), r"!-/:-@\[-`{-~\u00a1-\uffff"),
    "ASCII": r"\x00-\x7f",
    "Print": r"\x20-\x7e",
}
"""Java's classes of characters as Python's, a little wider; all stand in brackets or alone."""


def _fits(pattern: str, text: str) -> bool:
    """Whether a text matches; one whose pattern Python cannot read does."""
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """A pattern of the models, which are written for Java."""
    python = re.sub(r"(\\w)-(?=[^\]])", r"\1\\-", pattern)
    bracketed = re.sub(r"(?<!\[)(?<!\})\\p\{(\w+)\}(?=[*+?]|$)", r"[\\p{\1}]", python)
    try:
        return re.compile(re.sub(r"\\p\{(\w+)\}", lambda each: _PROPERTIES[each[1]], bracketed))
    except (re.error, KeyError):
        return None
