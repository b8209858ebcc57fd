"""The account's users and role sessions: their secrets, and the policies that are theirs.

IAM keeps them; access asks it for `People`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from helpers.embedded.door.access.evaluation import Kind, Policies, Source
from helpers.embedded.door.access.policy_documents import MalformedPolicy, Policy, parse_policy
from helpers.embedded.door.access.principals import Issue, Principal, is_account
from helpers.embedded.door.credentials import ADMIN_ACCESS_KEY_ID, ADMIN_SECRET_ACCESS_KEY

ORGANIZATION_ROLE = "OrganizationAccountAccessRole"
"""The role by which the administrator enters any other account, as in an AWS organization.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
"""

EVERYTHING = parse_policy(
    '{"Version": "2012-10-17", "Statement": '
    '{"Sid": "AdministratorAccess", "Effect": "Allow", "Action": "*", "Resource": "*"}}'
)


_USERS = ("user", "federated")
"""Kinds of principals that have the policies of a user."""


class Credential(NamedTuple):
    """What an access key opens."""

    principal: Principal
    secret: str
    token: str | None = None
    expires: datetime | None = None
    """In UTC, without a time zone, as moto keeps it."""


class People:
    """Whom IAM and STS know. While nobody has asked for either, that is nobody."""

    def session_with(self, access_key_id: str) -> Credential | None:
        """What the access key of a session opens."""
        return None

    def user_with(self, access_key_id: str) -> Credential | None:
        """What the active access key of a user opens."""
        return None

    def has(self, arn: str) -> bool:
        """Whether there is a user or a role with that ARN."""
        return False

    def has_role_named(self, account: str, name: str) -> bool:
        return False

    def role_id(self, role_arn: str) -> str | None:
        """The unique id of a role, which begins with AROA."""
        return None

    def documents(self, principal: Principal) -> Iterable[tuple[str, str]] | None:
        """Name and text of every identity policy: inline, attached, and those of groups.
        None: there is no such user or role."""
        return None

    def boundary(self, principal: Principal) -> tuple[str, str | None] | None:
        """ARN and text of the permissions boundary; no text: the policy has been deleted."""
        return None

    def tags(self, principal: Principal) -> Mapping[str, str]:
        return {}


class Identities:
    """Looks principals up, and remembers them until IAM changes."""

    def __init__(self, account_id: str) -> None:
        self.administrator = Principal(
            "user",
            f"arn:aws:iam::{account_id}:user/administrator",
            account_id,
            "administrator",
            "AIDAEMBEDDEDLABADMIN0",
        )
        self.people = People()
        """Replaced when IAM or STS is asked for first."""
        self._credentials = {
            ADMIN_ACCESS_KEY_ID: Credential(self.administrator, ADMIN_SECRET_ACCESS_KEY)
        }
        self._sessions: dict[str, Credential] = {}
        self._policies: dict[Principal, Policies] = {}

    def forget(self) -> None:
        """IAM has changed. Sessions of roles outlive that; keys of users may not."""
        self._policies.clear()
        for key_id in [key for key in self._credentials if key != ADMIN_ACCESS_KEY_ID]:
            del self._credentials[key_id]

    # Access keys

    def credential(self, access_key_id: str) -> Credential | None:
        """What the key opens; None: there is no such key, or it is inactive."""
        known = self._credentials.get(access_key_id) or self._sessions.get(access_key_id)
        if known is None:
            if session := self.people.session_with(access_key_id):
                known = self._sessions[access_key_id] = session
            elif user := self.people.user_with(access_key_id):
                known = self._credentials[access_key_id] = user
        return known

    def exists(self, arn: str) -> bool:
        """Whether there is a user, a role or a session of a role with that ARN."""
        parts = arn.split(":", 5)
        if arn == self.administrator.arn:
            return True
        if len(parts) != 6 or not parts[4].isdigit():
            return False
        kind, _, path = parts[5].partition("/")
        if kind == "assumed-role":
            name = path.partition("/")[0]
            return name == ORGANIZATION_ROLE or self.people.has_role_named(parts[4], name)
        if kind == "role" and path == ORGANIZATION_ROLE:
            return True
        return kind == "federated-user" or (kind in ("role", "user") and self.people.has(arn))

    def is_known(self, principal: Principal) -> bool:
        """Whether the principal is somebody of this account."""
        return principal == self.administrator or self.people.documents(principal) is not None

    def role_session(
        self,
        role_arn: str,
        session_name: str,
        session_policies: tuple[str, ...] | None = None,
        issue: Issue | None = None,
    ) -> Principal:
        """The principal that a role is while somebody has assumed it."""
        identity = self.people.role_id(role_arn)
        return role_session(role_arn, session_name, session_policies, issue, identity)

    def can_be_named(self, arn: str) -> bool:
        """Whether a grant can name this: an account, or somebody in one."""
        return is_account(arn) or self.exists(arn)

    # Policies

    def policies(self, principal: Principal) -> Policies:
        """All policies that belong to a principal; none of a resource."""
        known = self._policies.get(principal)
        if known is None:
            known = self._policies[principal] = self._collect(principal)
        return known

    def _collect(self, principal: Principal) -> Policies:
        limits = tuple(
            Source(Kind.SESSION, "session policy", _readable(text) or Policy([]))
            for text in principal.session_policies or ()
        )
        session = None if principal.session_policies is None else limits
        if self._administrates(principal):
            everything = Source(Kind.IDENTITY, "AdministratorAccess", EVERYTHING)
            return Policies((everything,), session=session)
        documents = self.people.documents(principal)
        if documents is None:
            return Policies()
        identity = tuple(
            Source(Kind.IDENTITY, name, policy)
            for name, text in documents
            if (policy := _readable(text))
        )
        return Policies(identity, self._boundary(principal), session)

    def _boundary(self, principal: Principal) -> Source | None:
        """A boundary that has been deleted allows nothing."""
        if (found := self.people.boundary(principal)) is None:
            return None
        arn, text = found
        return Source(Kind.BOUNDARY, arn, _readable(text or "{}") or Policy([]))

    def _administrates(self, principal: Principal) -> bool:
        """The lab's own user, its sessions, and its role in the other accounts."""
        administrator = self.administrator
        if principal.account != administrator.account:
            return principal.name == ORGANIZATION_ROLE
        return principal.kind in _USERS and principal.name == administrator.name


def user_session(user: Principal, issue: Issue) -> Principal:
    """The user with temporary credentials."""
    return user._replace(issue=issue)


def federated_user(
    user: Principal, name: str, policies: tuple[str, ...], issue: Issue
) -> Principal:
    """The guest for whom a user vouches."""
    arn = f"arn:aws:sts::{user.account}:federated-user/{name}"
    user_id = f"{user.account}:{name}"
    return Principal("federated", arn, user.account, user.name, user_id, None, policies, issue)


def role_session(
    role_arn: str,
    session_name: str,
    session_policies: tuple[str, ...] | None = None,
    issue: Issue | None = None,
    role_id: str | None = None,
) -> Principal:
    """The principal that a role is while somebody has assumed it."""
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    return Principal(
        "role",
        f"arn:aws:sts::{account}:assumed-role/{name}/{session_name}",
        account,
        name,
        f"{role_id or name}:{session_name}",
        role_arn,
        session_policies,
        issue,
    )


def _readable(text: str) -> Policy | None:
    """A policy that moto let in but nobody can read counts for nothing."""
    try:
        return parse_policy(text)
    except MalformedPolicy:
        return None
