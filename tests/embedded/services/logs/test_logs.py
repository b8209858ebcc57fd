"""CloudWatch Logs: searching events, and events that become metrics."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from moto.logs.models import LogGroup

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.moto_seams.services import NotInEmbeddedAccount
from helpers.embedded.services.logs.search import page_of_stream
from tests.embedded.conftest import Deploy, invoke
from tests.embedded.services.cloudwatch.conftest import Read

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


def test_the_newest_events_first(lab: EmbeddedAccount, logs: Any) -> None:
    for number in range(5):
        put(logs, lab, str(number), stream=f"stream {number % 2}")
        lab.advance(1)
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName="bank", startFromHead=False, PaginationConfig={"PageSize": 2}
    )
    found = [event["message"] for page in pages for event in page["events"]]
    assert found == ["4", "3", "2", "1", "0"]


def test_the_end_of_a_time_is_in_a_search_but_not_in_a_stream(
    lab: EmbeddedAccount, logs: Any
) -> None:
    """By the pages of FilterLogEvents and GetLogEvents."""
    put(logs, lab, "now")
    now = int(lab.now().timestamp() * 1000)
    assert find(logs, endTime=now) == ["now"]
    page = logs.get_log_events(logGroupName="bank", logStreamName="one", endTime=now)
    assert page["events"] == []


@given(events=st.integers(0, 12), limit=st.integers(1, 5))
def test_pages_of_a_stream_have_each_event_once_both_ways(events: int, limit: int) -> None:
    group = LogGroup("123456789012", "us-east-1", "bank")
    group.create_log_stream("one")
    group.put_log_events("one", [{"timestamp": at, "message": str(at)} for at in range(events)])

    def walk(**asked: Any) -> list[list[str]]:
        pages, token = [], None
        while True:
            given = {"logStreamName": "one", "limit": limit, "nextToken": token} | asked
            page = page_of_stream(group, given)
            after = page.forward if asked.get("startFromHead") else page.backward
            if after == token:  # as it is at the end
                return pages
            pages.append([event["message"] for event in page.events])
            token = after

    whole = [str(at) for at in range(events)]
    forward, backward = walk(startFromHead=True), walk()
    assert [message for page in forward for message in page] == whole
    assert [message for page in reversed(backward) for message in page] == whole
    assert all(len(page) <= limit for page in (*forward, *backward))


def test_a_page_holds_a_megabyte(lab: EmbeddedAccount, logs: Any) -> None:
    for number in range(5):
        put(logs, lab, f"{number}" + "x" * 250_000)
    page = logs.filter_log_events(logGroupName="bank")
    assert [event["message"][0] for event in page["events"]] == ["0", "1", "2", "3"]
    rest = logs.filter_log_events(logGroupName="bank", nextToken=page["nextToken"])
    assert [event["message"][0] for event in rest["events"]] == ["4"]


SEARCH, READ = "filter_log_events", "get_log_events"
REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    (SEARCH, {"filterPattern": "a:b"}, "InvalidParameter", "Invalid character"),
    (SEARCH, {"logGroupName": "none"}, "ResourceNotFound", "log group does not exist"),
    (SEARCH, {"logStreamNames": ["none"]}, "ResourceNotFound", "log stream does not exist"),
    (SEARCH, {"logStreamNames": ["one"], "logStreamNamePrefix": "o"}, "InvalidParameter",
     "mutually exclusive"),
    (SEARCH, {"nextToken": "next"}, "InvalidParameter", "The specified nextToken is invalid."),
    (SEARCH, {"limit": 10_001}, "InvalidParameter", "'10001' at 'limit' failed to satisfy"),
    (SEARCH, {"logGroupIdentifier": "bank"}, "InvalidParameter", "Exactly one of"),
    (READ, {"logStreamName": "none"}, "ResourceNotFound", "log stream does not exist"),
    (READ, {"logStreamName": "one", "nextToken": "x/1"}, "InvalidParameter", "nextToken is inv"),
    ("create_log_stream", {"logStreamName": "one"}, "ResourceAlreadyExists",
     "The specified log stream already exists"),
    ("create_log_stream", {"logStreamName": "a:b"}, "InvalidParameter", "pattern: [^:*]*"),
    ("put_retention_policy", {"retentionInDays": 2}, "InvalidParameter", "[1, 3, 5, 7, 14, 30,"),
    ("describe_log_groups", {"logGroupName": None, "limit": 51}, "InvalidParameter", "'51'"),
    ("describe_log_groups", {"logGroupName": None, "logGroupNamePrefix": "a",
     "logGroupNamePattern": "b"}, "InvalidParameter", "mutually exclusive parameters"),
    ("describe_metric_filters", {"logGroupName": "none"}, "ResourceNotFound", "does not exist"),
    ("delete_metric_filter", {"filterName": "none"}, "ResourceNotFound", "metric filter does"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "asked", "code", "complaint"), REFUSED)
def test_requests_that_are_refused(
    lab: EmbeddedAccount,
    logs: Any,
    operation: str,
    asked: dict[str, Any],
    code: str,
    complaint: str,
) -> None:
    put(logs, lab, "a")
    given = {"logGroupName": "bank"} | asked
    given = {name: value for name, value in given.items() if value is not None}
    with pytest.raises(ClientError) as refused:
        getattr(logs, operation)(**given)
    error = refused.value.response["Error"]
    assert error["Code"] == f"{code}Exception"
    assert complaint in error["Message"]


def test_events_that_are_too_old_or_too_new_are_told_and_left_out(
    lab: EmbeddedAccount, logs: Any
) -> None:
    """The ends of what is rejected are not rejected themselves (API RejectedLogEventsInfo)."""
    put(logs, lab, "first")
    logs.put_retention_policy(logGroupName="bank", retentionInDays=3)
    moments = [-15 * 24, -14.5 * 24, -4 * 24, -1, 0, 3]
    now = lab.now().timestamp() * 1000
    events = [{"timestamp": int(now + hours * 3_600_000), "message": f"{hours} h"}
              for hours in moments]  # fmt: skip
    answer = logs.put_log_events(logGroupName="bank", logStreamName="one", logEvents=events)
    assert answer["rejectedLogEventsInfo"] == {
        "tooOldLogEventEndIndex": 2,
        "expiredLogEventEndIndex": 3,
        "tooNewLogEventStartIndex": 5,
    }
    assert find(logs) == ["-1 h", "first", "0 h"]


def test_events_expire_with_their_retention(lab: EmbeddedAccount, logs: Any) -> None:
    put(logs, lab, "old")
    lab.advance(20 * 3600)
    put(logs, lab, "new")
    logs.put_retention_policy(logGroupName="bank", retentionInDays=1)
    (group,) = logs.describe_log_groups()["logGroups"]
    assert group["retentionInDays"] == 1
    lab.advance(4 * 3600)
    assert find(logs) == ["old", "new"]
    lab.advance(1)
    assert find(logs) == ["new"]
    logs.delete_retention_policy(logGroupName="bank")
    lab.advance(30 * 86_400)
    assert find(logs) == ["new"]


def test_groups_are_described(lab: EmbeddedAccount, logs: Any) -> None:
    for name in ("/bank/b", "/bank/a", "/shop"):
        logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName="/shop", logStreamName="one")

    def names(**asked: Any) -> list[str]:
        return [each["logGroupName"] for each in logs.describe_log_groups(**asked)["logGroups"]]

    assert names() == ["/bank/a", "/bank/b", "/shop"]
    assert names(logGroupNamePrefix="/bank") == ["/bank/a", "/bank/b"]
    assert names(logGroupNamePattern="o") == ["/shop"]
    pages = logs.get_paginator("describe_log_groups").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["logGroups"]) for page in pages] == [2, 1]
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/shop")["logGroups"]
    assert group == {
        "logGroupName": "/shop",
        "arn": "arn:aws:logs:us-east-1:123456789012:log-group:/shop:*",
        "logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:/shop",
        "creationTime": int(lab.now().timestamp() * 1000),
        "metricFilterCount": 0,
        "storedBytes": 0,
        "logGroupClass": "STANDARD",
    }
    (stream,) = logs.describe_log_streams(logGroupName="/shop")["logStreams"]
    assert stream["storedBytes"] == 0


def test_a_group_that_is_made_again_has_no_filter(
    lab: EmbeddedAccount, logs: Any, read: Read
) -> None:
    put(logs, lab, "first")
    put_filter(logs, "rejected")
    (kept,) = logs.describe_metric_filters(logGroupName="bank")["metricFilters"]
    assert kept["creationTime"] == int(lab.now().timestamp() * 1000)
    assert logs.describe_log_groups()["logGroups"][0]["metricFilterCount"] == 1
    logs.delete_log_group(logGroupName="bank")
    put(logs, lab, "rejected")
    assert logs.describe_metric_filters(logGroupName="bank")["metricFilters"] == []
    lab.advance(60)
    assert read("Bank", "Rejected", "Sum") == []


def test_what_a_real_account_has_and_this_one_has_not(lab: EmbeddedAccount, logs: Any) -> None:
    put(logs, lab, "first")
    with pytest.raises(NotInEmbeddedAccount, match="sends its events to a function"):
        logs.put_subscription_filter(
            logGroupName="bank", filterName="all", filterPattern="",
            destinationArn="arn:aws:lambda:us-east-1:123456789012:function:f",
        )  # fmt: skip
    with pytest.raises(NotInEmbeddedAccount, match="class INFREQUENT_ACCESS"):
        logs.create_log_group(logGroupName="cold", logGroupClass="INFREQUENT_ACCESS")
    with pytest.raises(NotInEmbeddedAccount, match="a real account can"):
        logs.get_log_record(logRecordPointer="0")


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
