"""Users, roles and sessions as moto keeps them: whom access finds when it asks who somebody is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from helpers.embedded.door.access.identities import Credential, People, role_session
from helpers.embedded.door.access.principals import Principal


class Directory(People):
    """What IAM and STS know, in all accounts."""

    def session_with(self, access_key_id: str) -> Credential | None:
        for account in list(sts_backends):
            assumed = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key_id)
            if assumed is not None:
                principal = getattr(assumed, "principal", None) or role_session(
                    assumed.role_arn,
                    assumed.session_name,
                    role_id=self.role_id(assumed.role_arn),
                )
                return Credential(
                    principal,
                    assumed.secret_access_key,
                    assumed.session_token,
                    assumed.expiration,
                )
        return None

    def user_with(self, access_key_id: str) -> Credential | None:
        for account in list(iam_backends):
            for user in iam_backends[account]["aws"].users.values():
                for key in user.access_keys:
                    if key.access_key_id == access_key_id:
                        if key.status != "Active":
                            return None
                        principal = Principal("user", user.arn, account, user.name, user.id)
                        return Credential(principal, key.secret_access_key)
        return None

    def has(self, arn: str) -> bool:
        return entity_at(arn) is not None

    def has_role_named(self, account: str, name: str) -> bool:
        return any(role.name == name for role in iam_backends[account]["aws"].roles.values())

    def role_id(self, role_arn: str) -> str | None:
        role = role_at(role_arn)
        return str(role.id) if role else None

    def documents(self, principal: Principal) -> list[tuple[str, str]] | None:
        entity = _entity_of(principal)
        return None if entity is None else list(_documents(entity, principal))

    def boundary(self, principal: Principal) -> tuple[str, str | None] | None:
        entity = _entity_of(principal)
        arn = getattr(entity, "permissions_boundary_arn", None)
        return (arn, document_of_managed(arn, principal.account)) if arn else None

    def tags(self, principal: Principal) -> Mapping[str, str]:
        return tags_of_entity(_entity_of(principal))


def role_at(arn: str) -> Any | None:
    """moto's role with that ARN."""
    roles = iam_backends[arn.split(":")[4]]["aws"].roles.values()
    return next((role for role in roles if role.arn == arn), None)


def entity_at(arn: str) -> Any | None:
    """moto's user or role with that ARN."""
    if ":role/" in arn:
        return role_at(arn)
    users = iam_backends[arn.split(":")[4]]["aws"].users.values() if ":user/" in arn else ()
    return next((user for user in users if user.arn == arn), None)


def trust_of(role_arn: str) -> str:
    """The role's trust policy; without the role, one that trusts nobody."""
    role = role_at(role_arn)
    text = role.assume_role_policy_document if role else None
    return text if isinstance(text, str) else json.dumps(text or {"Statement": []})


def tags_of_entity(entity: Any | None) -> Mapping[str, str]:
    """Of moto's user or role."""
    return {tag["Key"]: tag["Value"] for tag in (entity.tags if entity is not None else None) or ()}


def boundary_of(arn: str) -> str | None:
    """The ARN of the permissions boundary of the user or role with that ARN."""
    return getattr(entity_at(arn), "permissions_boundary_arn", None) or None


def document_of_managed(arn: str, account: str) -> str | None:
    """A managed policy; None: there is none with that ARN."""
    managed = iam_backends[account]["aws"].managed_policies.get(arn)
    return _default_version(managed) if managed else None


def _entity_of(principal: Principal) -> Any | None:
    """moto's user or role behind a principal."""
    if principal.role_arn:
        return role_at(principal.role_arn)
    return iam_backends[principal.account]["aws"].users.get(principal.name)


def _documents(entity: Any, principal: Principal) -> Iterator[tuple[str, str]]:
    holders = [entity]
    if principal.kind in ("user", "federated"):
        groups = iam_backends[principal.account]["aws"].groups.values()
        holders += [group for group in groups if entity in group.users]
    for holder in holders:
        yield from holder.policies.items()
        for managed in holder.managed_policies.values():
            yield managed.arn, _default_version(managed)


def _default_version(managed: Any) -> str:
    version = next(
        (each for each in managed.versions if each.version_id == managed.default_version_id), None
    )
    return str(version.document) if version else "{}"
