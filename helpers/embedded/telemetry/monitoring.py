"""CloudWatch in an embedded account, put together when it is used first."""

from __future__ import annotations

from helpers.embedded.moto_services import MotoServices
from helpers.embedded.telemetry import cloudwatch
from helpers.embedded.telemetry.telemetry import Telemetry


class Monitoring:
    """CloudWatch's place in the account."""

    def __init__(self, telemetry: Telemetry, services: MotoServices) -> None:
        cloudwatch.install(telemetry)
        services.handlers["cloudwatch"] = cloudwatch.CloudWatchApi.dispatch

    def close(self) -> None:
        cloudwatch.uninstall()
