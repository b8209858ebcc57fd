"""What AWS says of an alarm's state: StateReason and StateReasonData, word for word.

Published answers of the service agree with each other on these sentences; an alarm without
DatapointsToAlarm says "3 datapoints", one with it "2 out of the last 3 datapoints".
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from helpers.embedded.services.cloudwatch.alarms.verdict import Datapoint, Rule, State, Verdict

INITIAL = "Unchecked: Initial alarm creation"


def reason(rule: Rule, verdict: Verdict, counts_datapoints: bool) -> str:
    """`counts_datapoints`: the alarm was given DatapointsToAlarm."""
    if verdict.state is State.INSUFFICIENT_DATA:
        return f"Insufficient Data: {_counted(rule.periods, 'datapoint')} unknown."
    alarm = verdict.state is State.ALARM
    shown = verdict.breaching if alarm else verdict.within
    if shown:
        text = _shown(shown, rule, counts_datapoints)
        text += f" {'' if alarm else 'not '}{_comparison(rule)}"
    else:
        known = len(verdict.breaching) + len(verdict.within)
        received = _counted(known, "datapoint") if known else "no datapoints were"
        text = f"{received} received for {rule.periods} period{_s(rule.periods)}"
    if verdict.missing and rule.treatment in ("breaching", "notBreaching"):
        treated = "Breaching" if rule.treatment == "breaching" else "NonBreaching"
        text += f" and {_counted(len(verdict.missing), 'missing datapoint')} treated as [{treated}]"
    if counts_datapoints and shown:
        least = rule.to_alarm if alarm else rule.periods - rule.to_alarm + 1
        change = "OK -> ALARM" if alarm else "ALARM -> OK"
        text += f" (minimum {least} datapoint{_s(least)} for {change} transition)"
    return f"Threshold Crossed: {text}."


def reason_data(
    rule: Rule, verdict: Verdict, now: datetime, statistic: str | None, period: int
) -> str:
    """The JSON of StateReasonData. `statistic` is None for a metric math expression."""
    alarm = verdict.state is State.ALARM
    deciding = verdict.breaching if alarm else verdict.within
    least = rule.to_alarm if alarm else rule.periods - rule.to_alarm + 1
    known = sorted(verdict.breaching + verdict.within)
    data: dict[str, Any] = {"version": "1.0", "queryDate": timestamp(now)}
    if known:
        data["startDate"] = timestamp(_moment(known[0]))
    if statistic is not None:
        data["statistic"] = statistic
    data |= {
        "period": period,
        "recentDatapoints": [point.value for point in known],
        "threshold": rule.threshold,
        "evaluatedDatapoints": [_evaluated(point) for point in deciding[:least] or verdict.missing],
    }
    return json.dumps(data, separators=(",", ":"))


def timestamp(moment: datetime) -> str:
    """As alarms write it: 2026-01-05T09:00:00.000+0000."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}+0000"


def _shown(points: Sequence[Datapoint], rule: Rule, counts_datapoints: bool) -> str:
    count = len(points)
    listed = ", ".join(f"{point.value} ({_moment(point):%d/%m/%y %H:%M:%S})" for point in points)
    verb = "was" if count == 1 else "were"
    if counts_datapoints:
        return f"{count} out of the last {rule.periods} datapoints [{listed}] {verb}"
    return f"{count} datapoint{_s(count)} [{listed}] {verb}"


def _comparison(rule: Rule) -> str:
    """GreaterThanThreshold: "greater than the threshold (1.0)"."""
    words = re.findall(r"[A-Z][a-z]+", rule.comparison.removesuffix("Threshold"))
    phrase = " ".join(words).lower()
    return f"{phrase} the threshold ({rule.threshold})"


def _evaluated(point: Datapoint) -> dict[str, Any]:
    known = {"sampleCount": point.samples, "value": point.value}
    return {"timestamp": timestamp(_moment(point))} | {
        name: number for name, number in known.items() if number is not None
    }


def _moment(point: Datapoint) -> datetime:
    return datetime.fromtimestamp(point.second, UTC)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{_s(count)} {'was' if count == 1 else 'were'}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
