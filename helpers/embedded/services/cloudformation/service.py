"""CloudFormation in an embedded account. Nothing of it is moto's."""

from __future__ import annotations

from typing import Any

from moto.core.request import Request

from helpers.embedded.moto_seams.services import MotoService
from helpers.embedded.services.cloudformation.api import CloudFormationApi
from helpers.embedded.services.cloudformation.authorization import CloudFormationAuthorization
from helpers.embedded.services.cloudformation.stack import Stack
from helpers.embedded.services.parts import Parts


class CloudFormationService(MotoService):
    """All stacks of an account."""

    name = "cloudformation"

    def __init__(self, parts: Parts) -> None:
        parts.access.learn(self.name, CloudFormationAuthorization())
        self.access = parts.access
        self.clock = parts.simulation.clock
        self.send = parts.gateway.answer_at_once
        """Answers requests as the account's front door does."""
        self.known: dict[str, Stack] = {}
        """By their ids."""

    def respond(self, request: Request, url: str, headers: Any) -> Any:
        return CloudFormationApi(self).answer(request, url, headers)


connect = CloudFormationService
