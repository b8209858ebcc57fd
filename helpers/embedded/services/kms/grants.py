"""Grants: what one principal may do with one key, without a policy that says so.

https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.kms.models import kms_backends

from helpers.embedded.services.kms import specs
from helpers.embedded.services.kms.backend import backend_of
from helpers.embedded.services.kms.errors import KmsException, invalid_request, not_one_of
from helpers.embedded.services.kms.key import Key

_OF_ANY_KEY = ("CreateGrant", "DescribeKey", "RetireGrant")
_OF_PAIRS = {
    specs.ENCRYPT: ("Decrypt", "Encrypt", "GetPublicKey", "ReEncryptFrom", "ReEncryptTo"),
    specs.SIGN: ("GetPublicKey", "Sign", "Verify"),
    specs.MAC: ("GenerateMac", "VerifyMac"),
}
_IN_A_CONTEXT = (
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
)
"""Operations of a symmetric key; a constraint on the encryption context limits these alone."""

OPERATIONS = tuple(dict.fromkeys((*_IN_A_CONTEXT, *sum(_OF_PAIRS.values(), ()), *_OF_ANY_KEY)))
_ID = re.compile(r"[0-9a-f]{64}")

Constraints = Mapping[str, Mapping[str, str]]
"""EncryptionContextSubset or EncryptionContextEquals, and the encryption context that it needs."""


@dataclass(frozen=True)
class Grant:
    """One grant of one key."""

    id: str
    key_arn: str
    name: str | None
    grantee_principal: str
    retiring_principal: str | None
    operations: tuple[str, ...]
    constraints: Constraints
    issuing_account: str
    created_at: datetime
    tokens: set[str] = field(default_factory=set)
    """Every CreateGrant that meant this grant has got one of its own."""

    def is_of(self, principals: Collection[str]) -> bool:
        return self.grantee_principal in principals

    def allows(self, operation: str, context: Mapping[str, str]) -> bool:
        """Whether the grantee may do this, in the encryption context of the request."""
        if operation not in self.operations:
            return False
        return operation not in _IN_A_CONTEXT or is_met(self.constraints, context)

    def may_be_retired_by(self, principals: Collection[str]) -> bool:
        """KMS guide, grant-delete: by who is named for it, or the grantee if it may."""
        by_grantee = "RetireGrant" in self.operations and self.is_of(principals)
        return by_grantee or self.retiring_principal in principals

    def may_pass_on(self, operations: Collection[str], constraints: Constraints) -> bool:
        """KMS guide, create-grant-overview: no more than it allows itself, and no less limited."""
        if "CreateGrant" not in self.operations or not set(operations) <= set(self.operations):
            return False
        if equal := self.constraints.get("EncryptionContextEquals"):
            return constraints.get("EncryptionContextEquals") == equal
        context = next(iter(constraints.values()), {})
        return is_met(self.constraints, context)

    def to_json(self) -> dict[str, Any]:
        """As ListGrants shows it."""
        shown = {
            "KeyId": self.key_arn,
            "GrantId": self.id,
            "Name": self.name,
            "CreationDate": self.created_at.timestamp(),
            "GranteePrincipal": self.grantee_principal,
            "RetiringPrincipal": self.retiring_principal,
            "IssuingAccount": f"arn:aws:iam::{self.issuing_account}:root",
            "Operations": self.operations,
            "Constraints": self.constraints,
        }
        return {name: value for name, value in shown.items() if value}


def grants_of_region(region: str) -> Iterator[tuple[Key, Grant]]:
    """Every grant, and its key, whichever account owns it."""
    for account in list(kms_backends):
        for key in list(backend_of(kms_backends, account, region).keys.values()):
            for grant in list(key.grants.values()):
                yield key, grant


def grant_by_token(region: str, token: str) -> tuple[Key, Grant]:
    """The grant, and its key.

    Raises:
        KmsException: InvalidGrantTokenException.
    """
    for key, grant in grants_of_region(region):
        if token in grant.tokens:
            return key, grant
    raise KmsException("InvalidGrantTokenException", "The grant token is not valid.")


def is_met(constraints: Constraints, context: Mapping[str, str]) -> bool:
    """Whether the encryption context is what the grant was limited to, letter for letter."""
    if equal := constraints.get("EncryptionContextEquals"):
        return equal == context
    return (constraints.get("EncryptionContextSubset") or {}).items() <= context.items()


def check_grant(key: Key, operations: Collection[str], constraints: Constraints) -> None:
    """Refuse what no grant of the key can have (API CreateGrant).

    Raises:
        KmsException: ValidationException.
    """
    for operation in operations:
        if operation not in OPERATIONS:
            raise not_one_of(f"[{', '.join(operations)}]", "operations", OPERATIONS)
    if not operations:
        raise invalid_request(
            "1 validation error detected: Value '[]' at 'operations' failed to satisfy "
            "constraint: Member must have length greater than or equal to 1"
        )
    if set(operations) == {"CreateGrant"}:
        raise invalid_request("Grants must not contain only the CreateGrant operation.")
    possible = {*_OF_ANY_KEY, *(_IN_A_CONTEXT if key.is_symmetric else _OF_PAIRS[key.key_usage])}
    if impossible := sorted(set(operations) - possible):
        raise invalid_request(
            f"A grant of a key with key spec {key.key_spec} and key usage {key.key_usage} "
            f"cannot include: {', '.join(impossible)}."
        )
    if len([kind for kind in constraints if constraints[kind]]) > 1:
        raise invalid_request("More than one constraint supplied")
    if any(constraints.values()) and not key.is_symmetric:
        raise invalid_request(
            "Grant constraints are only supported for symmetric encryption KMS keys."
        )


def check_id(identity: str) -> None:
    if not _ID.fullmatch(identity):
        raise KmsException("InvalidGrantIdException", f"Invalid grant ID {identity}")
