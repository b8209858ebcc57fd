"""What access asks of STS.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from helpers.embedded.door.access.authorization import (
    Authorization,
    KeyValues,
    Place,
    Refusal,
    Want,
    malformed_policy,
    named_facts,
)
from helpers.embedded.door.access.policy_checks import Exists, check_identity_policy
from helpers.embedded.service import Call
from helpers.embedded.services.sts import session_rules


def _check_session_policy(text: str, exists: Exists) -> None:
    check_identity_policy(text)


class StsAuthorization(Authorization):
    """Roles to be assumed and guests to be federated, as policies name them."""

    prefix = "sts"
    tag_actions: ClassVar[Mapping[str, str]] = {
        "AssumeRole": "sts:TagSession",
        "GetFederationToken": "sts:TagSession",
    }
    places: ClassVar[Mapping[str, Place]] = {
        operation: Place("Policy", _check_session_policy, malformed_policy)
        for operation in ("AssumeRole", "GetFederationToken")
    }
    free = frozenset({"GetCallerIdentity", "GetSessionToken"})
    """STS API reference."""
    binds_administrator = True

    def violation(self, call: Call) -> Refusal | None:
        return session_rules.violation(call, call.caller) if call.caller else None

    def particular(self, call: Call) -> Iterator[Want]:
        yield from super().particular(call)
        if call.operation == "AssumeRole" and call.first("SourceIdentity"):
            role = call.first("RoleArn") or "*"
            yield Want("sts:SetSourceIdentity", role, self.given(call))

    def resources(self, call: Call) -> list[str]:
        """The role to be assumed, or the guest to be."""
        if role := call.first("RoleArn"):
            return [role]
        guest = call.first("Name")
        return [f"arn:aws:sts::{call.account}:federated-user/{guest}"] if guest else []

    def facts_of(self, call: Call) -> KeyValues:
        keys = {
            "sts:externalid": "ExternalId",
            "sts:rolesessionname": "RoleSessionName",
            "sts:sourceidentity": "SourceIdentity",
        }
        yield from named_facts(call, keys)
        if transitive := call.texts("TransitiveTagKeys"):
            yield "sts:transitivetagkeys", transitive
