"""A decision in words, with the statements that made it: for teaching."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from helpers.embedded.access.denials import sentence
from helpers.embedded.access.evaluation import Decision
from helpers.embedded.access.principals import Principal
from helpers.embedded.access.wants import Want


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

    def __str__(self) -> str:
        lines = [self.sentence]
        for said in self.statements:
            lines += [f"  {said.kind} {said.policy}:", f"    {json.dumps(said.statement)}"]
        return "\n".join(lines)


def explain(principal: Principal, want: Want, decision: Decision) -> Explanation:
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
    )
