"""IAM in an embedded account."""

from __future__ import annotations

from typing import Any

from moto.core.request import Request

from helpers.embedded.moto_seams.services import MotoService
from helpers.embedded.services.iam.api import IamApi
from helpers.embedded.services.iam.authorization import IamAuthorization
from helpers.embedded.services.iam.directory import Directory
from helpers.embedded.services.iam.managed_policies import load_aws_managed_policies
from helpers.embedded.services.iam.members import MEMBERS
from helpers.embedded.services.parts import Parts


class IamService(MotoService):
    """moto's users, roles and policies, with those that AWS manages."""

    name = "iam"
    members = MEMBERS

    def __init__(self, parts: Parts) -> None:
        self._access = parts.access
        parts.access.learn(self.name, IamAuthorization(parts.access))
        parts.access.identities.people = Directory()
        load_aws_managed_policies(parts.settings.account_id)

    def respond(self, request: Request, url: str, headers: Any) -> Any:
        return IamApi(self._access).answer(request, url, headers)


connect = IamService
