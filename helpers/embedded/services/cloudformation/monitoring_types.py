"""Logs, alarms and dashboards: AWS::Logs and AWS::CloudWatch."""

from __future__ import annotations

from typing import Any

from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.resource_types import (
    Place,
    Properties,
    ResourceType,
    as_mapping,
    changed,
)
from helpers.embedded.services.cloudformation.tagging import Tagging, retag

_GROUP_TAGS = Tagging("logs", "resourceArn", tags="tags", keys="tagKeys", in_mapping=True)
_ALARM_TAGS = Tagging("cloudwatch", "ResourceARN")
_MISSING = "ResourceNotFound"


class LogGroup(ResourceType):
    kind = "AWS::Logs::LogGroup"
    named_by = "LogGroupName"
    longest_name = 512
    is_tagged = True

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        name = str(wanted["LogGroupName"])
        api.call(
            "logs",
            "CreateLogGroup",
            logGroupName=name,
            kmsKeyId=wanted.get("KmsKeyId"),
            tags=as_mapping(wanted.get("Tags")),
        )
        return name

    def complete(self, api: AccountApi, identity: str, wanted: Properties) -> None:
        self._retain(api, identity, {}, wanted)

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        self._retain(api, identity, old, new)
        if changed(old, new, "KmsKeyId"):
            key, group = new.get("KmsKeyId"), {"logGroupName": identity}
            if key:
                api.call("logs", "AssociateKmsKey", **group, kmsKeyId=key)
            else:
                api.call("logs", "DisassociateKmsKey", **group)
        retag(api, _GROUP_TAGS, api.arn("logs", f"log-group:{identity}"), old, new)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        api.succeeds(_MISSING, "logs", "DeleteLogGroup", logGroupName=identity)

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        return {"Arn": api.arn("logs", f"log-group:{identity}:*")}

    @staticmethod
    def _retain(api: AccountApi, name: str, old: Properties, new: Properties) -> None:
        if not changed(old, new, "RetentionInDays"):
            return
        days, group = new.get("RetentionInDays"), {"logGroupName": name}
        if days is None:
            api.call("logs", "DeleteRetentionPolicy", **group)
        else:
            api.call("logs", "PutRetentionPolicy", **group, retentionInDays=days)


class MetricFilter(ResourceType):
    kind = "AWS::Logs::MetricFilter"
    named_by = "FilterName"
    longest_name = 512
    fixed = frozenset({"LogGroupName"})

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        name = str(wanted["FilterName"])
        known = api.call(
            "logs",
            "DescribeMetricFilters",
            logGroupName=wanted["LogGroupName"],
            filterNamePrefix=name,
        )
        if any(each["filterName"] == name for each in known["metricFilters"]):
            raise self.already_there(f"{wanted['LogGroupName']}|{name}")
        self.update(api, name, {}, wanted)
        return name

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        api.call("logs", "PutMetricFilter", **_camel_case(new))

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        group = properties["LogGroupName"]
        api.succeeds(
            _MISSING, "logs", "DeleteMetricFilter", logGroupName=group, filterName=identity
        )


def _camel_case(value: Any) -> Any:
    """Templates write LogGroupName where the API writes logGroupName, and list dimensions."""
    if isinstance(value, list):
        return [_camel_case(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name[0].lower() + name[1:]: as_mapping(each) if name == "Dimensions" else _camel_case(each)
        for name, each in value.items()
    }


class Alarm(ResourceType):
    kind = "AWS::CloudWatch::Alarm"
    named_by = "AlarmName"
    is_tagged = True

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        name = str(wanted["AlarmName"])
        if api.call("cloudwatch", "DescribeAlarms", AlarmNames=[name])["MetricAlarms"]:
            raise self.already_there(name)
        api.call("cloudwatch", "PutMetricAlarm", **wanted)
        return name

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        api.call("cloudwatch", "PutMetricAlarm", **new)
        retag(api, _ALARM_TAGS, api.arn("cloudwatch", f"alarm:{identity}"), old, new)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        api.succeeds("NotFound", "cloudwatch", "DeleteAlarms", AlarmNames=[identity])

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        return {"Arn": api.arn("cloudwatch", f"alarm:{identity}")}


class Dashboard(ResourceType):
    kind = "AWS::CloudWatch::Dashboard"
    named_by = "DashboardName"

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        self.update(api, "", {}, wanted)
        return str(wanted["DashboardName"])

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        api.call("cloudwatch", "PutDashboard", **new)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        api.succeeds("NotFound", "cloudwatch", "DeleteDashboards", DashboardNames=[identity])


TYPES = (LogGroup(), MetricFilter(), Alarm(), Dashboard())
