"""Filter criteria: which messages reach the function. The others are deleted unseen.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.embedded import json_documents
from helpers.embedded.services.event_patterns import Opaque, Pattern
from helpers.embedded.services.pattern_operators import InvalidPattern
from helpers.embedded.services.sqs.message import Message

LONGEST = 4096
"""Characters of a pattern (API Filter)."""


class InvalidFilter(ValueError):
    """A filter that AWS refuses, in the words that it was recorded to use
    (test_sqs_invalid_event_filter)."""

    def __init__(self) -> None:
        super().__init__("Invalid filter pattern definition.")


class Filters:
    """The filters of one mapping; a message passes when any of them matches.

    Args:
        build_record: a message as a handler would see it.

    Raises:
        InvalidFilter: one of them is no pattern.
    """

    def __init__(
        self, criteria: dict[str, Any] | None, build_record: Callable[[Message], dict[str, Any]]
    ) -> None:
        filters = (criteria or {}).get("Filters") or []
        self._patterns = [_read(each.get("Pattern")) for each in filters]
        self._build_record = build_record

    def accept(self, message: Message) -> bool:
        """Whether the message is for the function."""
        if not self._patterns:
            return True
        record = self._build_record(message) | {"body": _read_body(message.body)}
        return any(each.matches(record) for each in self._patterns)


def check(criteria: dict[str, Any] | None) -> None:
    """Raises InvalidFilter: AWS refuses one of these."""
    Filters(criteria, lambda message: {})


def _read(text: Any) -> Pattern:
    if not isinstance(text, str) or len(text) > LONGEST:
        raise InvalidFilter
    try:
        return Pattern(json_documents.parse(text))
    except (InvalidPattern, ValueError):
        raise InvalidFilter from None


def _read_body(text: str) -> Any:
    """JSON, which a pattern looks into, or a text, which it compares: a pattern of the other form
    does not match."""
    if text.lstrip()[:1] not in ("{", "["):
        return Opaque(text)
    try:
        return json_documents.parse(text)
    except ValueError:
        return Opaque(text)
