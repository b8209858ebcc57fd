"""The decision: allowed or denied, and by which statements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from typing import NamedTuple

from helpers.embedded.door.access.crossing import may_cross
from helpers.embedded.door.access.policy_documents import Policy, Statement
from helpers.embedded.door.access.principals import Principal, Reach
from helpers.embedded.door.access.wildcards import Facts


class Kind(Enum):
    """Where a policy stands; the value is AWS's word for it in a denial."""

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


class Source(NamedTuple):
    """A policy and where it comes from."""

    kind: Kind
    name: str
    policy: Policy


class Found(NamedTuple):
    """A statement that had a say."""

    source: Source
    statement: Statement


class Decision(NamedTuple):
    """What the account answers, and why."""

    allowed: bool
    missing: Kind | None
    """Denied because no policy of this kind allows."""
    statements: tuple[Found, ...]
    """What allowed it, or what denied it explicitly."""

    def because(self, action: str) -> str:
        """The end of AWS's sentence, with the action in the letter case that the service uses."""
        if self.allowed:
            return ""
        if self.missing is not None:
            return f"because no {self.missing.value} allows the {action} action"
        kind = self.statements[0].source.kind.value
        article = "an" if kind[0] in "aeiou" else "a"
        return f"with an explicit deny in {article} {kind}"


_COUNTS_AS = {True: "allows nothing", False: "denies as if its condition were met"}


class Policies(NamedTuple):
    """Every policy that has a say about one principal and one resource."""

    identity: tuple[Source, ...] = ()
    boundary: Source | None = None
    session: tuple[Source, ...] | None = None
    """None: the session is not limited; empty: nothing is allowed in it."""
    resource: Source | None = None

    @property
    def depend_on_facts(self) -> bool:
        return any(source.policy.depends_on_facts for source in self.all())

    def unknown_keys(self) -> Iterator[str]:
        """What there is to say about condition keys that nobody here can judge."""
        for source in self.all():
            for statement in source.policy.statements:
                for key in statement.unknown_keys:
                    yield (
                        f"{source.name} uses the condition key {key}, which this account does "
                        f"not know: the statement {_COUNTS_AS[statement.allows]}."
                    )

    def all(self) -> Iterator[Source]:
        yield from self.identity
        yield from self.session or ()
        yield from (each for each in (self.boundary, self.resource) if each)


class Asked(NamedTuple):
    """One question: may this principal do this to that?"""

    principal: Principal
    action: str
    resource: str
    owner: str
    """Account of the resource."""
    facts: Callable[[], Facts]
    resource_must_allow: bool = False
    """A key or a role: without its own policy's word nobody may, whatever identities say."""


_NOTHING: Facts = {}


def decide(asked: Asked, policies: Policies, granted: Found | None = None) -> Decision:
    """Decide. An explicit deny wins; `granted` is a KMS grant, which allows by itself."""
    facts = asked.facts() if policies.depend_on_facts else _NOTHING
    spoken = [
        (found, reach) for source in policies.all() for found, reach in _find(asked, source, facts)
    ]
    denying = tuple(found for found, _ in spoken if not found.statement.allows)
    if denying:
        return Decision(False, None, denying)
    if granted is not None:
        return Decision(True, None, (granted,))
    return _weigh(asked, policies, spoken)


def _find(asked: Asked, source: Source, facts: Facts) -> Iterator[tuple[Found, Reach]]:
    for statement in source.policy.statements:
        reach = Reach.EXACT
        if source.kind is Kind.RESOURCE:
            reach = statement.reach(asked.principal)
            if not statement.allows and reach is Reach.ACCOUNT:
                reach = Reach.EXACT  # a denied account is denied with everybody in it
        if reach is not Reach.NOBODY and statement.covers(asked.action, asked.resource, facts):
            yield Found(source, statement), reach


def _weigh(asked: Asked, policies: Policies, allowing: list[tuple[Found, Reach]]) -> Decision:
    """What the allowing statements amount to, when nothing denies."""
    of: dict[Kind, list[Found]] = {kind: [] for kind in Kind}
    for found, _ in allowing:
        of[found.source.kind].append(found)
    reach = max((r for f, r in allowing if f.source.kind is Kind.RESOURCE), default=Reach.NOBODY)
    by_resource, by_identity = of[Kind.RESOURCE], of[Kind.IDENTITY]
    if not asked.principal.is_entity:
        return _allow(by_resource) if reach else _miss(Kind.RESOURCE)
    crosses = asked.principal.account != asked.owner
    if crosses and not may_cross(asked.action):
        return _miss(Kind.RESOURCE)
    if (crosses or asked.resource_must_allow) and not reach:
        return _miss(Kind.RESOURCE)
    if reach is Reach.EXACT and not crosses:
        return _allow(by_resource)
    for limit, kind in ((policies.boundary, Kind.BOUNDARY), (policies.session, Kind.SESSION)):
        named = by_identity or reach > Reach.ACCOUNT
        if limit is not None and named and not of[kind]:
            return _miss(kind)
    if by_identity:
        needs_resource = crosses or asked.resource_must_allow
        return _allow(by_identity + (by_resource if needs_resource else []))
    if reach > Reach.ACCOUNT and not crosses:
        return _allow(by_resource)
    return _miss(Kind.IDENTITY)


def _allow(found: list[Found]) -> Decision:
    return Decision(True, None, tuple(found))


def _miss(kind: Kind) -> Decision:
    return Decision(False, kind, ())
