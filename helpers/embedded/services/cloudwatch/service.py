"""CloudWatch in an embedded account: its metrics, alarms and dashboards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.request import Request

from helpers.embedded.moto_seams.backends import ReplacedBackend
from helpers.embedded.moto_seams.services import MotoService
from helpers.embedded.services.cloudwatch.alarms.watch import AlarmWatch
from helpers.embedded.services.cloudwatch.api import CloudWatchApi
from helpers.embedded.services.cloudwatch.authorization import CloudWatchAuthorization
from helpers.embedded.services.cloudwatch.backend import CloudWatchBackend
from helpers.embedded.services.cloudwatch.members import MEMBERS
from helpers.embedded.services.parts import Parts

if TYPE_CHECKING:
    from helpers.embedded.services.sns.service import SnsService


class CloudWatchService(MotoService):
    """What the account publishes, and the alarms that watch it."""

    name = "cloudwatch"
    members = MEMBERS

    def __init__(self, parts: Parts) -> None:
        parts.access.learn(self.name, CloudWatchAuthorization())
        self.telemetry = parts.telemetry
        self.watch = AlarmWatch(parts.telemetry, parts.simulation, self._publish)
        self._load = parts.load
        self._replaced = ReplacedBackend(cloudwatch_backends, CloudWatchBackend, self)

    def close(self) -> None:
        self._replaced.restore()

    def respond(self, request: Request, url: str, headers: Any) -> Any:
        return CloudWatchApi.dispatch(request, url, headers)

    def _publish(self, topic_arn: str, message: str, subject: str) -> bool:
        """How alarms reach SNS topics; False: there is no such topic."""
        topics: SnsService = self._load("sns")  # type: ignore[assignment]
        return topics.publish(topic_arn, message, subject)


connect = CloudWatchService
