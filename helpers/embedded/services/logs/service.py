"""CloudWatch Logs in an embedded account, put together when it is used first."""

from __future__ import annotations

from helpers.embedded.moto_seams.services import MotoServices
from helpers.embedded.services.cloudwatch.published.telemetry import Telemetry
from helpers.embedded.services.logs import backend
from helpers.embedded.services.logs.api import LogsApi
from helpers.embedded.time.clock import Clock


class LogSearch:
    """CloudWatch Logs' place in the account."""

    def __init__(self, telemetry: Telemetry, services: MotoServices, clock: Clock) -> None:
        backend.install(telemetry.logs, clock)
        services.handlers["logs"] = LogsApi.dispatch

    def close(self) -> None:
        backend.uninstall()
