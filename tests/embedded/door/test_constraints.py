"""What a service refuses by its API's model alone, in its words."""

from __future__ import annotations

from typing import Any

import pytest

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
