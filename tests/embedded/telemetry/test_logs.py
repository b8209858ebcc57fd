"""CloudWatch Logs: searching events, and events that become metrics."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy, invoke
from tests.embedded.telemetry.conftest import Read

GROUP = "/aws/lambda/function"
SAYS = """
    import json

    def handler(event, context):
        for line in event:
            print(line if isinstance(line, str) else json.dumps(line))
"""


@pytest.fixture
def logs(lab: EmbeddedAccount) -> Any:
    return boto3.client("logs")


def put(logs: Any, lab: EmbeddedAccount, *messages: str, stream: str = "one") -> None:
    """Write into the group "bank", which is made when it is missing."""
    names = {group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]}
    if "bank" not in names:
        logs.create_log_group(logGroupName="bank")
    streams = logs.describe_log_streams(logGroupName="bank")["logStreams"]
    if stream not in {each["logStreamName"] for each in streams}:
        logs.create_log_stream(logGroupName="bank", logStreamName=stream)
    now = int(lab.now().timestamp() * 1000)
    events = [{"timestamp": now, "message": message} for message in messages]
    logs.put_log_events(logGroupName="bank", logStreamName=stream, logEvents=events)


def find(logs: Any, **asked: Any) -> list[str]:
    events = logs.filter_log_events(**{"logGroupName": "bank"} | asked)["events"]
    return [event["message"] for event in events]


def test_events_are_found_by_pattern_stream_and_time(lab: EmbeddedAccount, logs: Any) -> None:
    put(logs, lab, "ERROR first", "fine")
    lab.advance(60)
    put(logs, lab, "ERROR second", stream="two")
    lab.advance(60)
    put(logs, lab, "ERROR third")
    now = int(lab.now().timestamp() * 1000)
    assert find(logs, filterPattern="ERROR") == ["ERROR first", "ERROR second", "ERROR third"]
    assert find(logs, filterPattern="-ERROR") == ["fine"]
    assert find(logs, logStreamNames=["two"]) == ["ERROR second"]
    assert find(logs, logStreamNamePrefix="tw") == ["ERROR second"]
    assert find(logs, startTime=now - 60_000, endTime=now - 1) == ["ERROR second"]
    event = logs.filter_log_events(logGroupName="bank", limit=1)["events"][0]
    assert event["timestamp"] == event["ingestionTime"] == now - 120_000
    assert len(event["eventId"]) == 56


def test_pages_of_events(lab: EmbeddedAccount, logs: Any) -> None:
    put(logs, lab, *(str(number) for number in range(25)))
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName="bank", PaginationConfig={"PageSize": 10}
    )
    found = [[event["message"] for event in page["events"]] for page in pages]
    assert [len(page) for page in found] == [10, 10, 5]
    assert [each for page in found for each in page] == [str(number) for number in range(25)]


def test_a_stream_is_read_from_its_head(lab: EmbeddedAccount, logs: Any) -> None:
    put(logs, lab, "a", "b", "c")
    page = logs.get_log_events(
        logGroupName="bank", logStreamName="one", limit=2, startFromHead=True
    )
    assert [event["message"] for event in page["events"]] == ["a", "b"]
    rest = logs.get_log_events(
        logGroupName="bank", logStreamName="one", nextToken=page["nextForwardToken"]
    )
    assert [event["message"] for event in rest["events"]] == ["c"]


@pytest.mark.parametrize(
    ("asked", "code", "complaint"),
    [
        ({"filterPattern": "a:b"}, "InvalidParameterException", "Invalid character"),
        ({"logGroupName": "none"}, "ResourceNotFoundException", "log group does not exist"),
    ],
)
def test_searches_that_are_refused(
    lab: EmbeddedAccount, logs: Any, asked: dict[str, str], code: str, complaint: str
) -> None:
    put(logs, lab, "a")
    with pytest.raises(ClientError, match=complaint) as refused:
        find(logs, **asked)
    assert refused.value.response["Error"]["Code"] == code


def test_a_functions_log_reads_like_lambdas(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(SAYS)
    invoke("function", ["hello"])
    logs = boto3.client("logs")
    (start,) = logs.filter_log_events(logGroupName=GROUP, filterPattern='"START RequestId"')[
        "events"
    ]
    assert start["logStreamName"].startswith("2026/01/05/[$LATEST]")
    assert find(logs, logGroupName=GROUP, filterPattern="hello") == ["hello"]


# Metrics of log events


def put_filter(logs: Any, pattern: str, value: str = "1", **transformation: Any) -> None:
    logs.put_metric_filter(
        logGroupName="bank", filterName="rejections", filterPattern=pattern,
        metricTransformations=[
            {"metricNamespace": "Bank", "metricName": "Rejected", "metricValue": value}
            | transformation
        ],
    )  # fmt: skip


def test_a_metric_filter_counts_from_then_on(lab: EmbeddedAccount, logs: Any, read: Read) -> None:
    put(logs, lab, "rejected before")
    put_filter(logs, "rejected", defaultValue=0)
    put(logs, lab, "rejected a", "booked", "rejected b")
    lab.advance(60)
    put(logs, lab, "booked")
    lab.advance(120)
    assert read("Bank", "Rejected", "Sum") == [2, 0]
    assert read("Bank", "Rejected", "SampleCount") == [2, 1]
    logs.delete_metric_filter(logGroupName="bank", filterName="rejections")
    put(logs, lab, "rejected c")
    lab.advance(60)
    assert read("Bank", "Rejected", "Sum") == [2, 0]


def test_a_metric_filter_takes_numbers_and_dimensions_from_json(
    lab: EmbeddedAccount, logs: Any, read: Read
) -> None:
    put(logs, lab, "first")
    put_filter(logs, "{ $.amount > 0 }", "$.amount", dimensions={"Branch": "$.branch"})
    put(logs, lab, '{"amount": 5, "branch": "north"}', '{"amount": 7, "branch": "north"}',
        '{"amount": 9, "branch": "south"}', '{"amount": 11}')  # fmt: skip
    lab.advance(60)
    assert read("Bank", "Rejected", "Sum", Branch="north") == [12]
    assert read("Bank", "Rejected", "Maximum", Branch="south") == [9]
    assert read("Bank", "Rejected", "Sum") == []


def test_a_metric_filter_watches_a_function(
    lab: EmbeddedAccount, deploy: Deploy, logs: Any, read: Read
) -> None:
    deploy(SAYS)
    invoke("function", [])
    logs.put_metric_filter(
        logGroupName=GROUP, filterName="slow", filterPattern="[w = REPORT, ...]",
        metricTransformations=[
            {"metricNamespace": "Bank", "metricName": "Reports", "metricValue": "1"}
        ],
    )  # fmt: skip
    invoke("function", [])
    lab.advance(60)
    assert read("Bank", "Reports", "Sum") == [1]


def test_a_filter_can_be_tried(logs: Any) -> None:
    answer = logs.test_metric_filter(
        filterPattern="[level = ERROR, code]", logEventMessages=["INFO 1", "ERROR 2"]
    )
    assert answer["matches"] == [
        {
            "eventNumber": 2,
            "eventMessage": "ERROR 2",
            "extractedValues": {"$level": "ERROR", "$code": "2"},
        }
    ]


def embedded(metrics: list[dict[str, Any]], **values: Any) -> dict[str, Any]:
    """A line in embedded metric format, dimensioned by branch."""
    directive = {"Namespace": "Bank", "Dimensions": [["branch"], []], "Metrics": metrics}
    return {"_aws": {"Timestamp": 1767603600000, "CloudWatchMetrics": [directive]}} | values


def test_what_a_function_prints_in_embedded_metric_format_becomes_metrics(
    lab: EmbeddedAccount, deploy: Deploy, read: Read
) -> None:
    deploy(SAYS)
    amount = [{"Name": "amount", "Unit": "Count"}]
    invoke(
        "function",
        [
            embedded(amount, branch="north", amount=5),
            embedded(amount, branch="north", amount=[7, 9]),
            embedded(amount, branch="south", amount="not a number"),
            embedded(amount, amount=100),
        ],
    )
    lab.advance(60)
    assert read("Bank", "amount", "Sum", branch="north") == [21]
    assert read("Bank", "amount", "SampleCount", branch="north") == [3]
    assert read("Bank", "amount", "Sum", branch="south") == []
    assert read("Bank", "amount", "Sum") == [121], "the empty dimension set"


@pytest.mark.parametrize(
    "line", ['{"_aws": 1}', '{"_aws": {}}', '{"_aws"', '{"_aws": {"CloudWatchMetrics": [1]}}']
)
def test_lines_that_only_look_embedded_are_ignored(
    lab: EmbeddedAccount, logs: Any, cloudwatch: Any, line: str
) -> None:
    put(logs, lab, line)
    assert cloudwatch.list_metrics()["Metrics"] == []
    assert find(logs) == [line]
