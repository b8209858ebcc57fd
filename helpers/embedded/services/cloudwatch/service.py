"""CloudWatch in an embedded account, put together when it is used first."""

from __future__ import annotations

from helpers.embedded.moto_seams.services import MotoServices
from helpers.embedded.services.cloudwatch import api as cloudwatch
from helpers.embedded.services.cloudwatch.alarms.watch import AlarmWatch, Publish
from helpers.embedded.services.cloudwatch.published.telemetry import Telemetry
from helpers.embedded.time.simulation import Simulation


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
