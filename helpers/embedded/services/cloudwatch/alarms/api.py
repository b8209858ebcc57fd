"""The operations of CloudWatch on alarms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from moto.cloudwatch.exceptions import (
    CloudWatchException,
    InvalidFormat,
    ResourceNotFound,
    ValidationError,
)
from moto.cloudwatch.responses import CloudWatchResponse
from moto.cloudwatch.utils import make_arn_for_alarm
from moto.core.responses import ActionResult, EmptyResult

from helpers.embedded import json_documents
from helpers.embedded.door.constraints import find_complaint
from helpers.embedded.service import NotInEmbeddedAccount
from helpers.embedded.services.cloudwatch.alarms.alarm import Alarm, HistoryItem
from helpers.embedded.services.cloudwatch.alarms.verdict import State
from helpers.embedded.services.cloudwatch.alarms.watch import AlarmWatch
from helpers.embedded.services.cloudwatch.backend import CloudWatchBackend

_MOST = 100
"""Alarms or history items in one answer."""


class InvalidNextToken(CloudWatchException):
    code = "InvalidNextToken"


T = TypeVar("T")
Parameters = Mapping[str, Any]


class AlarmApi(CloudWatchResponse):
    """Alarms, in the place of moto's, which are never evaluated."""

    @property
    def _watch(self) -> AlarmWatch:
        backend = self.cloudwatch_backend
        assert isinstance(backend, CloudWatchBackend)
        return backend.service.watch

    def _given(self) -> Parameters:
        """The request's parameters, or a refusal of those that the API does not allow."""
        given = self._get_params()
        if complaint := find_complaint("cloudwatch", self._get_action(), given):
            raise ValidationError(complaint)
        return given

    def put_metric_alarm(self) -> ActionResult:
        given = self._given()
        arn = make_arn_for_alarm(self.region, self.current_account, given["AlarmName"])
        self._watch.put(given, arn)
        if tags := given.get("Tags"):
            self.cloudwatch_backend.tagger.tag_resource(arn, tags)
        return EmptyResult()

    def put_composite_alarm(self) -> ActionResult:
        raise NotInEmbeddedAccount("The embedded account has no composite alarms.")

    def delete_alarms(self) -> ActionResult:
        for alarm in self._named(self._given().get("AlarmNames")):
            self._watch.delete(alarm.alarm_arn)
        return EmptyResult()

    def describe_alarms(self) -> ActionResult:
        given = self._given()
        if given.get("AlarmNames") and given.get("AlarmNamePrefix"):
            raise ValidationError("AlarmNames and AlarmNamePrefix cannot be specified together.")
        alarms = [alarm for alarm in self._watch.alarms(self.region) if _is_asked(alarm, given)]
        page, token = _page(alarms, given)
        answer: dict[str, Any] = {
            "MetricAlarms": [alarm.describe() for alarm in page],
            "CompositeAlarms": [],
        }
        return ActionResult(answer | token)

    def describe_alarms_for_metric(self) -> ActionResult:
        given = self._given()
        alarms = [
            alarm.describe()
            for alarm in self._watch.alarms(self.region)
            if _watches(alarm.settings, given)
        ]
        return ActionResult({"MetricAlarms": alarms})

    def describe_alarm_history(self) -> ActionResult:
        given = self._given()
        items = [item for item in self._watch.history(self.region) if _is_wanted(item, given)]
        if given.get("ScanBy") != "TimestampAscending":
            items.reverse()
        page, token = _page(items, given)
        return ActionResult({"AlarmHistoryItems": [item.describe() for item in page]} | token)

    def set_alarm_state(self) -> ActionResult:
        given = self._given()
        found = list(self._named([given["AlarmName"]]))
        if not found:
            raise ResourceNotFound(f"Alarm {given['AlarmName']} does not exist")
        data = given.get("StateReasonData")
        try:
            json_documents.parse(data or "{}")
        except ValueError:
            raise InvalidFormat("StateReasonData is not valid JSON.") from None
        self._watch.set_state(found[0], State(given["StateValue"]), given["StateReason"], data)
        return EmptyResult()

    def enable_alarm_actions(self) -> ActionResult:
        return self._switch_actions(on=True)

    def disable_alarm_actions(self) -> ActionResult:
        return self._switch_actions(on=False)

    def _switch_actions(self, on: bool) -> ActionResult:
        for alarm in self._named(self._given().get("AlarmNames")):
            alarm.settings["ActionsEnabled"] = on
        return EmptyResult()

    def _named(self, names: Iterable[str] | None) -> Iterator[Alarm]:
        wanted = set(names or ())
        return (alarm for alarm in self._watch.alarms(self.region) if alarm.name in wanted)


def _is_asked(alarm: Alarm, given: Parameters) -> bool:
    """Whether DescribeAlarms asks for it."""
    names, types = given.get("AlarmNames"), given.get("AlarmTypes")
    actions = (arn for name in ("AlarmActions", "OKActions") for arn in alarm.settings[name])
    prefix = given.get("ActionPrefix")
    return (
        (not names or alarm.name in names)
        and (not types or "MetricAlarm" in types)
        and alarm.name.startswith(given.get("AlarmNamePrefix") or "")
        and given.get("StateValue") in (None, alarm.state)
        and (not prefix or any(arn.startswith(prefix) for arn in actions))
    )


def _watches(settings: Mapping[str, Any], given: Parameters) -> bool:
    """Whether DescribeAlarmsForMetric asks for an alarm with these settings."""

    def dimensions(source: Mapping[str, Any]) -> list[tuple[str, str]]:
        return sorted((each["Name"], each["Value"]) for each in source.get("Dimensions") or ())

    optional = ("Statistic", "ExtendedStatistic", "Period", "Unit")
    return (
        all(settings.get(name) == given[name] for name in ("MetricName", "Namespace"))
        and dimensions(settings) == dimensions(given)
        and all(given.get(name) in (None, settings.get(name)) for name in optional)
    )


def _is_wanted(item: HistoryItem, given: Parameters) -> bool:
    """Whether DescribeAlarmHistory asks for it."""
    start, end = given.get("StartDate"), given.get("EndDate")
    types = given.get("AlarmTypes")
    return (
        given.get("AlarmName") in (None, item.alarm)
        and (not types or "MetricAlarm" in types)
        and given.get("HistoryItemType") in (None, item.kind)
        and (start is None or item.at >= _aware(start))
        and (end is None or item.at <= _aware(end))
    )


def _aware(moment: datetime) -> datetime:
    """moto hands over naive moments in UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _page(items: Sequence[T], given: Parameters) -> tuple[Sequence[T], dict[str, str]]:
    """The items to answer with, and NextToken if there are more."""
    token = given.get("NextToken") or "0"
    if not token.isdecimal():
        raise InvalidNextToken("The token provided is invalid.")
    start = int(token)
    end = start + int(given.get("MaxRecords") or _MOST)
    return items[start:end], {"NextToken": str(end)} if end < len(items) else {}
