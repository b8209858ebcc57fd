"""What an alarm sends to an SNS topic when its state changes.

The document's form is that of messages which real alarms sent.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import botocore.session

from helpers.embedded.services.cloudwatch.alarms.alarm import ACTION_LISTS, Alarm
from helpers.embedded.services.cloudwatch.alarms.state_reasons import timestamp
from helpers.embedded.services.cloudwatch.alarms.verdict import State

_COPIED = ("Period", "EvaluationPeriods", "DatapointsToAlarm", "ComparisonOperator", "Threshold")


def subject(alarm: Alarm, region: str) -> str:
    return f'{alarm.state}: "{alarm.name}" in {region_name(region)}'[:100]


def message(alarm: Alarm, before: State, account: str, region: str) -> str:
    """The JSON document of a transition that has just happened."""
    settings = alarm.settings
    document: dict[str, Any] = {
        "AlarmName": alarm.name,
        "AlarmDescription": settings.get("AlarmDescription"),
        "AWSAccountId": account,
        "AlarmConfigurationUpdatedTimestamp": timestamp(alarm.configured),
        "NewStateValue": str(alarm.state),
        "NewStateReason": alarm.reason,
        "StateChangeTime": timestamp(alarm.transitioned),
        "Region": region_name(region),
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": str(before),
        **{name: settings[name] for name in ACTION_LISTS},
        "Trigger": _trigger(alarm),
    }
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def _trigger(alarm: Alarm) -> dict[str, Any]:
    settings = alarm.settings
    watched: dict[str, Any] = {}
    if not settings.get("Metrics"):
        watched = {"MetricName": settings["MetricName"], "Namespace": settings["Namespace"]}
        if extended := settings.get("ExtendedStatistic"):
            watched |= {"StatisticType": "ExtendedStatistic", "ExtendedStatistic": extended}
        else:
            watched |= {"StatisticType": "Statistic", "Statistic": settings["Statistic"].upper()}
        watched["Unit"] = settings.get("Unit")
        watched["Dimensions"] = _dimensions(settings)
    trigger = watched | {name: settings[name] for name in _COPIED if name in settings}
    trigger |= {
        "TreatMissingData": settings.get("TreatMissingData", ""),
        "EvaluateLowSampleCountPercentile": settings.get("EvaluateLowSampleCountPercentile", ""),
    }
    if settings.get("Metrics"):
        trigger["Metrics"] = [_query(each) for each in settings["Metrics"]]
    return trigger


def _query(query: dict[str, Any]) -> dict[str, Any]:
    if "MetricStat" not in query:
        return query
    stat = query["MetricStat"]
    metric = stat["Metric"] | {"Dimensions": _dimensions(stat["Metric"])}
    return query | {"MetricStat": stat | {"Metric": metric}}


def _dimensions(settings: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"value": each["Value"], "name": each["Name"]} for each in settings.get("Dimensions") or ()
    ]


@lru_cache(maxsize=4)
def region_name(region: str) -> str:
    """us-east-1: US East (N. Virginia)."""
    loader = botocore.session.get_session().get_component("data_loader")
    regions = loader.load_data("partitions")["partitions"][0]["regions"]
    return str(regions.get(region, {}).get("description", region))
