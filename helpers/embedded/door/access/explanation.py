"""A decision in words, with the statements that made it: for teaching."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.embedded.door.access.authorization import Want
from helpers.embedded.door.access.evaluation import Decision
from helpers.embedded.door.access.principals import Principal
from helpers.embedded.door.access.wording import sentence

if TYPE_CHECKING:
    from pandas import DataFrame


class Said(NamedTuple):
    """A statement and the policy that it stands in."""

    policy: str
    """Name or ARN of an identity policy; the ARN of the resource whose policy it is."""
    kind: str
    """identity-based policy, resource-based policy, permissions boundary or session policy."""
    statement: dict[str, Any]


class Explanation(NamedTuple):
    """What the account answers to a principal, and why."""

    allowed: bool
    sentence: str
    statements: tuple[Said, ...]
    """What allowed it, or denied it explicitly; none where nothing allows it."""
    unknown: tuple[str, ...] = ()
    """One sentence for each condition key in the policies that the account cannot judge."""

    def __str__(self) -> str:
        lines = [self.sentence]
        for said in self.statements:
            lines += [f"  {said.kind} {said.policy}:", f"    {json.dumps(said.statement)}"]
        return "\n".join([*lines, *(f"  {said}" for said in self.unknown)])

    def __repr__(self) -> str:
        return str(self)

    def frame(self) -> DataFrame:
        """One row for each statement.

        Columns: policy, kind, effect, action, resource, condition; texts. A list stands with
        commas; what a statement does not have is empty.
        """
        import pandas as pd

        rows = [(said.policy, said.kind, *_elements(said.statement)) for said in self.statements]
        return pd.DataFrame(
            rows, columns=["policy", "kind", "effect", "action", "resource", "condition"]
        )


def _elements(statement: dict[str, Any]) -> Iterator[str]:
    """Effect, action, resource and condition of a statement as text."""
    yield statement["Effect"]
    for name in ("Action", "Resource"):
        negated = f"Not{name}" in statement
        prefix, element = "not " * negated, statement.get(f"Not{name}", statement.get(name, ""))
        yield prefix + (", ".join(element) if isinstance(element, list) else str(element))
    yield json.dumps(statement["Condition"]) if "Condition" in statement else ""


def explain(
    principal: Principal, want: Want, decision: Decision, unknown: tuple[str, ...] = ()
) -> Explanation:
    """The decision about one action on one resource, told."""
    if decision.allowed:
        told = f"Allowed: {principal.arn} may perform {want.action} on {want.resource}"
    else:
        told = f"Denied: {sentence(principal, want, decision)}"
    return Explanation(
        decision.allowed,
        told,
        tuple(
            Said(found.source.name, found.source.kind.value, found.statement.document)
            for found in decision.statements
        ),
        unknown,
    )
