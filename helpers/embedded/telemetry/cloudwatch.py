"""CloudWatch as this account answers it: moto's dashboards and tags, our metrics and alarms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from moto.core.responses import ActionResult
from moto.moto_api._internal import mock_random

from helpers.embedded.moto_seams import replace_backend, restore_backend
from helpers.embedded.telemetry.alarms.api import AlarmApi, AlarmBackend
from helpers.embedded.telemetry.alarms.watch import AlarmWatch
from helpers.embedded.telemetry.queries import Queries
from helpers.embedded.telemetry.samples import Samples
from helpers.embedded.telemetry.series import MINUTE, Metric
from helpers.embedded.telemetry.telemetry import Telemetry

_MOST_LISTED = 500


class Backend(AlarmBackend):
    """moto's state of one Region, with metrics that come from the account's telemetry."""

    telemetry: ClassVar[Telemetry]

    def put_metric_data(self, namespace: str, metric_data: list[dict[str, Any]]) -> None:
        for number, datum in enumerate(metric_data, start=1):
            self._validate_parameters_put_metric_data(datum, number)
        for datum in metric_data:
            self.telemetry.custom.put(
                self.region_name,
                Metric.of(namespace, datum["MetricName"], datum.get("Dimensions")),
                self._second(datum.get("Timestamp")),
                _samples(datum),
                datum.get("Unit"),
                int(datum.get("StorageResolution") or MINUTE),
            )

    def _second(self, timestamp: datetime | None) -> int:
        if timestamp is None:
            return int(self.telemetry.clock.unix())
        return int(timestamp.replace(tzinfo=timestamp.tzinfo or UTC).timestamp())


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
        samples.add(float(datum.get("Value", 0)))
    return samples


class CloudWatchApi(AlarmApi):
    """One request to CloudWatch. What moto answers rightly is left to moto."""

    @property
    def cloudwatch_backend(self) -> Backend:
        backend = cloudwatch_backends[self.current_account][self.region]
        assert isinstance(backend, Backend)
        return backend

    @property
    def _queries(self) -> Queries:
        return Queries(self.cloudwatch_backend.telemetry, self.region)

    def get_metric_data(self) -> ActionResult:
        given = self._get_params()
        results = self._queries.metric_data(
            given.get("MetricDataQueries") or [],
            given["StartTime"],
            given["EndTime"],
            (given.get("ScanBy") or "TimestampDescending") == "TimestampDescending",
        )
        return ActionResult({"MetricDataResults": results, "Messages": []})

    def get_metric_statistics(self) -> ActionResult:
        given = self._get_params()
        datapoints = self._queries.statistics(
            Metric.of(given["Namespace"], given["MetricName"], given.get("Dimensions")),
            given["StartTime"],
            given["EndTime"],
            given["Period"],
            given.get("Statistics") or (),
            given.get("ExtendedStatistics") or (),
            given.get("Unit"),
        )
        return ActionResult({"Label": given["MetricName"], "Datapoints": datapoints})

    def list_metrics(self) -> ActionResult:
        given = self._get_params()
        backend = self.cloudwatch_backend
        if token := given.get("NextToken"):
            listed: Any = backend.paged_metric_data.pop(token, [])
        else:
            listed = [
                metric.describe()
                for metric in backend.telemetry.metrics(self.region)
                if _matches(metric, given)
            ]
        answer: dict[str, Any] = {"Metrics": listed[:_MOST_LISTED]}
        if rest := listed[_MOST_LISTED:]:
            answer["NextToken"] = str(mock_random.uuid4())
            backend.paged_metric_data[answer["NextToken"]] = rest
        return ActionResult(answer)


def _matches(metric: Metric, given: Mapping[str, Any]) -> bool:
    """Whether ListMetrics asks for it: all the dimensions asked for, and maybe more."""
    if given.get("Namespace") not in (None, metric.namespace):
        return False
    if given.get("MetricName") not in (None, metric.name):
        return False
    own = dict(metric.dimensions)
    return all(
        each["Name"] in own and each.get("Value") in (None, own[each["Name"]])
        for each in given.get("Dimensions") or ()
    )


def install(telemetry: Telemetry, watch: AlarmWatch) -> None:
    """Make moto use our CloudWatch, from its next account on; `uninstall` undoes it."""
    replace_backend(cloudwatch_backends, Backend, telemetry=telemetry, watch=watch)


def uninstall() -> None:
    restore_backend(cloudwatch_backends, CloudWatchBackend)
