"""What must add up after any run: messages, invocations, and the time they took."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import deploy_function
from tests.embedded.services.cloudwatch.conftest import dimensions
from tests.embedded.services.lambda_.event_source.test_event_source import (
    connect,
    count,
    send,
    with_dead_letters,
)
from tests.fuzz import examples

A_FEW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def total(lab: EmbeddedAccount, namespace: str, metric: str, **named: str) -> float:
    """The sum of the metric over the lab's whole life, until the last minute that has ended."""
    query = {
        "Id": "all",
        "MetricStat": {
            "Metric": {
                "Namespace": namespace,
                "MetricName": metric,
                "Dimensions": dimensions(named),
            },
            "Period": 86_400,
            "Stat": "Sum",
        },
    }
    (result,) = boto3.client("cloudwatch").get_metric_data(
        MetricDataQueries=[query],
        StartTime=lab.now() - timedelta(days=30),
        EndTime=lab.now() + timedelta(days=1),
    )["MetricDataResults"]
    return float(sum(result["Values"]))


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(1, 5)),
        st.tuples(st.just("receive"), st.integers(1, 10)),
        st.tuples(st.just("delete"), st.integers(0, 9)),
        st.tuples(st.just("advance"), st.sampled_from([1, 20, 59, 200, 90_000])),
    ),
    max_size=25,
)


@settings(A_FEW, max_examples=examples(40))
@given(operations=OPERATIONS, max_receive_count=st.integers(1, 3))
def test_messages_add_up(operations: list[tuple[str, int]], max_receive_count: int) -> None:
    with open_lab() as lab:
        assert isinstance(lab, EmbeddedAccount)
        sqs = boto3.client("sqs")
        queue, _ = with_dead_letters(
            max_receive_count, MessageRetentionPeriod="86400", VisibilityTimeout="60"
        )
        handles: list[str] = []
        deletions = 0
        for operation, number in operations:
            match operation:
                case "send":
                    send(queue, *["x"] * number)
                case "receive":
                    answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=number)
                    handles += [each["ReceiptHandle"] for each in answer.get("Messages", [])]
                case "delete" if handles:
                    handle = handles.pop(number % len(handles))
                    sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)
                    deletions += 1
                case "advance":
                    lab.advance(number)
        lab.advance(60 - lab.now().second)
        left = sum(count(queue))
        happened = lab.trace().query("queue == 'orders'")["what"].value_counts()

        def of(metric: str) -> float:
            return total(lab, "AWS/SQS", metric, QueueName="orders")

        sent, received = of("NumberOfMessagesSent"), of("NumberOfMessagesReceived")
        # Of messages that are gone already a deletion counts, too, but nothing is deleted.
        vain = deletions - happened.get("deleted", 0)
        deleted = of("NumberOfMessagesDeleted") - vain
        expired, moved = happened.get("expired", 0), happened.get("dead-lettered", 0)
        assert sent - deleted - expired - moved == left
        assert received >= deleted
        assert received == happened.get("received", 0)
        assert total(lab, "AWS/SQS", "NumberOfMessagesSent", QueueName="dead") == 0


PICKY = """
    import json, time

    def handler(event, context):
        failed = []
        for record in event["Records"]:
            order = json.loads(record["body"])
            time.sleep(order["seconds"])
            if order["outcome"] == "raise":
                raise ValueError(order)
            if order["outcome"] == "fail":
                failed.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failed}
"""
ORDERS = st.lists(
    st.fixed_dictionaries(
        {
            "seconds": st.sampled_from([0, 0.1, 0.25, 4]),
            "outcome": st.sampled_from(["book", "book", "fail", "raise"]),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(A_FEW, max_examples=examples(8))
@given(orders=ORDERS, batch_size=st.integers(1, 5), reserved=st.sampled_from([None, 1, 3]))
def test_invocations_and_their_durations_add_up(
    orders: list[dict[str, Any]], batch_size: int, reserved: int | None
) -> None:
    with open_lab() as lab:
        assert isinstance(lab, EmbeddedAccount)
        deploy_function(PICKY)  # with a timeout of 3 seconds
        if reserved is not None:
            boto3.client("lambda").put_function_concurrency(
                FunctionName="function", ReservedConcurrentExecutions=reserved
            )
        queue, dead = with_dead_letters(2)
        connect(queue, BatchSize=batch_size, FunctionResponseTypes=["ReportBatchItemFailures"])
        send(queue, *map(json.dumps, orders))
        lab.run_until_idle()
        lab.advance(60)
        invoked = lab.trace().query("what == 'invoked'")
        reports = _query(lab, 'filter @type = "REPORT" | stats sum(@duration), sum(@initDuration)')
        (started,) = _query(lab, 'filter @type = "START" | stats count(*)')

        def of(metric: str) -> float:
            return total(lab, "AWS/Lambda", metric, FunctionName="function")

        assert of("Invocations") == started == len(invoked)
        assert of("Errors") == (invoked["outcome"] != "success").sum()
        assert of("Duration") == pytest.approx(reports[0])
        # A cold start is no part of Duration; the trace shows the environment's whole time.
        assert sum(reports) == pytest.approx(invoked["duration"].sum() * 1000)
        deleted = total(lab, "AWS/SQS", "NumberOfMessagesDeleted", QueueName="orders")
        assert len(orders) == deleted + sum(count(dead))


def _query(lab: EmbeddedAccount, query: str) -> list[float]:
    """The numbers in the only row of the answer."""
    logs = boto3.client("logs")
    end = int(lab.now().timestamp())
    started = logs.start_query(
        logGroupName="/aws/lambda/function", startTime=0, endTime=end, queryString=query
    )
    (row,) = logs.get_query_results(queryId=started["queryId"])["results"]
    return [float(field["value"]) for field in row]
