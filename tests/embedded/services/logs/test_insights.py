"""Logs Insights: a small honest part of its language, on the log of a function.

The function is invoked at 9:00, 9:04 and 9:08; it prints lines of three kinds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import deploy_function, invoke

GROUP = "/aws/lambda/function"
SAYS = """
    import json, logging, time

    def handler(event, context):
        time.sleep(event["seconds"])
        print(f"booked amount={event['amount']} branch={event['branch']}")
        print(json.dumps({"level": "INFO", "detail": {"tries": [1, 2]}, "ok": True}))
        if event["amount"] > 15:
            logging.getLogger().error("too much: %s", event["amount"])
"""
INVOCATIONS = ((0.1, 10, "north"), (0.2, 20, "south"), (0.3, 30, "north"))


@pytest.fixture(scope="module")
def bank() -> Iterator[EmbeddedAccount]:
    """One lab for all questions: they change nothing."""
    with open_lab() as lab:
        assert isinstance(lab, EmbeddedAccount)
        deploy_function(SAYS)
        for seconds, amount, branch in INVOCATIONS:
            invoke("function", {"seconds": seconds, "amount": amount, "branch": branch})
            lab.advance(240)
        boto3.client("logs").create_log_group(logGroupName="other")
        yield lab


def ask(lab: EmbeddedAccount, query: str, *groups: str, seconds_ago: int = 0) -> dict[str, Any]:
    """The answer over the function's log or other groups, from an hour ago until then."""
    logs = boto3.client("logs")
    end = int(lab.now().timestamp()) - seconds_ago
    started = logs.start_query(
        logGroupNames=groups or (GROUP,), startTime=end - 3600, endTime=end, queryString=query
    )
    answer: dict[str, Any] = logs.get_query_results(queryId=started["queryId"])
    assert answer["status"] == "Complete"
    return answer


def table(lab: EmbeddedAccount, query: str) -> list[list[str]]:
    """The values of each row, without the pointer."""
    return [
        [field["value"] for field in row if field["field"] != "@ptr"]
        for row in ask(lab, query)["results"]
    ]


QUERIES: list[tuple[str, list[list[str]]]] = [
    ("fields @message | filter @message like /too much: 3/ | display strlen(@message) > 50",
     [["1"]]),
    ('filter @message like "booked" | fields @message | sort @timestamp asc | limit 1',
     [["booked amount=10 branch=north"]]),
    ('filter @type = "REPORT" | stats count(*), avg(@duration) as average, max(@duration)',
     [["3", "202", "302.0"]]),
    ('filter @type = "REPORT" | stats count(@initDuration) as cold, sum(@billedDuration)',
     [["1", "856"]]),
    ('filter @type = "REPORT" | stats max(@memorySize / 1000 / 1000), max(@maxMemoryUsed)',
     [["128", "6.4E7"]]),
    ('filter @type = "REPORT" | stats pct(@duration, 50), min(@duration), median(@duration)',
     [["202.0", "102.0", "202.0"]]),
    ('filter @type in ["START", "END"] | stats count(*) as n by @type | sort @type',
     [["END", "3"], ["START", "3"]]),
    ("stats count_distinct(@requestId), count_distinct(@logStream)", [["3", "1"]]),
    ('parse "booked amount=* branch=*" as amount, branch | filter ispresent(amount) '
     "| stats sum(amount) as total, count(*) as n by branch | sort total desc",
     [["north", "40", "2"], ["south", "20", "1"]]),
    (r"parse @message /amount=(?<amount>\d+)/ | filter amount >= 20 "
     "| fields amount * 2 as twice | sort twice | display twice",
     [["40"], ["60"]]),
    ('filter @type = "START" | stats count(*) as n by bin(5m) as t | sort t',
     [["2026-01-05 09:00:00.000", "2"], ["2026-01-05 09:05:00.000", "1"]]),
    ('filter level = "INFO" and detail.tries.1 = 2 and ok | stats count(*)', [["3"]]),
    ('filter not (@message like /booked|REPORT/) and @message not like "level" '
     "and @message like /ERROR/ | stats count(*)",
     [["2"]]),
    ('filter @message like "booked" | dedup @logStream | stats count(*)', [["1"]]),
    ('fields concat(toupper(level), "!", coalesce(nothing, "none")) as word '
     "| filter ispresent(level) | limit 1 | display word",
     [["INFO!none"]]),
    ("# a comment\nstats earliest(@message) like /INIT_START/ as began", [["1"]]),
    ('filter @message like "nothing of the kind" | stats count(*)', [["0"]]),
    ('filter 2 + 3 * 4 ^ 2 / 2 = 26 and -1 < 0 and 7 % 4 = 3 | stats count(*) > 0', [["1"]]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), QUERIES)
