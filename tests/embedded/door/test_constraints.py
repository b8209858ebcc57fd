"""What a service refuses by its API's model alone, in its words."""

from __future__ import annotations

from typing import Any

import pytest
from moto.core.utils import get_service_model

from helpers.embedded.door import constraints
from helpers.embedded.door.constraints import find_complaint

CASES: list[tuple[str, str, dict[str, Any], str]] = [
    ("logs", "DescribeLogGroups", {"limit": 51},
     "Value '51' at 'limit' failed to satisfy constraint: Member must have value less than or "
     "equal to 50"),
    ("logs", "CreateLogGroup", {"logGroupName": "C:/logs"},
     "Value 'C:/logs' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular "
     "expression pattern: [\\.\\-_/#A-Za-z0-9]+"),
    ("logs", "CreateLogGroup", {"logGroupName": "x" * 513},
     f"Value '{'x' * 513}' at 'logGroupName' failed to satisfy constraint: Member must have length "
     "less than or equal to 512"),
    ("logs", "PutMetricFilter", {"metricTransformations": [{"metricName": "a:b"}]},
     "Value 'a:b' at 'metricTransformations.1.member.metricName' failed to satisfy constraint: "
     "Member must satisfy regular expression pattern: [^:*$]*"),
    ("cloudwatch", "SetAlarmState", {"StateValue": "FINE"},
     "Value 'FINE' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value "
     "set: [INSUFFICIENT_DATA, ALARM, OK]"),
    ("cloudwatch", "PutMetricAlarm", {"Statistic": "Median"},
     "Value 'Median' at 'statistic' failed to satisfy constraint: Member must satisfy enum value "
     "set: [Maximum, SampleCount, Sum, Minimum, Average]"),
    ("cloudwatch", "PutMetricAlarm", {"AlarmActions": list("abcdef")},
     "Value '[a, b, c, d, e, f]' at 'alarmActions' failed to satisfy constraint: Member must have "
     "length less than or equal to 5"),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "given", "complaint"), CASES)
def test_a_constraint_that_is_broken(
    service: str, operation: str, given: dict[str, Any], complaint: str
) -> None:
    found = find_complaint(service, operation, given)
    assert found == f"1 validation error detected: {complaint}"


def test_several_are_told_together() -> None:
    found = find_complaint("logs", "GetLogEvents", {"limit": 0, "logStreamName": "a:b"})
    assert found is not None
    assert found.startswith("2 validation errors detected: Value 'a:b' at 'logStreamName' ")
    assert "; Value '0' at 'limit' failed to satisfy constraint: Member must have value " in found


def test_what_the_model_allows() -> None:
    given = {"logGroupName": "/aws/lambda/f", "tags": {"course": "sqs"}}
    assert find_complaint("logs", "CreateLogGroup", given) is None
    assert find_complaint("logs", "DescribeLogGroups", {}) is None


@pytest.mark.parametrize(
    ("given", "fits"), [("Grüße: 1+1=2", True), ("tab\tulator", True), ("what?", False)]
)
def test_patterns_are_written_for_java(given: str, fits: bool) -> None:
    found = find_complaint("logs", "UntagResource", {"tagKeys": [given]})
    assert (found is None) is fits


@pytest.mark.parametrize(
    "service", ["cloudwatch", "iam", "kms", "lambda", "logs", "sns", "sqs", "sts"]
)
def test_every_pattern_can_be_read(service: str) -> None:
    model = get_service_model(service)
    for name in model.shape_names:
        if pattern := model.shape_for(name).metadata.get("pattern"):
            assert constraints._compiled(pattern), pattern


@pytest.mark.parametrize("odd", ["x", "", 5, None, [], {}, True, 1.5])
def test_nothing_is_too_odd_to_be_looked_at(odd: Any) -> None:
    for name in ("logGroupName", "limit", "logStreamNames", "startTime"):
        find_complaint("logs", "FilterLogEvents", {name: odd})
