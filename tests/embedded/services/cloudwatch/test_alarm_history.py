"""The history of alarms against a slow recomputation, over random data."""

from __future__ import annotations

import boto3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import open_lab

TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    datapoints=st.text("X0-", min_size=1, max_size=25),
    periods=st.integers(1, 4),
    minutes=st.integers(1, 3),
    data=st.data(),
)
def test_history_is_what_a_slow_recomputation_says(
    datapoints: str, periods: int, minutes: int, data: st.DataObject
) -> None:
    """`minutes`: of a period, which ends anew with every minute."""
    to_alarm = data.draw(st.integers(1, periods))
    with open_lab() as lab:
        cloudwatch = boto3.client("cloudwatch")
        for treatment in TREATMENTS:
            cloudwatch.put_metric_alarm(
                AlarmName=treatment, Namespace="Bank", MetricName="Rejected", Statistic="Sum",
                Period=60 * minutes, EvaluationPeriods=periods, DatapointsToAlarm=to_alarm,
                Threshold=1, ComparisonOperator="GreaterThanThreshold", TreatMissingData=treatment,
            )  # fmt: skip
        for point in datapoints:
            if point != "-":
                datum = {"MetricName": "Rejected", "Value": 5.0 if point == "X" else 0.0}
                cloudwatch.put_metric_data(Namespace="Bank", MetricData=[datum])
            lab.advance(60)
        for treatment in TREATMENTS:
            items = cloudwatch.describe_alarm_history(
                AlarmName=treatment, HistoryItemType="StateUpdate", ScanBy="TimestampAscending"
            )["AlarmHistoryItems"]
            transitions = [
                (item["Timestamp"].minute, item["HistorySummary"].rpartition(" ")[2])
                for item in items
            ]
            assert transitions == slow_transitions(
                datapoints, periods, minutes, to_alarm, treatment
            )


def slow_transitions(
    datapoints: str, periods: int, minutes: int, to_alarm: int, treatment: str
) -> list[tuple[int, str]]:
    """Minute and new state of each transition, from all the data at once."""
    padded = "-" * (periods + 2) * minutes + datapoints
    transitions, state = [], "INSUFFICIENT_DATA"
    for minute in range(1, len(datapoints) + 1):
        seen = padded[minute : minute + (periods + 2) * minutes]
        window = "".join(
            slow_period(seen[start : start + minutes]) for start in range(0, len(seen), minutes)
        )
        after = slow_state(window, periods, to_alarm, treatment)
        if after not in ("kept", state):
            transitions.append((minute, after))
            state = after
    return transitions


def slow_period(points: str) -> str:
    """What the sum of a period's points means."""
    return "X" if "X" in points else "0" if "0" in points else "-"


def slow_state(window: str, periods: int, to_alarm: int, treatment: str) -> str:
    """The state that a window of X, 0 and - means, oldest first."""
    known = window.replace("-", "")
    if treatment == "breaching" or treatment == "notBreaching":
        filler = "X" if treatment == "breaching" else "0"
        known = (filler * periods + known) if len(known) < periods else known
    decided = known[-periods:]
    if decided.count("X") >= to_alarm:
        return "ALARM"
    if "0" in decided or len(decided) >= periods:
        return "OK"
    if treatment == "ignore":
        return "kept"
    if not decided:
        return "INSUFFICIENT_DATA"
    return "ALARM" if "X" in window[: -to_alarm + 1 or None] else "kept"
