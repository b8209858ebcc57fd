"""What is kept of CloudWatch in one Region: moto's dashboards, our metrics and alarms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from moto.cloudwatch import models

from helpers.embedded.services.cloudwatch.alarms.alarm import Alarm
from helpers.embedded.services.cloudwatch.data_checks import check_data
from helpers.embedded.services.cloudwatch.published.samples import Samples
from helpers.embedded.services.cloudwatch.published.series import MINUTE, Metric
from helpers.embedded.services.cloudwatch.published.telemetry import Telemetry

if TYPE_CHECKING:
    from helpers.embedded.services.cloudwatch.service import CloudWatchService


class CloudWatchBackend(models.CloudWatchBackend):
    """moto's state of one Region, with the account's telemetry and with alarms that are watched."""

    service: ClassVar[CloudWatchService]
    listed: tuple[dict[str, Any], list[Metric]] | None = None
    """What ListMetrics was asked for last, and what its later pages are cut from."""

    @property
    def telemetry(self) -> Telemetry:
        return self.service.telemetry

    @property  # type: ignore[override]
    def alarms(self) -> dict[str, Alarm]:
        """By name. moto's tags look here."""
        return {alarm.name: alarm for alarm in self.service.watch.alarms(self.region_name)}

    @alarms.setter
    def alarms(self, empty: object) -> None:
        """moto would begin with none."""

    def put_metric_data(self, namespace: str, metric_data: list[dict[str, Any]]) -> None:
        now = self.telemetry.clock.now()
        data = [datum | {"Timestamp": _aware(datum.get("Timestamp"))} for datum in metric_data]
        check_data(data, now)
        for datum in data:
            self.telemetry.custom.put(
                self.region_name,
                Metric.of(namespace, datum["MetricName"], datum.get("Dimensions")),
                int((datum["Timestamp"] or now).timestamp()),
                _samples(datum),
                datum.get("Unit"),
                int(datum.get("StorageResolution") or MINUTE),
            )


def _aware(moment: datetime | None) -> datetime | None:
    """moto hands over naive moments in UTC."""
    return moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _samples(datum: Mapping[str, Any]) -> Samples:
    samples = Samples()
    if values := datum.get("Values"):
        for value, count in zip(values, datum.get("Counts") or [1] * len(values), strict=True):
            samples.add(float(value), float(count))
    elif statistics := datum.get("StatisticValues"):
        samples.add_set(
            *(float(statistics[name]) for name in ("SampleCount", "Sum", "Minimum", "Maximum"))
        )
    else:
        samples.add(float(datum["Value"]))
    return samples
