"""CloudWatch in an embedded account, put together when it is used first."""

from __future__ import annotations

from helpers.embedded.moto_services import MotoServices
from helpers.embedded.simulation import Simulation
from helpers.embedded.telemetry import cloudwatch
from helpers.embedded.telemetry.alarms.watch import AlarmWatch, Publish
from helpers.embedded.telemetry.telemetry import Telemetry


class Monitoring:
    """CloudWatch's place in the account. `publish` is how alarms reach SNS topics."""

    def __init__(
        self,
        telemetry: Telemetry,
        services: MotoServices,
        simulation: Simulation,
        publish: Publish,
    ) -> None:
        cloudwatch.install(telemetry, AlarmWatch(telemetry, simulation, publish))
        services.handlers["cloudwatch"] = cloudwatch.CloudWatchApi.dispatch

    def close(self) -> None:
        cloudwatch.uninstall()
