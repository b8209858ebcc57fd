"""What access asks of IAM.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar

from moto.iam.models import iam_backends

from helpers.embedded.door.access.access import Access
from helpers.embedded.door.access.authorization import (
    Arn,
    Authorization,
    KeyValues,
    Place,
    Refusal,
    malformed_policy,
    named_facts,
)
from helpers.embedded.door.access.denials import UNKNOWN_KEY
from helpers.embedded.door.access.policy_checks import (
    Exists,
    check_identity_policy,
    check_trust_policy,
)
from helpers.embedded.door.access.principals import MalformedPolicy
from helpers.embedded.service import Call
from helpers.embedded.services.iam.directory import boundary_of, entity_at, tags_of_entity, trust_of

ABOUT_ONESELF = frozenset(
    {
        "ChangePassword",
        "CreateAccessKey",
        "CreateLoginProfile",
        "DeleteAccessKey",
        "DeleteLoginProfile",
        "GetLoginProfile",
        "GetUser",
        "ListAccessKeys",
        "ListMFADevices",
        "ListSSHPublicKeys",
        "ListServiceSpecificCredentials",
        "ListSigningCertificates",
        "UpdateAccessKey",
        "UpdateLoginProfile",
    }
)
"""Operations of IAM that mean the user who calls where they name none."""

_LISTED = {
    "ListGroups": "group/",
    "ListPolicies": "policy/",
    "ListRoles": "role/",
    "ListUsers": "user/",
}

_ASSUMES = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")
"""What a role's trust policy has a say in."""


def _check_identity_policy(text: str, exists: Exists) -> None:
    check_identity_policy(text)


def _check_managed_policy(text: str, exists: Exists) -> None:
    """A managed policy must name its version; an inline one has the first if it names none."""
    check_identity_policy(text)
    if "Version" not in json.loads(text):
        raise MalformedPolicy("Policy document must be version 2012-10-17 or greater.")


_IDENTITY = Place("PolicyDocument", _check_identity_policy, malformed_policy)
_MANAGED = Place("PolicyDocument", _check_managed_policy, malformed_policy)
_TRUST = Place("AssumeRolePolicyDocument", check_trust_policy, malformed_policy)


class IamAuthorization(Authorization):
    """Users, roles and policies, as policies name them."""

    prefix = "iam"
    tag_actions: ClassVar[Mapping[str, str]] = {
        "CreatePolicy": "iam:TagPolicy",
        "CreateRole": "iam:TagRole",
        "CreateUser": "iam:TagUser",
    }
    places: ClassVar[Mapping[str, Place]] = {
        "CreatePolicy": _MANAGED,
        "CreatePolicyVersion": _MANAGED,
        "CreateRole": _TRUST,
        "PutGroupPolicy": _IDENTITY,
        "PutRolePolicy": _IDENTITY,
        "PutUserPolicy": _IDENTITY,
        "UpdateAssumeRolePolicy": _TRUST._replace(parameter="PolicyDocument"),
    }

    def __init__(self, access: Access) -> None:
        self._access = access

    def violation(self, call: Call) -> Refusal | None:
        """STS API GetSessionToken: no operation of IAM without MFA."""
        return UNKNOWN_KEY if call.caller and call.caller.is_user_session else None

    def resources(self, call: Call) -> list[str]:
        """The role, user, group or policy that the call is about."""
        backend, operation = iam_backends[call.account]["aws"], call.operation or ""
        if name := call.first("RoleName"):
            role = next((each for each in backend.roles.values() if each.name == name), None)
            return [role.arn if role else _arn(call, "role", name)]
        own = call.user if operation in ABOUT_ONESELF else None
        if name := call.first("UserName") or own:
            user = backend.users.get(name)
            return [user.arn if user else _arn(call, "user", name)]
        if name := call.first("GroupName"):
            return [_arn(call, "group", name)]
        if arn := call.first("PolicyArn", "PolicySourceArn"):
            return [arn]
        if name := call.first("PolicyName"):
            return [_arn(call, "policy", name)]
        if listed := _LISTED.get(operation):
            return [f"arn:aws:iam::{call.account}:{listed}"]
        return []

    def facts_of(self, call: Call) -> KeyValues:
        if (call.operation or "").startswith(("Attach", "Detach")):
            yield from named_facts(call, {"iam:policyarn": "PolicyArn"})
        yield from named_facts(call, {"iam:permissionsboundary": "PermissionsBoundary"})

    def answered(self, call: Call) -> None:
        if not (call.operation or "").startswith(("Get", "List", "Describe", "Simulate")):
            self._access.forget()

    # Users and roles

    def policy(self, arn: Arn, action: str) -> str | None:
        """A role's trust policy; without the role, one that trusts nobody."""
        return trust_of(arn.text) if action in _ASSUMES else None

    def must_allow(self, arn: Arn, action: str) -> bool:
        return action in _ASSUMES

    def tags(self, arn: Arn) -> Mapping[str, str]:
        return tags_of_entity(entity_at(arn.text))

    def facts_at(self, arn: Arn, principal: object) -> KeyValues:
        for key, value in self.tags(arn).items():
            yield f"iam:resourcetag/{key.lower()}", (value,)
        if boundary := boundary_of(arn.text):
            yield "iam:permissionsboundary", (boundary,)


def _arn(call: Call, kind: str, name: str) -> str:
    """Of what is there, or will be: a new one has the path that the call names."""
    path = call.first("Path") or "/"
    return f"arn:aws:iam::{call.account}:{kind}{path}{name}"
