"""What metrics, alarms and logs cost: while things happen, when asked, and when nothing happens."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from statistics import median
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

import boto3

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.cloudwatch.published.function_facts import FunctionFacts
from helpers.embedded.services.cloudwatch.published.mapping_facts import EventCounts
from helpers.embedded.services.cloudwatch.published.queue_meter import QueueMeter
from helpers.embedded.services.logs.log_metrics import LogMetrics
from tests.bench import Row
from tests.bench.bench_event_source import TRIVIAL, an_hour_in
from tests.embedded.conftest import deploy_function
from tests.embedded.services.lambda_.event_source.test_event_source import create_queue

HOOKS = (
    (FunctionFacts, ("began", "ended", "abandoned", "throttled")),
    (EventCounts, ("note",)),
    (QueueMeter, ("note_sent", "use", "end_polls")),
    (LogMetrics, ("note",)),
)
"""What queues, functions and their logs tell telemetry while they work."""


def rows() -> Iterator[Row]:
    yield Row("what telemetry adds to traffic (CPU, median of 15 pairs)", added(), "%", 15)
    with open_lab() as lab:
        assert isinstance(lab, EmbeddedAccount)
        an_hour_in(lab)
        boto3.client("cloudwatch").list_dashboards()  # the service itself is loaded now
        gc.collect()
        yield Row("get_metric_data over an hour of 72,000 messages", ask(lab), "ms", 50)
        yield Row("... again (median of 9)", median(ask(lab) for _ in range(9)), "ms", 50)
    yield Row("24 h, 10 queues and 10 functions, no traffic", idle(alarms=0), "s", 0.5)
    yield Row("... and 10 alarms that watch them", idle(alarms=10), "s")


def added() -> float:
    """Per cent. Short runs without and with telemetry take turns: a machine that has become
    faster or slower meanwhile has become so for both."""
    pairs = [(some_traffic(telemetry=False), some_traffic(telemetry=True)) for _ in range(15)]
    return 100 * (median(with_it / without for without, with_it in pairs) - 1)


def some_traffic(telemetry: bool) -> float:
    """Seconds of this process for three minutes and 3,600 messages."""
    with open_lab() as lab, ExitStack() as patches:
        assert isinstance(lab, EmbeddedAccount)
        for owner, names in () if telemetry else HOOKS:
            for name in names:
                patches.enter_context(patch.object(owner, name, lambda *_, **__: None))
        gc.collect()
        return an_hour_in(lab, process_time, hours=0.05)


def ask(lab: EmbeddedAccount) -> float:
    """Milliseconds for eight metrics of the hour."""
    asked = [
        ("AWS/SQS", "QueueName", "orders", "NumberOfMessagesSent", "Sum"),
        ("AWS/SQS", "QueueName", "orders", "NumberOfMessagesReceived", "Sum"),
        ("AWS/SQS", "QueueName", "orders", "ApproximateNumberOfMessagesVisible", "Maximum"),
        ("AWS/SQS", "QueueName", "orders", "ApproximateAgeOfOldestMessage", "Maximum"),
        ("AWS/Lambda", "FunctionName", "function", "Invocations", "Sum"),
        ("AWS/Lambda", "FunctionName", "function", "Errors", "Average"),
        ("AWS/Lambda", "FunctionName", "function", "Duration", "p99"),
        ("AWS/Lambda", "FunctionName", "function", "ConcurrentExecutions", "Maximum"),
    ]
    queries = [
        _query(f"q{number}", *metric) for number, metric in enumerate(asked)
    ]  # fmt: skip
    cloudwatch = boto3.client("cloudwatch")
    began = perf_counter()
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=queries,
        StartTime=lab.now() - timedelta(hours=1),
        EndTime=lab.now(),
    )
    took = (perf_counter() - began) * 1000
    assert all(len(result["Values"]) >= 59 for result in answer["MetricDataResults"])
    return took


def idle(alarms: int) -> float:
    with open_lab() as lab:
        for number in range(10):
            create_queue(f"queue-{number}")
            deploy_function(TRIVIAL, f"function-{number}")
        cloudwatch = boto3.client("cloudwatch")
        for number in range(alarms):
            cloudwatch.put_metric_alarm(
                AlarmName=f"alarm-{number}", Namespace="AWS/SQS", Statistic="Maximum", Period=60,
                MetricName="ApproximateNumberOfMessagesVisible", EvaluationPeriods=3, Threshold=1,
                Dimensions=[{"Name": "QueueName", "Value": f"queue-{number}"}],
                ComparisonOperator="GreaterThanThreshold",
            )  # fmt: skip
        began = perf_counter()
        lab.advance(24 * 3600)
        return perf_counter() - began


def _query(name: str, namespace: str, dimension: str, value: str, metric: str, stat: str) -> Any:
    of = [{"Name": dimension, "Value": value}]
    where = {"Namespace": namespace, "MetricName": metric, "Dimensions": of}
    return {"Id": name, "MetricStat": {"Metric": where, "Period": 60, "Stat": stat}}
