"""Who asks, and how a resource policy names them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import Any, NamedTuple


class MalformedPolicy(ValueError):
    """The document is no policy; the message is AWS's reason."""


class InvalidPrincipal(MalformedPolicy):
    """It names somebody who cannot be named, or who does not exist."""

    def __init__(self, kind: str, who: object) -> None:
        super().__init__(f'Invalid principal in policy: "{kind.upper()}":"{who}"')


_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_IDENTITIES = ("arn:", "AIDA", "AROA")
_ACCOUNT = re.compile(r"(?:arn:aws[\w-]*:iam::)?(\d{12})(?::root)?")


ENTITIES = ("user", "federated", "role")
"""Kinds of principals that identity policies can belong to."""


class Issue(NamedTuple):
    """What temporary credentials say, beside whose they are."""

    at: str
    """When they were given out: aws:TokenIssueTime."""
    tags: tuple[tuple[str, str], ...] = ()
    """Session tags, their keys in lower case: aws:PrincipalTag/..."""
    transitive: frozenset[str] = frozenset()
    """Keys of the tags that the next session in a chain inherits."""
    source_identity: str = ""

    def handed_down(self) -> dict[str, str]:
        """The tags that the next session in a chain inherits."""
        return {key: text for key, text in self.tags if key in self.transitive}


class Principal(NamedTuple):
    """Somebody who asks AWS for something."""

    kind: str
    """user, federated, role, service or anonymous."""
    arn: str
    """As AWS names them in messages: a user, or the session of a role; a service's name."""
    account: str
    name: str
    """The user's, role's or service's name; of a federated user, the user's who vouches."""
    user_id: str
    """aws:userid, and the UserId of GetCallerIdentity."""
    role_arn: str | None = None
    """The role behind a session."""
    session_policies: tuple[str, ...] | None = None
    """What limits the session; None: nothing does."""
    issue: Issue | None = None
    """Of temporary credentials that somebody has asked STS for."""

    @property
    def identity(self) -> str:
        """What policies name: the role of a session, or the user."""
        return self.role_arn or self.arn

    @property
    def is_entity(self) -> bool:
        """Whether identity policies can belong to it."""
        return self.kind in ENTITIES

    @property
    def is_user_session(self) -> bool:
        """Whether a user made the temporary credentials, without any role."""
        return self.kind == "federated" or (self.kind == "user" and self.issue is not None)


ANONYMOUS = Principal("anonymous", "*", "", "anonymous", "anonymous")


def service_principal(name: str, account: str) -> Principal:
    """An AWS service such as sns.amazonaws.com, acting for the account."""
    return Principal("service", name, account, name, name)


def is_account(who: str) -> bool:
    """Whether a policy names a whole account by this: its number, or the ARN of its root."""
    return _ACCOUNT.fullmatch(who) is not None


class Reach(IntEnum):
    """How directly a statement names a principal."""

    NOBODY = 0
    ACCOUNT = 1
    """Its account, which may pass the permission on by identity policies."""
    ROLE = 2
    """The role of its session."""
    ANYONE = 3
    EXACT = 4
    """Its own ARN, or the service's name."""


class Principals:
    """A Principal or NotPrincipal element."""

    __slots__ = ("_accounts", "_anyone", "_arns", "_services", "named")

    def __init__(self, element: Any) -> None:
        if element != "*" and not isinstance(element, dict):
            raise InvalidPrincipal("AWS", element)
        self.named = tuple(_names({"AWS": "*"} if element == "*" else element))
        """Everybody whom it names: the kind (AWS, Service, Federated, CanonicalUser) and who."""
        aws = [who for kind, who in self.named if kind == "AWS"]
        self._anyone = "*" in aws
        found = {who: _ACCOUNT.fullmatch(who) for who in aws if who != "*"}
        self._accounts = frozenset(match[1] for match in found.values() if match)
        self._arns = frozenset(who for who, match in found.items() if not match)
        for who in self._arns:
            if not who.startswith(_IDENTITIES):
                raise InvalidPrincipal("AWS", who)
        self._services = frozenset(who for kind, who in self.named if kind == "Service")

    def reach(self, principal: Principal) -> Reach:
        if principal.kind == "service":
            if principal.name in self._services:
                return Reach.EXACT
            return Reach.ANYONE if self._anyone else Reach.NOBODY
        if principal.arn in self._arns:
            return Reach.EXACT
        if self._anyone:
            return Reach.ANYONE
        if principal.role_arn in self._arns:
            return Reach.ROLE
        if principal.account in self._accounts:
            return Reach.ACCOUNT
        return Reach.NOBODY


def _names(element: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for kind, given in element.items():
        for who in given if isinstance(given, list) else [given]:
            if kind not in _KINDS or not isinstance(who, str):
                raise InvalidPrincipal(kind, who)
            yield kind, who
