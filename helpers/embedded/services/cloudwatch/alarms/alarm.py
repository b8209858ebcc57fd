"""One alarm: what it watches, its state, and its history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from moto.cloudwatch.exceptions import ValidationError

from helpers.embedded.services.cloudwatch.alarms.state_reasons import INITIAL, timestamp
from helpers.embedded.services.cloudwatch.alarms.verdict import OPERATORS, TREATMENTS, Rule, State
from helpers.embedded.services.cloudwatch.published.series import MINUTE
from helpers.embedded.services.cloudwatch.query_checks import is_period, is_statistic

_DAY, _WEEK = 86_400, 604_800
_PERIODS = (10, 20, 30)
"""Seconds shorter than a minute that an alarm's period can have."""
_ACTIONS = {
    State.OK: "OKActions",
    State.ALARM: "AlarmActions",
    State.INSUFFICIENT_DATA: "InsufficientDataActions",
}
ACTION_LISTS = tuple(_ACTIONS.values())

Settings = Mapping[str, Any]
"""The parameters of PutMetricAlarm."""


class HistoryItem(NamedTuple):
    """Something that happened to an alarm."""

    alarm: str
    at: datetime
    kind: str
    """ConfigurationUpdate, StateUpdate or Action."""
    summary: str
    data: dict[str, Any]

    def describe(self) -> dict[str, Any]:
        return {
            "AlarmName": self.alarm,
            "AlarmType": "MetricAlarm",
            "Timestamp": self.at,
            "HistoryItemType": self.kind,
            "HistorySummary": self.summary,
            "HistoryData": json.dumps(self.data, separators=(",", ":")),
        }


class Alarm:
    """A metric alarm of CloudWatch. moto's tags need its `name` and `alarm_arn`."""

    def __init__(self, settings: Settings, arn: str, now: datetime) -> None:
        self.alarm_arn = arn
        self.name: str = settings["AlarmName"]
        self.state = State.INSUFFICIENT_DATA
        self.reason = INITIAL
        self.reason_data: str | None = None
        self.updated = self.transitioned = now
        self.configure(settings, now)

    def configure(self, settings: Settings, now: datetime) -> None:
        """Replace all settings; the state stays as it is (API PutMetricAlarm)."""
        self.settings = {
            "ActionsEnabled": True,
            **{name: [] for name in ACTION_LISTS},
            "Dimensions": [],
            **{name: value for name, value in settings.items() if value is not None},
        }
        self.settings.pop("Tags", None)
        self.rule = checked_rule(self.settings)
        self.period = period_of(self.settings)
        self.configured = now

    @property
    def step(self) -> int:
        """Seconds between two evaluations."""
        return min(self.period, MINUTE)

    @property
    def statistic(self) -> str | None:
        """None: it watches a metric math expression."""
        name = self.settings.get("Statistic") or self.settings.get("ExtendedStatistic")
        return str(name) if name else None

    @property
    def counts_datapoints(self) -> bool:
        return "DatapointsToAlarm" in self.settings

    def actions(self) -> list[str]:
        """What to do on the transition into the present state."""
        return list(self.settings[_ACTIONS[self.state]]) if self.settings["ActionsEnabled"] else []

    def enter(
        self, state: State, reason: str, reason_data: str | None, now: datetime
    ) -> HistoryItem | None:
        """Take a state on; the history item if it is another than before."""
        before = self._state_record()
        changed = state is not self.state
        self.state, self.reason, self.reason_data, self.updated = state, reason, reason_data, now
        if not changed:
            return None
        self.transitioned = now
        old = before["stateValue"]
        return HistoryItem(
            self.name,
            now,
            "StateUpdate",
            f"Alarm updated from {old} to {state}",
            {"version": "1.0", "oldState": before, "newState": self._state_record()},
        )

    def _state_record(self) -> dict[str, Any]:
        record: dict[str, Any] = {"stateValue": str(self.state), "stateReason": self.reason}
        if self.reason_data:
            record["stateReasonData"] = json.loads(self.reason_data)
        return record

    def describe(self) -> dict[str, Any]:
        """As DescribeAlarms shows it."""
        state = {
            "AlarmArn": self.alarm_arn,
            "AlarmConfigurationUpdatedTimestamp": self.configured,
            "StateValue": str(self.state),
            "StateReason": self.reason,
            "StateReasonData": self.reason_data,
            "StateUpdatedTimestamp": self.updated,
            "StateTransitionedTimestamp": self.transitioned,
        }
        return self.settings | {name: value for name, value in state.items() if value is not None}

    def describe_change(self, what: str, now: datetime) -> HistoryItem:
        """That somebody came to "create", "update" or "delete" it, as the history keeps it."""
        name = f"{what}dAlarm"
        return HistoryItem(
            self.name,
            now,
            "ConfigurationUpdate",
            f'Alarm "{self.name}" {what}d',
            {"version": "1.0", "type": what.capitalize(), name: _plain(self.describe())},
        )


