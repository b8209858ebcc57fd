"""Filter policies: which messages of a topic a subscription receives.

https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html; the language is
that of event patterns.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from helpers.embedded import json_documents
from helpers.embedded.services.event_patterns import Pattern
from helpers.embedded.services.sns.publishing import Attributes, Publication


@lru_cache(maxsize=256)
def read_policy(text: str) -> Pattern | None:
    """The pattern of a policy; None: an empty one, which lets everything through.

    Raises:
        ValueError: it is no JSON.
        InvalidPattern: the language does not know something in it.
    """
    document = json_documents.parse(text)
    return Pattern(document) if document else None


def accepts(policy: str, scope: str, publication: Publication) -> bool:
    """Whether a subscription with this policy receives the message.

    Args:
        policy: its text, which was checked before.
        scope: MessageAttributes or MessageBody. A body that is no JSON object is never received.
    """
    pattern = read_policy(policy)
    if pattern is None:
        return True
    if scope == "MessageAttributes":
        return pattern.matches(_as_event(publication.attributes))
    try:
        body = json_documents.parse(publication.message)
    except ValueError:
        return False
    return isinstance(body, dict) and pattern.matches(body)


def _as_event(attributes: Attributes) -> dict[str, Any]:
    """Numbers are numbers, an array of strings is JSON; a policy does not see what is binary."""
    event: dict[str, Any] = {}
    for name, attribute in attributes.items():
        kind, value = attribute["Type"], attribute["Value"]
        if kind == "String.Array" or kind.startswith("Number"):
            try:
                event[name] = json_documents.parse(value)
            except ValueError:
                event[name] = float(value) if kind.startswith("Number") else value
        elif kind.startswith("String"):
            event[name] = value
    return event
