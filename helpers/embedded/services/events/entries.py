"""Events that somebody puts, and the patterns by which rules mean them.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from moto.core.exceptions import JsonRESTError

from helpers.embedded import json_documents
from helpers.embedded.services.event_patterns import Pattern
from helpers.embedded.services.pattern_operators import InvalidPattern

MOST_ENTRIES = 10
_LARGEST = 1 << 20
"""Bytes of all entries of a request together (API PutEvents)."""

Event = dict[str, Any]


class BadEntry(Exception):
    """An entry that EventBridge does not take: its code and its words."""


def check_size(entries: list[Mapping[str, Any]]) -> None:
    """Raise ValidationException for what no request may bring."""
    if not 1 <= len(entries) <= MOST_ENTRIES:
        bound = f"less than or equal to {MOST_ENTRIES}" if entries else "greater than or equal to 1"
        raise JsonRESTError(
            "ValidationException",
            f"1 validation error detected: Value '{entries}' at 'entries' failed to satisfy "
            f"constraint: Member must have length {bound}",
        )
    if sum(len(str(text).encode()) for each in entries for text in each.values()) > _LARGEST:
        raise JsonRESTError(
            "ValidationException", f"Total size of the entries in the request is over {_LARGEST}."
        )


def read_entry(entry: Mapping[str, Any], now: datetime) -> Event:
    """What rules and targets see of an entry, but for its id and its place.

    Raises:
        BadEntry: it is not taken.
    """
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            raise BadEntry(
                "InvalidArgument",
                f"Parameter {name} is not valid. Reason: {name} is a required argument.",
            )
    if str(entry["Source"]).startswith("aws."):
        raise BadEntry("NotAuthorizedForSourceException", "Not authorized for the source.")
    try:
        detail = json_documents.parse(str(entry["Detail"]))
    except ValueError:
        detail = None
    if not isinstance(detail, dict):
        raise BadEntry("MalformedDetail", "Detail is malformed.")
    moment = datetime.fromtimestamp(entry["Time"], UTC) if entry.get("Time") else now
    return {
        "version": "0",
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "resources": list(entry.get("Resources") or ()),
        "detail": detail,
    }


@lru_cache(maxsize=256)
def read_pattern(text: str) -> Pattern:
    """The pattern of a rule.

    Raises:
        JsonRESTError: InvalidEventPatternException; what stands behind "Reason" is ours.
    """
    try:
        return Pattern(json_documents.parse(text))
    except (InvalidPattern, ValueError) as error:
        raise JsonRESTError(
            "InvalidEventPatternException", f"Event pattern is not valid. Reason: {error}"
        ) from None
