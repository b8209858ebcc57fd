"""CloudWatch Logs in an embedded account, put together when it is used first."""

from __future__ import annotations

from helpers.embedded.clock import Clock
from helpers.embedded.moto_services import MotoServices
from helpers.embedded.telemetry.logs import backend
from helpers.embedded.telemetry.logs.api import LogsApi
from helpers.embedded.telemetry.telemetry import Telemetry


class LogSearch:
    """CloudWatch Logs' place in the account."""

    def __init__(self, telemetry: Telemetry, services: MotoServices, clock: Clock) -> None:
        backend.install(telemetry.logs, clock)
        services.handlers["logs"] = LogsApi.dispatch

    def close(self) -> None:
        backend.uninstall()