def _plain(value: Any) -> Any:
    """As the history keeps a description: small letters first (okactions all through)."""
    match value:
        case datetime():
            return timestamp(value)
        case dict():
            return {_small(name): _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
    return value


def _small(name: str) -> str:
    return "okactions" if name == "OKActions" else name[0].lower() + name[1:]


def checked_rule(settings: Settings) -> Rule:
    """What PutMetricAlarm asks for.

    Raises:
        ValidationError: the service would refuse it, or this account cannot evaluate it.
    """
    comparison = settings.get("ComparisonOperator")
    treatment = settings.get("TreatMissingData", "missing")
    if comparison not in OPERATORS or settings.get("Threshold") is None:
        raise ValidationError(
            "The embedded account compares with a fixed Threshold, by one of: "
            + ", ".join(OPERATORS)
        )
    if treatment not in TREATMENTS:
        raise ValidationError(
            f"Option {treatment} is not supported. Supported options for parameter "
            f"TreatMissingData are {', '.join(TREATMENTS)}."
        )
    periods = int(settings.get("EvaluationPeriods") or 0)
    to_alarm = int(settings.get("DatapointsToAlarm") or periods)
    if not 1 <= to_alarm <= periods:
        raise ValidationError(
            "EvaluationPeriods must be at least 1, and DatapointsToAlarm between 1 and "
            f"EvaluationPeriods; they are {periods} and {to_alarm}."
        )
    _check_what_is_watched(settings)
    _check_span(periods, period_of(settings))
    _check_actions(settings)
    return Rule(comparison, float(settings["Threshold"]), periods, to_alarm, treatment)


def _check_what_is_watched(settings: Settings) -> None:
    if settings.get("Metrics"):
        if settings.get("MetricName"):
            raise ValidationError("MetricName must not be specified if Metrics is present.")
        returned = [each for each in settings["Metrics"] if each.get("ReturnData", True)]
        if len(returned) != 1:
            raise ValidationError("Exactly one element of the metrics list should return data.")
        stats = [each["MetricStat"] for each in settings["Metrics"] if "MetricStat" in each]
        for stat in stats:
            _check_measure(int(stat["Period"]), stat["Stat"])
        return
    if not (settings.get("MetricName") and settings.get("Namespace") and settings.get("Period")):
        raise ValidationError(
            "The parameters MetricName, Namespace and Period are required, or Metrics."
        )
    statistic, extended = settings.get("Statistic"), settings.get("ExtendedStatistic")
    if bool(statistic) == bool(extended):
        raise ValidationError("Exactly one of Statistic and ExtendedStatistic must be specified.")
    _check_measure(int(settings["Period"]), str(statistic or extended))


def _check_measure(period: int, statistic: str) -> None:
    if period not in _PERIODS and (period < MINUTE or not is_period(period)):
        raise ValidationError("Period must be 10, 20, 30 or a multiple of 60")
    if not is_statistic(statistic):
        raise ValidationError(f"The value {statistic} for parameter Statistic is not supported.")


def _check_span(periods: int, period: int) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    span = periods * period
    if period >= 3_600 and span > _WEEK:
        raise ValidationError(
            "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must "
            f"be <= {_WEEK}) for alarms using period >= 3600"
        )
    if period < 3_600 and span > _DAY:
        raise ValidationError(
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must "
            f"be <= {_DAY})"
        )


def _check_actions(settings: Settings) -> None:
    for arn in (arn for name in ACTION_LISTS for arn in settings[name]):
        if not arn.startswith("arn:aws:sns:"):
            raise ValidationError(
                f"{arn}: in the embedded account the action of an alarm is an SNS topic."
            )


def period_of(settings: Settings) -> int:
    """Seconds; of an expression, those of the metrics that it is made from."""
    if not settings.get("Metrics"):
        return int(settings["Period"])
    stats = [each["MetricStat"] for each in settings["Metrics"] if "MetricStat" in each]
    return max((int(stat["Period"]) for stat in stats), default=MINUTE)
