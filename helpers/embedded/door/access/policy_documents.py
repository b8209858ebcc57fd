"""Policy documents: read once, compiled, and kept by their text.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from helpers.embedded import json_documents
from helpers.embedded.door.access.condition_keys import is_known
from helpers.embedded.door.access.conditions import Condition, parse_conditions
from helpers.embedded.door.access.principals import MalformedPolicy, Principal, Principals, Reach
from helpers.embedded.door.access.wildcards import Facts, Patterns

__all__ = ["MalformedPolicy", "Policy", "Statement", "listed", "parse_policy"]

_PAIRS = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))
_ELEMENTS = frozenset({"Sid", "Effect", "Condition", *_PAIRS[0], *_PAIRS[1], *_PAIRS[2]})
_VERSIONS = ("2008-10-17", "2012-10-17")
_ACTION = re.compile(r"\*|[\w-]+:[\w*?]+")
_NO_JSON = "This policy contains invalid Json"


class Statement:
    """One statement, ready to be asked."""

    __slots__ = (
        "_actions",
        "_conditions",
        "_negated_actions",
        "_negated_principals",
        "_negated_resources",
        "_principals",
        "_resources",
        "allows",
        "document",
        "unknown_keys",
    )

    def __init__(self, document: dict[str, Any], variables: bool) -> None:
        self.document = document
        self.allows = document["Effect"] == "Allow"
        self._negated_actions = "NotAction" in document
        self._actions = Patterns(
            _texts(document.get("Action", document.get("NotAction"))), fold=True, variables=False
        )
        self._negated_resources = "NotResource" in document
        named = document.get("Resource", document.get("NotResource"))
        self._resources = None if named is None else Patterns(_texts(named), variables=variables)
        self._negated_principals = "NotPrincipal" in document
        who = document.get("Principal", document.get("NotPrincipal"))
        self._principals = None if who is None else Principals(who)
        tested = document.get("Condition", {})
        self._conditions: tuple[Condition, ...] = parse_conditions(tested)
        self.unknown_keys = [key for keys in tested.values() for key in keys if not is_known(key)]
        """Condition keys that the account cannot judge: such a statement never allows."""

    @property
    def principals(self) -> tuple[tuple[str, str], ...]:
        """Whom a resource policy's statement names: the kind, and who."""
        return self._principals.named if self._principals else ()

    @property
    def sid(self) -> str:
        return str(self.document.get("Sid", ""))

    @property
    def depends_on_facts(self) -> bool:
        """Whether more than principal, action and resource decides if it applies."""
        by_variable = self._resources is not None and self._resources.uses_variables
        return bool(self._conditions) or by_variable

    def covers(self, action: str, resource: str, facts: Facts) -> bool:
        """Whether the statement is about the action on the resource, its conditions met."""
        if self._actions.match(action, facts) == self._negated_actions:
            return False
        if (
            self._resources is not None
            and self._resources.match(resource, facts) == self._negated_resources
        ):
            return False
        if self.unknown_keys:
            return not self.allows
        return all(condition.is_met(facts) for condition in self._conditions)

    def reach(self, principal: Principal) -> Reach:
        """How a resource policy's statement names the principal."""
        if self._principals is None:
            return Reach.NOBODY
        reach = self._principals.reach(principal)
        if self._negated_principals:
            return Reach.ANYONE if reach is Reach.NOBODY else Reach.NOBODY
        return reach


class Policy:
    """The statements of one document."""

    __slots__ = ("depends_on_facts", "statements")

    def __init__(self, statements: list[Statement]) -> None:
        self.statements = statements
        self.depends_on_facts = any(each.depends_on_facts for each in statements)


@lru_cache(maxsize=4096)
def parse_policy(text: str) -> Policy:
    """A policy by its text. Raises MalformedPolicy."""
    try:
        document = json_documents.parse(text)
    except (TypeError, ValueError):
        raise MalformedPolicy(_NO_JSON) from None
    if not isinstance(document, dict):
        raise MalformedPolicy(_NO_JSON)
    version = document.get("Version", _VERSIONS[0])
    if version not in _VERSIONS:
        raise MalformedPolicy("The policy must contain a valid version string")
    if "Statement" not in document:
        raise MalformedPolicy("Missing required field Statement")
    statements = listed(document["Statement"])
    if not all(isinstance(each, dict) for each in statements):
        raise MalformedPolicy(_NO_JSON)
    return Policy([_parse_statement(each, version == _VERSIONS[1]) for each in statements])


def listed(element: Any) -> list[Any]:
    """What an element of a policy has, one or several."""
    return element if isinstance(element, list) else [element]


def _parse_statement(document: dict[str, Any], variables: bool) -> Statement:
    for unknown in sorted(document.keys() - _ELEMENTS):
        raise MalformedPolicy(f"Unknown field {unknown}")
    if "Effect" not in document:
        raise MalformedPolicy("Missing required field Effect")
    if document["Effect"] not in ("Allow", "Deny"):
        raise MalformedPolicy(f"Invalid effect: {document['Effect']}")
    for one, other in _PAIRS:
        if one in document and other in document:
            raise MalformedPolicy(f"Statement must not contain both {one} and {other}")
    actions = document.get("Action", document.get("NotAction"))
    if not actions:
        raise MalformedPolicy("Missing required field Action")
    if not all(_ACTION.fullmatch(action) for action in _texts(actions)):
        raise MalformedPolicy("Policy has invalid action")
    try:
        return Statement(document, variables)
    except MalformedPolicy:
        raise
    except (TypeError, ValueError, AttributeError) as error:
        raise MalformedPolicy(str(error) or _NO_JSON) from None


def _texts(element: Any) -> list[str]:
    texts = listed(element)
    if not all(isinstance(each, str) for each in texts):
        raise MalformedPolicy(_NO_JSON)
    return texts
