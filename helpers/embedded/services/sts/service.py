"""STS in an embedded account."""

from __future__ import annotations

from typing import Any

from moto.core.request import Request

from helpers.embedded.moto_seams.services import MotoService
from helpers.embedded.services.iam.directory import Directory
from helpers.embedded.services.parts import Parts
from helpers.embedded.services.sts.api import StsApi
from helpers.embedded.services.sts.authorization import StsAuthorization
from helpers.embedded.services.sts.members import MEMBERS


class StsService(MotoService):
    """Temporary credentials of roles and users."""

    name = "sts"
    members = MEMBERS

    def __init__(self, parts: Parts) -> None:
        self._access = parts.access
        self._clock = parts.simulation.clock
        parts.access.learn(self.name, StsAuthorization())
        parts.access.identities.people = Directory()

    def respond(self, request: Request, url: str, headers: Any) -> Any:
        return StsApi(self._access, self._clock).answer(request, url, headers)


connect = StsService
