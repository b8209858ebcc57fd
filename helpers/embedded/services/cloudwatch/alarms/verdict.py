"""Which state the datapoints of an alarm mean.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}

TREATMENTS = ("breaching", "notBreaching", "ignore", "missing")

EXTRA_PERIODS = 2
"""Periods before the evaluation periods that are looked at too when data is missing. AWS says
"a higher number"; its example, three evaluation periods, looks at five."""


class State(StrEnum):
    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class Datapoint(NamedTuple):
    """One period: `value` None when the metric has no datapoint there."""

    second: int
    """At which it begins, since 1970."""
    value: float | None
    samples: float | None = None
    """How many samples the value is made from, if it is a statistic."""


class Rule(NamedTuple):
    """What decides an alarm's state."""

    comparison: str
    threshold: float
    periods: int
    """N of "M out of N"."""
    to_alarm: int
    """M."""
    treatment: str

    @property
    def range(self) -> int:
        """How many periods are looked at."""
        return self.periods + EXTRA_PERIODS

    def is_breaching(self, value: float) -> bool:
        return OPERATORS[self.comparison](value, self.threshold)


class Verdict(NamedTuple):
    """What the datapoints mean, and which of them count. Newest first."""

    state: State | None
    """None: whatever it was before."""
    breaching: list[Datapoint]
    within: list[Datapoint]
    """Those that do not breach the threshold."""
    missing: list[Datapoint]
    """Those of the evaluation periods that had to be assumed."""


def judge(points: Sequence[Datapoint], rule: Rule) -> Verdict:
    """The state that `points` mean: the last `rule.range` periods, newest first.

    As many real datapoints as there are evaluation periods decide alone, wherever in the range
    they are. With fewer, all of them count, and only the rest is assumed.
    """
    real = [point for point in points if point.value is not None][: rule.periods]
    breaching = [each for each in real if each.value is not None and rule.is_breaching(each.value)]
    within = [each for each in real if each not in breaching]
    lacking = rule.periods - len(real)
    missing = [each for each in points if each.value is None][:lacking]
    state = _state(points, rule, len(breaching), len(within), lacking)
    return Verdict(state, breaching, within, missing)


def _state(
    points: Sequence[Datapoint], rule: Rule, breaching: int, within: int, lacking: int
) -> State | None:
    if rule.treatment == "breaching":
        breaching += lacking
    if breaching >= rule.to_alarm:
        return State.ALARM
    if not lacking or within or rule.treatment in ("breaching", "notBreaching"):
        return State.OK
    if rule.treatment == "ignore":
        return None
    if not breaching:
        return State.INSUFFICIENT_DATA
    # Every known datapoint breaches, but there are too few. The alarm does not wait for more once
    # the oldest of them is as old as the datapoints that it takes.
    oldest = max(age for age, point in enumerate(points, start=1) if point.value is not None)
    return State.ALARM if oldest >= rule.to_alarm else None
