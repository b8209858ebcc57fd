"""SNS in an embedded account: all its topics, and what is published to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from moto.core.request import Request
from moto.sns.models import sns_backends

from helpers.embedded.moto_seams.backends import ReplacedBackend
from helpers.embedded.moto_seams.services import MotoService
from helpers.embedded.services.parts import Parts
from helpers.embedded.services.sns.api import SnsApi
from helpers.embedded.services.sns.authorization import SnsAuthorization
from helpers.embedded.services.sns.backend import SnsBackend
from helpers.embedded.services.sns.delivery import Delivery
from helpers.embedded.services.sns.members import MEMBERS
from helpers.embedded.services.sqs.service import SqsService

if TYPE_CHECKING:
    from helpers.embedded.services.lambda_.service import LambdaService


class SnsService(MotoService):
    """All topics of an account, in every Region."""

    name = "sns"
    members = MEMBERS

    def __init__(self, parts: Parts) -> None:
        parts.access.learn(self.name, SnsAuthorization())
        self.clock = parts.simulation.clock
        self._load = parts.load
        self.delivery = Delivery(parts.service(SqsService), parts.access, self._invoke)
        self._replaced = ReplacedBackend(sns_backends, SnsBackend, self)

    def close(self) -> None:
        self._replaced.restore()

    def respond(self, request: Request, url: str, headers: Any) -> Any:
        return SnsApi.dispatch(request, url, headers)

    def publish(
        self,
        topic_arn: str,
        message: str,
        subject: str | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> bool:
        """Publish on behalf of a service; False: there is no such topic.

        `attributes` as MessageAttributes of Publish.
        """
        region, account = topic_arn.split(":")[3:5]
        backend = sns_backends[account][region]
        assert isinstance(backend, SnsBackend)
        if topic_arn not in backend.topics:
            return False
        entry = {"Message": message, "Subject": subject, "MessageAttributes": attributes}
        backend.accept(backend.topics[topic_arn], entry)
        return True

    def _invoke(self, function_arn: str, event: str) -> None:
        """Lambda is there from the first notification to a function on."""
        functions: LambdaService = self._load("awslambda")  # type: ignore[assignment]
        functions.invoke_later(function_arn, event)


connect = SnsService
