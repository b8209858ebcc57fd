"""The exercises of notebook 07: solutions are accepted, stubs and wrong answers are not."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from helpers import Lab
from helpers.bank import pipeline, sender
from helpers.checks import monitor as checks
from helpers.watching import alarms

# Modify: an alarm on throttles, tested.


def throttle(lab: Lab, bank: pipeline.Bank, minutes: int = 2) -> None:
    boto3.client("lambda").put_function_concurrency(
        FunctionName=bank.receiver, ReservedConcurrentExecutions=0
    )
    sender.send_every_minute(lab, minutes)


def test_throttle_alarm(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    assert checks.check_throttle_alarm(lab, bank).startswith("Not attempted yet")
    inbox = alarms.create_inbox(lab)
    alarms.put_alarm(inbox, "old", "ApproximateAgeOfOldestMessage", 120, queue="banking-queue")
    assert checks.check_throttle_alarm(lab, bank).startswith("Not attempted yet")
    alarms.put_alarm(inbox, "errors", "Errors", 0, function=bank.receiver)
    assert "watches Errors. What is throttled is not" in checks.check_throttle_alarm(lab, bank)
    alarms.put_alarm(inbox, "throttled", "Throttles", 0, function=bank.receiver)
    assert "it never went off" in checks.check_throttle_alarm(lab, bank)
    throttle(lab, bank)
    assert "still throttled" in checks.check_throttle_alarm(lab, bank)
    boto3.client("lambda").delete_function_concurrency(FunctionName=bank.receiver)
    lab.run_until_idle()
    lab.advance(120)
    answer = checks.check_throttle_alarm(lab, bank)
    assert answer.startswith("Right: it went off. In its worst minute CloudWatch counted ")
    assert answer.endswith(" throttles, 0 invocations and 0 errors.")
    assert " 0 throttles" not in answer


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"Dimensions": []}, "it watches all functions, not banking-reconciliation-function."),
        ({"Dimensions": [{"Name": "FunctionName", "Value": "f"}]}, "it watches f, not"),
        ({"Statistic": "Average"}, "use the statistic Sum"),
        ({"Threshold": 1}, "it is silent up to 1 throttles a minute"),
        ({"AlarmActions": []}, "nobody gets its notice"),
    ],
)
def test_throttle_alarm_with_one_thing_wrong(
    lab: Lab, changed: dict[str, Any], answer: str
) -> None:
    bank = pipeline.build_bank(lab)
    own = {
        "AlarmName": "own",
        "Namespace": "AWS/Lambda",
        "MetricName": "Throttles",
        "Dimensions": [{"Name": "FunctionName", "Value": bank.receiver}],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0,
        "AlarmActions": [alarms.create_inbox(lab).topic_arn],
    }
    boto3.client("cloudwatch").put_metric_alarm(**own | changed)
    assert answer in checks.check_throttle_alarm(lab, bank)


# Make: a dashboard for the night shift.

DEAD_LETTERS = "banking-dead-letter-queue"
FUNCTION = "banking-reconciliation-function"
VISIBLE = ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", DEAD_LETTERS]
AGE = ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "banking-queue"]
ERRORS = ["AWS/Lambda", "Errors", "FunctionName", FUNCTION]
THROTTLES = ["AWS/Lambda", "Throttles", "FunctionName", FUNCTION]


def put_own(*widgets: tuple[str, list[Any]]) -> None:
    """A dashboard of pairs of a statistic and metrics."""
    body = [
        {"type": "metric", "properties": {"title": "it", "stat": stat, "metrics": metrics}}
        for stat, metrics in widgets
    ]
    boto3.client("cloudwatch").put_dashboard(
        DashboardName="my-bank", DashboardBody=json.dumps({"widgets": body})
    )


@pytest.fixture
def bank(lab: Lab) -> pipeline.Bank:
    """One whose metrics have been published."""
    built = pipeline.build_bank(lab)
    sender.send_every_minute(lab, minutes=2)
    return built


def test_own_dashboard(bank: pipeline.Bank) -> None:
    assert checks.check_own_dashboard(bank).startswith("Not attempted yet")
    put_own(("Maximum", [VISIBLE, AGE]), ("Sum", [ERRORS, THROTTLES]))
    assert checks.check_own_dashboard(bank) == "Right: 4 metrics, each with the right statistic."
    put_own(("Sum", [[*VISIBLE, {"stat": "Maximum"}], [*AGE, {"stat": "Maximum"}]]),
            ("Sum", [ERRORS]), ("Sum", [THROTTLES]))  # fmt: skip
    assert checks.check_own_dashboard(bank).startswith("Right")


@pytest.mark.parametrize(
    ("widgets", "answer"),
    [
        ([], "the dead letters: no widget shows ApproximateNumberOfMessagesVisible of banking-d"),
        ([("Maximum", [VISIBLE])], "the age in the queue: no widget shows"),
        ([("Maximum", [VISIBLE, AGE]), ("Sum", [ERRORS])], "the receiver's throttles: no widget"),
        ([("Sum", [VISIBLE, AGE, ERRORS, THROTTLES])], "the dead letters: use Maximum, not"),
        (
            [("Maximum", [VISIBLE, AGE]), ("Average", [ERRORS, THROTTLES])],
            "the receiver's errors: use Sum, not Average",
        ),
        ([("Sum", [["AWS/SQS", "NumberOfMessagesSent", *VISIBLE[2:]]])], "Sent stays 0"),
        ([("Sum", [["AWS/Lambda", "Error", *ERRORS[2:]]])], f"{FUNCTION} has no metric AWS/Lambda"),
        ([("Sum", [["AWS/SQS", *ERRORS[1:]]])], "has no metric AWS/SQS Errors"),
        ([("Maximum", [[*VISIBLE[:3], "banking-queue"]])], "the dead letters: no widget shows"),
        ([("Maximum", [VISIBLE[:3]])], "a widget cannot be read: 'it': each metric is a list"),
    ],
)
def test_own_dashboard_with_one_thing_wrong(
    bank: pipeline.Bank, widgets: list[tuple[str, list[Any]]], answer: str
) -> None:
    put_own(*widgets)
    assert answer in checks.check_own_dashboard(bank)
    assert checks.check_own_dashboard(bank).startswith("Not yet: ")
