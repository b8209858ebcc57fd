"""All alarms of an account, evaluated as lab time passes.

Every alarm is evaluated each minute (each period, if that is shorter), over windows that end at
that moment. Modelled: on AWS the metrics, and with them the alarm, come some seconds later. While
there is no alarm nothing is scheduled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from helpers.embedded.services.cloudwatch.alarms import actions, state_reasons
from helpers.embedded.services.cloudwatch.alarms.alarm import Alarm, HistoryItem
from helpers.embedded.services.cloudwatch.alarms.verdict import State, judge
from helpers.embedded.services.cloudwatch.alarms.windows import Windows
from helpers.embedded.services.cloudwatch.published.series import START_UNIX
from helpers.embedded.services.cloudwatch.published.telemetry import Telemetry
from helpers.embedded.time.clock import SECOND
from helpers.embedded.time.simulation import Simulation, Steps

Publish = Callable[[str, str, str], bool]
"""Publishes to the SNS topic with an ARN a message and a subject; False: there is no topic."""


class AlarmWatch:
    """Evaluates the alarms of all Regions, and keeps their history."""

    def __init__(self, telemetry: Telemetry, simulation: Simulation, publish: Publish) -> None:
        self._telemetry = telemetry
        self._simulation = simulation
        self._publish = publish
        self._alarms: dict[str, Alarm] = {}
        self._windows: dict[str, Windows] = {}
        self._history: dict[str, list[HistoryItem]] = {}
        self._watching = False

    # What the API does

    def put(self, settings: Mapping[str, Any], arn: str) -> Alarm:
        """Create an alarm, or configure the one with that ARN anew.

        Raises:
            ValidationError: AWS would refuse it, or this account cannot evaluate it.
        """
        now = self._simulation.clock.now()
        made = Alarm(settings, arn, now)
        windows = Windows(
            self._telemetry, _region(made), made.settings, made.period, made.rule.range
        )
        windows.until(START_UNIX)  # an expression that cannot be evaluated is refused now
        self._windows[arn] = windows
        alarm = self._alarms.get(arn)
        if alarm is None:
            alarm = self._alarms[arn] = made
            self._note(alarm, alarm.describe_change("create", now))
        else:
            alarm.configure(settings, now)
            self._note(alarm, alarm.describe_change("update", now))
        if not self._watching:
            self._watching = True
            self._simulation.start(self._watch())
        return alarm

    def delete(self, arn: str) -> None:
        if alarm := self._alarms.pop(arn, None):
            now = self._simulation.clock.now()
            self._note(alarm, alarm.describe_change("delete", now))

    def alarms(self, region: str) -> list[Alarm]:
        """By name."""
        home = (alarm for alarm in self._alarms.values() if _region(alarm) == region)
        return sorted(home, key=lambda alarm: alarm.name)

    def history(self, region: str) -> Iterable[HistoryItem]:
        """Oldest first, of alarms that are no more too."""
        return self._history.get(region, ())

    def set_state(self, alarm: Alarm, state: State, reason: str, reason_data: str | None) -> None:
        """Put an alarm into a state, with all that follows."""
        before = alarm.state
        changed = alarm.enter(state, reason, reason_data, self._simulation.clock.now())
        if changed is None:
            return
        self._note(alarm, changed)
        for topic in alarm.actions():
            self._note(alarm, self._tell(alarm, before, topic))

    # Evaluating

    def _watch(self) -> Steps[None]:
        while self._alarms:
            step = min(alarm.step for alarm in self._alarms.values()) * SECOND
            yield self._simulation.timeout(step - self._simulation.now % step)
            now = self._simulation.now // SECOND
            for alarm in list(self._alarms.values()):
                if now % alarm.step == 0:
                    look = partial(self._evaluate, alarm, START_UNIX + now)
                    self._simulation.attempt(look, f"the alarm {alarm.name}")
        self._watching = False

    def _evaluate(self, alarm: Alarm, now: int) -> None:
        rule = alarm.rule
        verdict = judge(self._windows[alarm.alarm_arn].until(now), rule)
        state = verdict.state
        if state is None or (state is alarm.state and alarm.reason != state_reasons.INITIAL):
            return
        reason = state_reasons.reason(rule, verdict, alarm.counts_datapoints)
        moment = self._simulation.clock.now()
        data = state_reasons.reason_data(rule, verdict, moment, alarm.statistic, alarm.period)
        self.set_state(alarm, state, reason, data)

    # Telling

    def _tell(self, alarm: Alarm, before: State, topic: str) -> HistoryItem:
        text = actions.message(alarm, before, topic.split(":")[4], _region(alarm))
        data = {
            "actionState": "Succeeded",
            "stateUpdateTimestamp": int(alarm.updated.timestamp() * 1000),
            "notificationResource": topic,
            "publishedMessage": text,
        }
        summary = f"Successfully executed action {topic}"
        if not self._publish(topic, text, actions.subject(alarm, _region(alarm))):
            data |= {"actionState": "Failed", "error": "Topic does not exist"}
            summary = f"Failed to execute action {topic}. Received error: Topic does not exist"
        return HistoryItem(alarm.name, alarm.updated, "Action", summary, data)

    def _note(self, alarm: Alarm, item: HistoryItem) -> None:
        self._history.setdefault(_region(alarm), []).append(item)


def _region(alarm: Alarm) -> str:
    return alarm.alarm_arn.split(":")[3]
