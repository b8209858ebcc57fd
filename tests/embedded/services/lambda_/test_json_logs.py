"""A function's log as JSON (LDG monitoring-cloudwatchlogs-logformat, -log-level).

The shapes of Lambda's own events are those of its Telemetry API; the records of `logging` are
compared with those of AWS's runtime client for Python.
"""

from __future__ import annotations

import base64
import json
import logging
import sys
from typing import Any

import boto3
import pytest

from helpers.deploying.invocations import invoke_function
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.lambda_.process.log_output import JsonFormatter
from tests.embedded.conftest import Deploy

NOISY = """
import json, logging, os
logger = logging.getLogger("bank")

def handler(event, context):
    print("printed")
    print(json.dumps({"level": "debug", "said": "in detail"}))
    print(json.dumps({"level": "error", "said": "aloud"}))
    logger.debug("seldom %s", "seen")
    logger.info("paid", extra={"amount": 7})
    try:
        {}["rent"]
    except KeyError:
        logger.exception("lost")
    return {n: os.environ.get(n) for n in ("AWS_LAMBDA_LOG_FORMAT", "AWS_LAMBDA_LOG_LEVEL")}
"""


def read(group: str = "/aws/lambda/function") -> list[Any]:
    """The log, each entry parsed if it is JSON."""
    events = boto3.client("logs").filter_log_events(logGroupName=group)["events"]
    texts = [event["message"].rstrip("\n") for event in events]
    return [json.loads(text) if text.startswith("{") else text for text in texts]


def kinds(entries: list[Any]) -> list[str]:
    return [each["type"] for each in entries if isinstance(each, dict) and "type" in each]


def logged(entries: list[Any]) -> list[str]:
    return [each["message"] for each in entries if isinstance(each, dict) and "message" in each]


