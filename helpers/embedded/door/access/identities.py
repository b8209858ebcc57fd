"""The account's users and role sessions: their secrets, and the policies that are theirs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from helpers.embedded.door.access.documents import MalformedPolicy, Policy, parse_policy
from helpers.embedded.door.access.evaluation import Kind, Policies, Source
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


class Identities:
    """Looks principals up in moto's IAM and STS, and remembers them until IAM changes."""

    def __init__(self, account_id: str) -> None:
        self.administrator = Principal(
            "user",
            f"arn:aws:iam::{account_id}:user/administrator",
            account_id,
            "administrator",
            "AIDAEMBEDDEDLABADMIN0",
        )
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
            if session := _find_session(access_key_id):
                known = self._sessions[access_key_id] = session
            elif user := _find_user(access_key_id):
                known = self._credentials[access_key_id] = user
        return known

    def exists(self, arn: str) -> bool:
        """Whether there is a user, a role or a session of a role with that ARN."""
        from moto.iam.models import iam_backends

        parts = arn.split(":", 5)
        if arn == self.administrator.arn:
            return True
        if len(parts) != 6 or not parts[4].isdigit():
            return False
        kind, _, path = parts[5].partition("/")
        if kind == "user":
            users = iam_backends[parts[4]]["aws"].users.values()
            return any(user.arn == arn for user in users)
        if kind == "assumed-role":
            name = path.partition("/")[0]
            roles = iam_backends[parts[4]]["aws"].roles.values()
            return name == ORGANIZATION_ROLE or any(role.name == name for role in roles)
        if kind == "role":
            return path == ORGANIZATION_ROLE or find_role(arn) is not None
        return kind == "federated-user"

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
        entity = find_entity(principal)
        if entity is None:
            return Policies()
        identity = tuple(
            Source(Kind.IDENTITY, name, policy)
            for name, text in _documents(entity, principal)
            if (policy := _readable(text))
        )
        boundary = _boundary(entity, principal.account)
        return Policies(identity, boundary, session)

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
) -> Principal:
    """The principal that a role is while somebody has assumed it."""
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    role = find_role(role_arn)
    return Principal(
        "role",
        f"arn:aws:sts::{account}:assumed-role/{name}/{session_name}",
        account,
        name,
        f"{role.id if role else name}:{session_name}",
        role_arn,
        session_policies,
        issue,
    )


def find_role(arn: str) -> Any | None:
    """moto's role with that ARN."""
    from moto.iam.models import iam_backends

    roles = iam_backends[arn.split(":")[4]]["aws"].roles.values()
    return next((role for role in roles if role.arn == arn), None)


def find_entity(principal: Principal) -> Any | None:
    """moto's user or role behind a principal."""
    from moto.iam.models import iam_backends

    if principal.role_arn:
        return find_role(principal.role_arn)
    return iam_backends[principal.account]["aws"].users.get(principal.name)


def find_entity_by_arn(arn: str) -> Any | None:
    """moto's user or role with that ARN."""
    from moto.iam.models import iam_backends

    if ":role/" in arn:
        return find_role(arn)
    users = iam_backends[arn.split(":")[4]]["aws"].users.values() if ":user/" in arn else ()
    return next((user for user in users if user.arn == arn), None)


def _find_session(access_key_id: str) -> Credential | None:
    from moto.sts.models import sts_backends

    for account in list(sts_backends):
        assumed = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key_id)
        if assumed is not None:
            principal = getattr(assumed, "principal", None)
            return Credential(
                principal or role_session(assumed.role_arn, assumed.session_name),
                assumed.secret_access_key,
                assumed.session_token,
                assumed.expiration,
            )
    return None


def _find_user(access_key_id: str) -> Credential | None:
    from moto.iam.models import iam_backends

    for account in list(iam_backends):
        for user in iam_backends[account]["aws"].users.values():
            for key in user.access_keys:
                if key.access_key_id == access_key_id:
                    if key.status != "Active":
                        return None
                    principal = Principal("user", user.arn, account, user.name, user.id)
                    return Credential(principal, key.secret_access_key)
    return None


def _documents(entity: Any, principal: Principal) -> Iterator[tuple[str, str]]:
    """Name and text of every identity policy: inline, attached, and those of groups."""
    from moto.iam.models import iam_backends

    holders = [entity]
    if principal.kind in _USERS:
        groups = iam_backends[principal.account]["aws"].groups.values()
        holders += [group for group in groups if entity in group.users]
    for holder in holders:
        yield from holder.policies.items()
        for managed in holder.managed_policies.values():
            yield managed.arn, _default_version(managed)


def _boundary(entity: Any, account: str) -> Source | None:
    from moto.iam.models import iam_backends

    arn = getattr(entity, "permissions_boundary_arn", None)
    if not arn:
        return None
    managed = iam_backends[account]["aws"].managed_policies.get(arn)
    # A boundary that has been deleted allows nothing.
    policy = (_readable(_default_version(managed)) if managed else None) or Policy([])
    return Source(Kind.BOUNDARY, arn, policy)


def document_of_managed(arn: str, account: str) -> str | None:
    """A managed policy; None: there is none with that ARN."""
    from moto.iam.models import iam_backends

    managed = iam_backends[account]["aws"].managed_policies.get(arn)
    return _default_version(managed) if managed else None


def _default_version(managed: Any) -> str:
    version = next(
        (each for each in managed.versions if each.version_id == managed.default_version_id), None
    )
    return str(version.document) if version else "{}"


def _readable(text: str) -> Policy | None:
    """A policy that moto let in but nobody can read counts for nothing."""
    try:
        return parse_policy(text)
    except MalformedPolicy:
        return None
