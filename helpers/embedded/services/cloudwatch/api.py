"""CloudWatch as this account answers it: moto's dashboards and tags, our metrics and alarms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterValue, ResourceNotFound
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.responses import ActionResult

from helpers.embedded.services.cloudwatch.alarms.api import AlarmApi
from helpers.embedded.services.cloudwatch.backend import CloudWatchBackend
from helpers.embedded.services.cloudwatch.dashboard_bodies import check_dashboard
from helpers.embedded.services.cloudwatch.data_checks import check_namespace
from helpers.embedded.services.cloudwatch.published.series import Metric
from helpers.embedded.services.cloudwatch.queries import Queries
from helpers.embedded.services.cloudwatch.query_checks import MOST_DATAPOINTS

_MOST_LISTED = 500
_RECENT = 3 * 3600
"""Seconds: PT3H, the only RecentlyActive."""
_LISTED_FOR = 14 * 86_400
"""Seconds after its last datapoint for which a metric is listed (API ListMetrics)."""


class CloudWatchApi(AlarmApi):
    """One request to CloudWatch. What moto answers rightly is left to moto."""

    @property
    def cloudwatch_backend(self) -> CloudWatchBackend:
        backend = cloudwatch_backends[self.current_account][self.region]
        assert isinstance(backend, CloudWatchBackend)
        return backend

    def put_metric_data(self) -> ActionResult:
        # The backend takes what moto's other services count in AWS's own namespaces.
        check_namespace(self._get_param("Namespace"))
        return super().put_metric_data()

    @property
    def _queries(self) -> Queries:
        return Queries(self.cloudwatch_backend.telemetry, self.region)

    def get_metric_data(self) -> ActionResult:
        given = self._get_params()
        page = self._queries.metric_data(
            given.get("MetricDataQueries") or [],
            given["StartTime"],
            given["EndTime"],
            descending=given.get("ScanBy") != "TimestampAscending",
            first=_place(given),
            most=min(given.get("MaxDatapoints") or MOST_DATAPOINTS, MOST_DATAPOINTS),
        )
        answer: dict[str, Any] = {"MetricDataResults": page.results, "Messages": []}
        if page.next_datapoint is not None:
            answer["NextToken"] = str(page.next_datapoint)
        return ActionResult(answer)

    def get_metric_statistics(self) -> ActionResult:
        given = self._get_params()
        datapoints = self._queries.statistics(
            Metric.of(given["Namespace"], given["MetricName"], given.get("Dimensions")),
            given["StartTime"],
            given["EndTime"],
            int(given["Period"]),
            given.get("Statistics") or (),
            given.get("ExtendedStatistics") or (),
            given.get("Unit"),
        )
        return ActionResult({"Label": given["MetricName"], "Datapoints": datapoints})

    def list_metrics(self) -> ActionResult:
        given = self._get_params()
        if given.get("RecentlyActive") not in (None, "PT3H"):
            raise InvalidParameterValue(
                "The parameter RecentlyActive must be a value in the set [ PT3H ]."
            )
        place = _place(given)
        listed, end = self._listed(given, place), place + _MOST_LISTED
        answer: dict[str, Any] = {"Metrics": [each.describe() for each in listed[place:end]]}
        if end < len(listed):
            answer["NextToken"] = str(end)
        return ActionResult(answer)

    def _listed(self, given: Mapping[str, Any], place: int) -> list[Metric]:
        """All that ListMetrics asks for: looked up for its first page, and kept for the next."""
        backend = self.cloudwatch_backend
        asked = {name: text for name, text in given.items() if name != "NextToken"}
        if place and backend.listed and backend.listed[0] == asked:
            return backend.listed[1]
        telemetry = backend.telemetry
        age = _RECENT if given.get("RecentlyActive") else _LISTED_FOR
        metrics = telemetry.metrics(self.region, int(telemetry.clock.unix()) - age)
        listed = [metric for metric in metrics if _matches(metric, given)]
        backend.listed = (asked, listed) if len(listed) > _MOST_LISTED else None
        return listed

    def put_dashboard(self) -> ActionResult:
        given = self._get_params()
        name, backend = given["DashboardName"], self.cloudwatch_backend
        check_dashboard(name, given["DashboardBody"])
        known = backend.get_dashboard(name)
        answer = super().put_dashboard()
        put = backend.get_dashboard(name)
        if known is None and put and given.get("Tags"):  # of one that exists they stay as they are
            backend.tagger.tag_resource(put.arn, given["Tags"])
        return answer

    def get_dashboard(self) -> ActionResult:
        name = self._get_params()["DashboardName"]
        if self.cloudwatch_backend.get_dashboard(name) is None:
            raise ResourceNotFound(f"Dashboard {name} does not exist")
        return super().get_dashboard()


def _place(given: Mapping[str, Any]) -> int:
    """How much of the answer was given before: what our tokens say."""
    token = given.get("NextToken") or "0"
    if not token.isdecimal():
        raise InvalidParameterValue("Request parameter NextToken is invalid")
    return int(token)


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
