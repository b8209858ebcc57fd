"""Who asks, and how a resource policy names them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Any, NamedTuple

_ACCOUNT = re.compile(r"(?:arn:aws[\w-]*:iam::)?(\d{12})(?::root)?")


class Principal(NamedTuple):
    """Somebody who asks AWS for something."""

    kind: str
    """user, role, service or anonymous."""
    arn: str
    """As AWS names them in messages: a user, or the session of a role; a service's name."""
    account: str
    name: str
    """The user's, role's or service's name."""
    user_id: str
    """aws:userid, and the UserId of GetCallerIdentity."""
    role_arn: str | None = None
    """The role behind a session."""
    session_policy: str | None = None

    @property
    def identity(self) -> str:
        """What policies name: the role of a session, or the user."""
        return self.role_arn or self.arn

    @property
    def is_entity(self) -> bool:
        """Whether identity policies can belong to it."""
        return self.kind in ("user", "role")


ANONYMOUS = Principal("anonymous", "*", "", "anonymous", "anonymous")


def service_principal(name: str, account: str) -> Principal:
    """An AWS service such as sns.amazonaws.com, acting for the account."""
    return Principal("service", name, account, name, name)


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

    __slots__ = ("_accounts", "_anyone", "_arns", "_services")

    def __init__(self, element: Any) -> None:
        if element != "*" and not isinstance(element, dict):
            raise ValueError("Invalid principal in policy.")
        named = {"AWS": "*"} if element == "*" else element
        lists = {kind: [who] if isinstance(who, str) else who for kind, who in named.items()}
        for kind, who in lists.items():
            known = kind in ("AWS", "Service", "Federated", "CanonicalUser")
            if not known or not isinstance(who, list) or not all(isinstance(w, str) for w in who):
                raise ValueError("Invalid principal in policy.")
        aws = lists.get("AWS", [])
        self._anyone = "*" in aws
        found = {who: _ACCOUNT.fullmatch(who) for who in aws if who != "*"}
        self._accounts = frozenset(match[1] for match in found.values() if match)
        self._arns = frozenset(who for who, match in found.items() if not match)
        if any(not who.startswith(("arn:", "AIDA", "AROA")) for who in self._arns):
            raise ValueError("Invalid principal in policy.")
        self._services = frozenset(lists.get("Service", []))

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
