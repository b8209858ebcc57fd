"""The part of the KMS API that gives grants, shows them and takes them away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from helpers.embedded.services.kms.errors import KmsException, invalid_request, not_found
from helpers.embedded.services.kms.grants import (
    Grant,
    check_grant,
    check_id,
    grant_by_token,
    grants_of_region,
)
from helpers.embedded.services.kms.key import Key
from helpers.embedded.services.kms.key_requests import KmsRequest, as_json

_TOKEN_BYTES = 96


class GrantsApi(KmsRequest):
    """Grants of all keys. Who may retire one is decided before, as every permission is."""

    def create_grant(self) -> str:
        """With a name, the same request twice means the same grant (API CreateGrant)."""
        constraints = self._get_param("Constraints", {})
        operations = tuple(self._get_param("Operations", ()))
        check_grant(self.key, operations, constraints)
        service = self.kms_backend.service
        grantee, retiring = (
            self._get_param("GranteePrincipal"),
            self._get_param("RetiringPrincipal"),
        )
        for principal in (grantee, retiring):
            if principal is not None and not service.is_principal(principal):
                raise KmsException(
                    "InvalidArnException", f"ARN does not refer to a valid principal: {principal}"
                )
        wanted = Grant(
            service.random.randbytes(32).hex(),
            self.key.arn,
            self._get_param("Name"),
            grantee,
            retiring,
            operations,
            {kind: context for kind, context in constraints.items() if context},
            self.current_account,
            service.clock.now(),
        )
        grant = _same(self.key, wanted) or wanted
        token = service.random.randbytes(_TOKEN_BYTES).hex()
        grant.tokens.add(token)
        self.key.grants[grant.id] = grant
        return as_json(GrantId=grant.id, GrantToken=token)

    def list_grants(self) -> str:
        """Of the key, and of one grantee if the request names one."""
        identity, grantee = self._get_param("GrantId"), self._get_param("GranteePrincipal")
        if identity is not None:
            check_id(identity)
        return _listed(
            grant
            for grant in self.key.grants.values()
            if identity in (None, grant.id) and grantee in (None, grant.grantee_principal)
        )

    def list_retirable_grants(self) -> str:
        """Of all accounts, those that the principal is named to retire."""
        retiring = self._get_param("RetiringPrincipal")
        return _listed(
            grant
            for _, grant in grants_of_region(self.region)
            if grant.retiring_principal == retiring
        )

    def revoke_grant(self) -> str:
        self._take_away(self.key, self._get_param("GrantId", ""))
        return as_json()

    def retire_grant(self) -> str:
        """By its token, or by its id and its key."""
        if (token := self._get_param("GrantToken")) is None:
            if "KeyId" not in self.keys or self._get_param("GrantId") is None:
                raise invalid_request("Either a grant token, or a grant ID and a key ID is needed.")
            self._take_away(self.key, self._get_param("GrantId"))
            return as_json()
        key, grant = grant_by_token(self.region, token)
        del key.grants[grant.id]
        return as_json()

    def _take_away(self, key: Key, identity: str) -> None:
        check_id(identity)
        if key.grants.pop(identity, None) is None:
            raise not_found(f"Grant ID {identity} not found")


def _same(key: Key, wanted: Grant) -> Grant | None:
    """The grant that the same request has made before."""
    if wanted.name is None:
        return None
    return next((grant for grant in key.grants.values() if _terms(grant) == _terms(wanted)), None)


def _terms(grant: Grant) -> tuple[Any, ...]:
    return (
        grant.name,
        grant.grantee_principal,
        grant.retiring_principal,
        set(grant.operations),
        grant.constraints,
    )


def _listed(grants: Iterator[Grant]) -> str:
    return as_json(Grants=[grant.to_json() for grant in grants], Truncated=False)