def test_a_query(bank: EmbeddedAccount, query: str, expected: list[list[str]]) -> None:
    assert table(bank, query) == expected


def test_rows_show_time_and_message_newest_first_and_point_to_the_event(
    bank: EmbeddedAccount,
) -> None:
    answer = ask(bank, 'filter @message like "booked"')
    first = {field["field"]: field["value"] for field in answer["results"][0]}
    assert list(first) == ["@timestamp", "@message", "@ptr"]
    assert first["@message"] == "booked amount=30 branch=north"
    assert first["@timestamp"].startswith("2026-01-05 09:08:00.")
    assert answer["statistics"]["recordsMatched"] == 3
    assert answer["statistics"]["recordsScanned"] == 18


def test_columns_are_called_as_they_were_written(bank: EmbeddedAccount) -> None:
    (row,) = ask(bank, "stats count(*), avg( @duration ) as mean by bin(1h)")["results"]
    assert [field["field"] for field in row] == ["bin(1h)", "count(*)", "mean"]


def test_several_groups_and_a_time_that_ends_early(bank: EmbeddedAccount) -> None:
    answer = ask(bank, "stats count(*)", seconds_ago=700)
    assert answer["results"][0][0]["value"] == "6"
    answer = ask(bank, "stats count(*)", GROUP, "other")
    assert answer["statistics"]["logGroupsScanned"] == 2


REFUSED = [
    ("pattern @message", "unexpected symbol found pattern at line 1 and position 0.*knows the "
     "commands fields, display, filter"),
    ("fields @message | anomaly", "unexpected symbol found anomaly at line 1 and position 18"),
    ("fields @message,\n| limit 1", "unexpected symbol found | at line 2 and position 0"),
    ("stats count(*) by", "unexpected end of query at line 1 and position 17"),
    ("stats @message", "stats needs an aggregate"),
    ("fields isIpInSubnet(a, b)", "does not know the function isipinsubnet"),
    ("filter @message like /(/", "invalid regular expression"),
    ('parse "a * b" as x, y', "parse has 1 wildcards and 2 names"),
    ("parse @message /x(.*)/", "parse needs named groups"),
    ("fields count(", "unexpected end of query"),
    ("filter a ? b", "unexpected symbol found ?"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "complaint"), REFUSED)
def test_what_is_not_understood_is_refused_with_its_place(
    bank: EmbeddedAccount, query: str, complaint: str
) -> None:
    with pytest.raises(ClientError, match=complaint.replace("?", r"\?").replace("|", r"\|")
                       ) as refused:  # fmt: skip
        ask(bank, query)
    response: Any = refused.value.response
    assert response["Error"]["Code"] == "MalformedQueryException"
    location = response["queryCompileError"]["location"]
    assert 0 <= location["startCharOffset"] <= location["endCharOffset"] <= len(query)


def test_a_query_that_nobody_started(bank: EmbeddedAccount) -> None:
    with pytest.raises(ClientError) as refused:
        boto3.client("logs").get_query_results(queryId="none")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_queries_are_over_at_once_and_listed_newest_first(bank: EmbeddedAccount) -> None:
    logs = boto3.client("logs")
    end = int(bank.now().timestamp())
    asked = {"startTime": end - 3600, "endTime": end}
    first = logs.start_query(
        logGroupName=GROUP, queryString="fields @message", limit=2, **asked
    )["queryId"]  # fmt: skip
    second = logs.start_query(
        logGroupIdentifiers=[f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}"],
        queryString="stats count(*)", **asked,
    )["queryId"]  # fmt: skip
    assert len(logs.get_query_results(queryId=first)["results"]) == 2
    listed = logs.describe_queries(logGroupName=GROUP, status="Complete")["queries"]
    assert [each["queryId"] for each in listed[:2]] == [second, first]
    assert logs.describe_queries(status="Running")["queries"] == []
    with pytest.raises(ClientError, match="The specified query is not running"):
        logs.stop_query(queryId=first)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"logGroupName": None}, "Exactly one of logGroupName, logGroupNames and"),
        ({"logGroupNames": [GROUP]}, "Exactly one of logGroupName, logGroupNames and"),
        ({"logGroupName": "none"}, "The specified log group does not exist"),
        ({"endTime": 0}, "The end time must not be before the start time"),
    ],
)
def test_queries_that_are_refused(
    bank: EmbeddedAccount, changed: dict[str, Any], complaint: str
) -> None:
    given = {"logGroupName": GROUP, "startTime": 1, "endTime": 2, "queryString": "fields x"}
    given = {name: value for name, value in (given | changed).items() if value is not None}
    with pytest.raises(ClientError, match=complaint):
        boto3.client("logs").start_query(**given)
