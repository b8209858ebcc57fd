"""CloudWatch Logs in an embedded account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.request import Request
from moto.logs.models import LogEvent, logs_backends

from helpers.embedded.moto_seams.backends import ReplacedBackend
from helpers.embedded.moto_seams.services import MotoService
from helpers.embedded.services.logs.api import LogsApi
from helpers.embedded.services.logs.authorization import LogsAuthorization
from helpers.embedded.services.logs.backend import LogsBackend
from helpers.embedded.services.logs.log_metrics import LogMetrics
from helpers.embedded.services.logs.members import MEMBERS
from helpers.embedded.services.parts import Parts


class LogsService(MotoService):
    """All log groups of an account."""

    name = "logs"
    members = MEMBERS

    def __init__(self, parts: Parts) -> None:
        parts.access.learn(self.name, LogsAuthorization())
        self.clock = parts.simulation.clock
        self.metrics = LogMetrics(parts.telemetry.custom)
        self.bring_in: Callable[[], None] = _nothing
        """Called before anything is looked up: functions hand over then what they have logged."""
        LogEvent._event_id = 0  # ids repeat from lab to lab
        self._replaced = ReplacedBackend(logs_backends, LogsBackend, self)

    def settle(self) -> None:
        self.bring_in()

    def close(self) -> None:
        self._replaced.restore()

    def respond(self, request: Request, url: str, headers: Any) -> Any:
        return LogsApi.dispatch(request, url, headers)


def _nothing() -> None:
    """Nobody has logged anything."""


connect = LogsService
