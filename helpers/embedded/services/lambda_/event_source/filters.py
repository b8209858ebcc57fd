"""Filter criteria: which messages reach the function. The others are deleted unseen.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
Patterns are EventBridge's; moto evaluates them, this module decides what they are held against.
"""

from __future__ import annotations

import json
from typing import Any

from helpers.embedded.services.sqs.message import Message

_OPERATORS = frozenset(
    {
        *("exists", "prefix", "suffix", "numeric", "anything-but", "equals-ignore-case"),
        *("wildcard", "cidr"),
    }
)


class InvalidPattern(ValueError):
    """A filter pattern that AWS refuses."""

    def __init__(self) -> None:
        super().__init__("Invalid filter pattern definition.")


class Filters:
    """The filters of one mapping; a message passes when any of them matches.

    Raises:
        InvalidPattern: one of them is no pattern (recorded: test_sqs_invalid_event_filter).
    """

    def __init__(self, criteria: dict[str, Any] | None) -> None:
        filters = (criteria or {}).get("Filters") or []
        self._patterns = [_parse(each.get("Pattern")) for each in filters]

    def accept(self, message: Message) -> bool:
        """Whether the message is for the function."""
        return not self._patterns or any(_matches(each, message) for each in self._patterns)


def _parse(text: Any) -> dict[str, Any]:
    try:
        pattern = json.loads(text)
    except (TypeError, ValueError):
        raise InvalidPattern from None
    if not isinstance(pattern, dict):
        raise InvalidPattern
    _check(pattern)
    return pattern


def _check(pattern: dict[str, Any]) -> None:
    """Every leaf is a list of values and of single operators, and not empty."""
    for name, value in pattern.items():
        if name == "$or":
            if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
                raise InvalidPattern
            for each in value:
                _check(each)
        elif isinstance(value, dict):
            _check(value)
        elif not isinstance(value, list) or not value or not all(map(_is_leaf, value)):
            raise InvalidPattern


def _is_leaf(value: Any) -> bool:
    if isinstance(value, dict):
        return len(value) == 1 and set(value) <= _OPERATORS
    return not isinstance(value, list)


def _matches(pattern: dict[str, Any], message: Message) -> bool:
    """The body's form must be the pattern's: text for a list of texts, JSON for an object."""
    from moto.events.models import EventPattern

    body = pattern.get("body")
    event: Any = {"messageId": message.id, "body": message.body}
    parsed = _json_object(message.body)
    if isinstance(body, dict):
        if parsed is None:
            return False
        event["body"] = parsed
    elif body is not None and parsed is not None:
        return False
    return bool(EventPattern(None, pattern).matches_event(event))


def _json_object(body: str) -> dict[str, Any] | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
