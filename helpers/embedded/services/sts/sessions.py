"""Temporary credentials: kept among moto's own, so that they end with the account."""

from __future__ import annotations

from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import AssumedRole, sts_backends

from helpers.embedded.door.access.principals import Principal


class Session(AssumedRole):
    """Credentials of a role's session, of a user's or of a federated user.

    Args:
        seconds: how long they open something.
    """

    def __init__(self, principal: Principal, seconds: int) -> None:
        key = iam_backends[principal.account]["aws"].create_temp_access_key()
        key.role_arn = principal.role_arn
        name = principal.arn.rpartition("/")[2]
        role = principal.role_arn or ""
        super().__init__(principal.account, "us-east-1", key, name, role, "", seconds, "")
        self.principal = principal
        sts_backends[principal.account]["aws"].assumed_roles.append(self)

    def credentials(self) -> dict[str, Any]:
        """As STS shows them."""
        return {
            "AccessKeyId": self.access_key_id,
            "SecretAccessKey": self.secret_access_key,
            "SessionToken": self.session_token,
            "Expiration": self.expiration,
        }
