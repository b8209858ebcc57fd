"""CloudFormation in an embedded account. Nothing of it is moto's."""

from __future__ import annotations

from helpers.embedded.service import Call, Service
from helpers.embedded.services.cloudformation.api import CloudFormationApi
from helpers.embedded.services.cloudformation.authorization import CloudFormationAuthorization
from helpers.embedded.services.cloudformation.members import MEMBERS
from helpers.embedded.services.cloudformation.stack_state import Stack
from helpers.embedded.services.parts import Parts
from helpers.embedded.wire import ApiResponse


class CloudFormationService(Service):
    """All stacks of an account."""

    name = "cloudformation"
    members = MEMBERS

    def __init__(self, parts: Parts) -> None:
        parts.access.learn(self.name, CloudFormationAuthorization())
        self.access = parts.access
        self.clock = parts.simulation.clock
        self.send = parts.gateway.answer_at_once
        """Answers requests as the account's front door does."""
        self.known: dict[str, Stack] = {}
        """By their ids."""

    def answer(self, call: Call) -> ApiResponse:
        return CloudFormationApi(self, call).answer()


connect = CloudFormationService