def test_lambda_and_the_function_write_json_and_print_stays_text(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(NOISY, LoggingConfig={"LogFormat": "JSON"})
    answer = invoke_function("function", {})
    assert answer.value == {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"}
    entries = read()
    assert kinds(entries) == ["platform.initStart", "platform.start", "platform.report"]
    assert logged(entries) == ["paid", "lost"]
    assert "printed" in entries
    assert {"level": "error", "said": "aloud"} in entries
    assert {"level": "debug", "said": "in detail"} not in entries
    paid = next(each for each in entries if "amount" in each)
    assert paid.pop("requestId") == entries[-1]["record"]["requestId"]
    assert paid.pop("timestamp").endswith("Z")
    assert paid == {"level": "INFO", "message": "paid", "logger": "bank", "amount": 7}
    lost = next(each for each in entries if isinstance(each, dict) and "errorType" in each)
    assert (lost["errorType"], lost["errorMessage"]) == ("KeyError", "'rent'")
    assert lost["location"].startswith("/var/task/code.py:handler:")


def test_the_report_has_the_figures_of_the_text(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy("def handler(event, context): return 1", LoggingConfig={"LogFormat": "JSON"})
    answer = invoke_function("function", {})
    *_, start, report = read()
    record = report["record"]
    assert start["record"] == {"requestId": record["requestId"], "version": "$LATEST"}
    metrics = record["metrics"]
    assert record["status"] == "success"
    assert metrics["memorySizeMB"] == 128
    assert metrics["billedDurationMs"] >= metrics["durationMs"] > 0
    assert answer.report == (metrics["durationMs"], metrics["initDurationMs"])
    tail = boto3.client("lambda").invoke(FunctionName="function", LogType="Tail")["LogResult"]
    last = json.loads(base64.b64decode(tail).decode().splitlines()[-1])
    assert last["type"] == "platform.report"
    assert "initDurationMs" not in last["record"]["metrics"]


@pytest.mark.parametrize(
    ("level", "shown", "printed"),
    [
        ("TRACE", ["seldom seen", "paid", "lost"], True),
        ("DEBUG", ["seldom seen", "paid", "lost"], True),
        ("INFO", ["paid", "lost"], True),
        ("WARN", ["lost"], False),
        ("ERROR", ["lost"], False),
        ("FATAL", [], False),
    ],
)
def test_application_levels(
    lab: EmbeddedAccount, deploy: Deploy, level: str, shown: list[str], printed: bool
) -> None:
    """What has no level counts as INFO."""
    deploy(NOISY, LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": level})
    invoke_function("function", {})
    entries = read()
    assert logged(entries) == shown
    assert ("printed" in entries) == printed


@pytest.mark.parametrize(
    ("level", "wanted"),
    [
        (
            "DEBUG",
            [
                "platform.initStart",
                "platform.initRuntimeDone",
                "platform.initReport",
                "platform.start",
                "platform.runtimeDone",
                "platform.report",
            ],
        ),
        ("INFO", ["platform.initStart", "platform.start", "platform.report"]),
        ("WARN", []),
    ],
)
def test_system_levels(lab: EmbeddedAccount, deploy: Deploy, level: str, wanted: list[str]) -> None:
    deploy(NOISY, LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": level})
    invoke_function("function", {})
    assert kinds(read()) == wanted


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("import time\ndef handler(event, context): time.sleep(60)", "timeout"),
        ("def handler(event, context): raise ValueError('no such account')", "error"),
    ],
)
def test_what_fails_is_a_warning(
    lab: EmbeddedAccount, deploy: Deploy, source: str, status: str
) -> None:
    deploy(source, LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "WARN"})
    invoke_function("function", {})
    entries = read()
    assert kinds(entries) == ["platform.runtimeDone", "platform.report"]
    assert [each["record"]["status"] for each in entries if "record" in each] == [status] * 2
    if "ValueError" in source:
        assert entries[0]["level"] == "ERROR"
        assert entries[0]["errorMessage"] == "no such account"


def test_what_dies_is_a_warning(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(
        "import os\ndef handler(event, context): os._exit(3)",
        LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "WARN"},
    )
    invoke_function("function", {})
    report = read()[-1]["record"]
    assert (report["status"], report["errorType"]) == ("error", "Runtime.ExitError")


def test_a_change_keeps_what_it_does_not_name(lab: EmbeddedAccount, deploy: Deploy) -> None:
    """Recorded: TestLoggingConfig of LocalStack's test_lambda_api.snapshot.json."""
    deploy("def handler(event, context): pass")
    functions = boto3.client("lambda")

    def change(**config: str) -> dict[str, str]:
        answer = functions.update_function_configuration(
            FunctionName="function", LoggingConfig=config
        )
        return dict(answer["LoggingConfig"])

    usual = {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    group = {"LogGroup": "/aws/lambda/function"}
    assert change(LogFormat="JSON", SystemLogLevel="DEBUG") == usual | group | {
        "SystemLogLevel": "DEBUG"
    }
    assert change(ApplicationLogLevel="ERROR")["SystemLogLevel"] == "DEBUG"
    assert change(LogGroup="cool")["ApplicationLogLevel"] == "ERROR"
    assert change(LogFormat="Text") == {"LogFormat": "Text", "LogGroup": "cool"}
    with pytest.raises(functions.exceptions.InvalidParameterValueException, match="LogLevel"):
        change(ApplicationLogLevel="DEBUG")
    assert change(LogFormat="JSON") == usual | {"LogGroup": "cool"}


def test_a_metric_filter_reads_the_report(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy("def handler(event, context): pass", LoggingConfig={"LogFormat": "JSON"})
    logs, cloudwatch = boto3.client("logs"), boto3.client("cloudwatch")
    logs.create_log_group(logGroupName="/aws/lambda/function")
    logs.put_metric_filter(
        logGroupName="/aws/lambda/function",
        filterName="slow",
        filterPattern='{ $.type = "platform.report" }',
        metricTransformations=[
            {
                "metricName": "Duration",
                "metricNamespace": "Bank",
                "metricValue": "$.record.metrics.durationMs",
            }
        ],
    )
    start = lab.now()
    answer = invoke_function("function", {})
    lab.advance(120)
    (point,) = cloudwatch.get_metric_statistics(
        Namespace="Bank",
        MetricName="Duration",
        StartTime=start,
        EndTime=lab.now(),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    assert point["Sum"] == answer.report.milliseconds


def records() -> list[logging.LogRecord]:
    """Of each level and kind that the formatter tells apart."""
    try:
        raise ValueError("Zoë ✓")
    except ValueError:
        failed = sys.exc_info()
    made = []
    for level in (0, 10, 15, 20, 30, 40, 50, 70):
        record = logging.LogRecord("bank", level, "/var/task/code.py", 7, "paid %s", ("ü",), None)
        record.aws_request_id = "request"
        made.append(record)
    raised = logging.LogRecord("bank", 40, "/var/task/code.py", 7, "lost", (), failed, "pay")
    raised.aws_request_id = ""
    extra = logging.LogRecord("bank", 20, "x", 1, "x", (), None)
    extra.__dict__ |= {"amount": 7, "message": "hidden", "nothing": None, "list": [1, {"a": 2}]}
    extra.aws_request_id = "request"
    return [*made, raised, extra]


def test_records_are_those_of_aws_s_own_runtime() -> None:
    oracle = pytest.importorskip("awslambdaric.lambda_runtime_log_utils")
    ours = [JsonFormatter().format(record) for record in records()]
    theirs = [oracle.JsonFormatter().format(record).rstrip("\n") for record in records()]
    for mine, other in zip(ours, theirs, strict=True):
        mine_, other_ = json.loads(mine), json.loads(other)
        mine_.pop("timestamp"), other_.pop("timestamp")
        mine_.pop("stackTrace", None), other_.pop("stackTrace", None)
        assert mine_ == other_
        assert list(json.loads(mine)) == list(json.loads(other))
