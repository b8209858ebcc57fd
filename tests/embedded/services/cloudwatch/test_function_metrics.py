"""AWS/Lambda: what functions and event source mappings publish.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from __future__ import annotations

import json
from typing import Any

import boto3

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy
from tests.embedded.services.cloudwatch.conftest import Read
from tests.embedded.services.lambda_.event_source.test_event_source import (
    arn,
    connect,
    create_queue,
    send,
    with_dead_letters,
)

SLEEPS = "import time\ndef handler(event, context): time.sleep(event.get('seconds', 0.1))"
FAILS = "def handler(event, context): raise RuntimeError('no')"
PICKY = """
    import time

    def handler(event, context):
        time.sleep(0.1)
        if event["Records"][0]["body"] == "bad": raise ValueError("bad")
"""
LAMBDA = "AWS/Lambda"


def invoke(event: Any = None, name: str = "function", **options: Any) -> None:
    boto3.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event or {}), **options)


def test_a_function_publishes_its_invocations(
    lab: EmbeddedAccount, deploy: Deploy, read: Read
) -> None:
    deploy(PICKY)
    queue, _ = with_dead_letters(2)
    connect(queue, BatchSize=1)
    send(queue, "good", "bad", "good")
    lab.run_until_idle()
    lab.advance(60)

    def of(metric: str, statistic: str) -> list[float]:
        return read(LAMBDA, metric, statistic, FunctionName="function")

    assert of("Invocations", "Sum") == [4]
    assert of("Errors", "Sum") == [2]
    assert of("Errors", "Average") == [0.5], "the average of Errors is the error rate"
    assert of("Duration", "Maximum") == [102]
    assert of("ConcurrentExecutions", "Maximum") == [3]


def test_throttles_are_neither_invocations_nor_errors(
    lab: EmbeddedAccount, deploy: Deploy, read: Read
) -> None:
    deploy(SLEEPS, Timeout=30)
    client = boto3.client("lambda")
    client.put_function_concurrency(FunctionName="function", ReservedConcurrentExecutions=1)
    for _ in range(3):
        invoke({"seconds": 20}, InvocationType="Event")
    lab.advance(10)
    lab.advance(50)
    throttled = sum(read(LAMBDA, "Throttles", "Sum", FunctionName="function"))
    assert throttled >= 4
    assert sum(read(LAMBDA, "Errors", "Sum", FunctionName="function")) == 0
    lab.run_until_idle()
    lab.advance(60)
    assert sum(read(LAMBDA, "Invocations", "Sum", FunctionName="function")) == 3


def test_percentiles_are_values_that_occurred(
    lab: EmbeddedAccount, deploy: Deploy, read: Read
) -> None:
    deploy(SLEEPS, Timeout=30)
    for seconds in (0.1, 0.2, 0.3, 0.4, 5):
        invoke({"seconds": seconds})
    lab.advance(60)
    percentiles = {name: read(LAMBDA, "Duration", name, FunctionName="function")
                   for name in ("p50", "p90", "p99.9", "p0")}  # fmt: skip
    assert percentiles == {"p50": [302], "p90": [5002], "p99.9": [5002], "p0": [102]}


def test_concurrency_is_of_the_function_and_of_the_account(
    lab: EmbeddedAccount, deploy: Deploy, read: Read
) -> None:
    """Invocations that last through a minute count in it; reserved ones not as unreserved."""
    deploy(SLEEPS, Timeout=200)
    deploy(SLEEPS, "other", Timeout=200)
    client = boto3.client("lambda")
    client.put_function_concurrency(FunctionName="other", ReservedConcurrentExecutions=5)
    for name, times in (("function", 2), ("other", 3)):
        for _ in range(times):
            invoke({"seconds": 90}, name, InvocationType="Event")
    lab.advance(180)
    assert read(LAMBDA, "ConcurrentExecutions", "Maximum", FunctionName="function") == [2, 2]
    assert read(LAMBDA, "ConcurrentExecutions", "Maximum", FunctionName="other") == [3, 3]
    assert read(LAMBDA, "ConcurrentExecutions", "Maximum") == [5, 5]
    assert read(LAMBDA, "UnreservedConcurrentExecutions", "Maximum") == [2, 2]


def test_a_version_and_an_alias_have_a_dimension_of_their_own(
    lab: EmbeddedAccount, deploy: Deploy, read: Read, cloudwatch: Any
) -> None:
    deploy(SLEEPS)
    client = boto3.client("lambda")
    version = client.publish_version(FunctionName="function")["Version"]
    client.create_alias(FunctionName="function", Name="live", FunctionVersion=version)
    invoke()
    invoke(Qualifier="live", InvocationType="Event")
    invoke(Qualifier=version)
    lab.advance(60)
    listed = cloudwatch.list_metrics(Namespace=LAMBDA, MetricName="Invocations")["Metrics"]
    resources = {
        each["Value"]
        for metric in listed
        for each in metric["Dimensions"]
        if each["Name"] == "Resource"
    }
    assert resources == {"function", "function:live", f"function:{version}"}
    assert read(LAMBDA, "Invocations", "Sum", FunctionName="function") == [3]
    assert read(LAMBDA, "Invocations", "Sum") == [3], "of the whole account"
    for resource in resources:
        of = {"FunctionName": "function", "Resource": resource}
        assert read(LAMBDA, "Invocations", "Sum", **of) == [1], resource
        ran = read(LAMBDA, "Invocations", "Sum", **of, ExecutedVersion=version)
        assert ran == ([1] if resource == "function:live" else []), "of an alias alone"


def test_events_are_counted_from_their_arrival_to_their_end(
    lab: EmbeddedAccount, deploy: Deploy, read: Read
) -> None:
    deploy(FAILS)
    deploy(SLEEPS, "good")
    invoke(InvocationType="Event")
    invoke({}, "good", InvocationType="Event")
    lab.run_until_idle()
    lab.advance(60)

    def of(metric: str, statistic: str, name: str = "function") -> list[float]:
        return read(LAMBDA, metric, statistic, FunctionName=name)

    assert (sum(of("AsyncEventsReceived", "Sum")), sum(of("AsyncEventsDropped", "Sum"))) == (1, 1)
    ages = of("AsyncEventAge", "Maximum")
    assert ages[0] < 100, "milliseconds"
    assert 60_000 <= ages[1] < 70_000, "the second of three attempts, 60 s later"
    assert len(ages) == 3
    assert of("AsyncEventsReceived", "Sum", "good") == [1]
    assert not of("AsyncEventsDropped", "Sum", "good")


def test_events_that_grow_too_old_are_dropped(
    lab: EmbeddedAccount, deploy: Deploy, read: Read
) -> None:
    deploy(SLEEPS)
    client = boto3.client("lambda")
    client.put_function_concurrency(FunctionName="function", ReservedConcurrentExecutions=0)
    client.put_function_event_invoke_config(FunctionName="function", MaximumEventAgeInSeconds=60)
    invoke(InvocationType="Event")
    lab.advance(180)
    dropped = read(LAMBDA, "AsyncEventsDropped", "Sum", FunctionName="function")
    assert sum(dropped) == 1
    assert not read(LAMBDA, "AsyncEventAge", "Maximum", FunctionName="function")


def test_a_dead_letter_queue_that_is_gone_is_an_error_of_its_own(
    lab: EmbeddedAccount, deploy: Deploy, read: Read
) -> None:
    queue = create_queue("failed")
    deploy(FAILS, DeadLetterConfig={"TargetArn": arn(queue)})
    boto3.client("sqs").delete_queue(QueueUrl=queue)
    invoke(InvocationType="Event")
    lab.run_until_idle()
    lab.advance(60)
    assert sum(read(LAMBDA, "DeadLetterErrors", "Sum", FunctionName="function")) == 1
    assert sum(read(LAMBDA, "DestinationDeliveryFailures", "Sum", FunctionName="function")) == 0


def test_a_mapping_counts_its_events_where_that_is_switched_on(
    lab: EmbeddedAccount, deploy: Deploy, read: Read, cloudwatch: Any
) -> None:
    deploy(PICKY)
    queue, _ = with_dead_letters(1)
    pattern = json.dumps({"body": ["good", "bad"]})
    uuid = connect(
        queue,
        BatchSize=1,
        FilterCriteria={"Filters": [{"Pattern": pattern}]},
        MetricsConfig={"Metrics": ["EventCount"]},
    )
    quiet = connect(create_queue("quiet"))
    send(queue, "good", "good", "bad", "other")
    lab.run_until_idle()
    lab.advance(60)
    counted = {
        name: sum(read(LAMBDA, name, "Sum", EventSourceMappingUUID=uuid))
        for name in (
            "PolledEventCount", "FilteredOutEventCount", "InvokedEventCount",
            "FailedInvokeEventCount", "DeletedEventCount",
        )
    }  # fmt: skip
    assert counted == {
        "PolledEventCount": 4,
        "FilteredOutEventCount": 1,
        "InvokedEventCount": 3,
        "FailedInvokeEventCount": 1,
        "DeletedEventCount": 3,
    }
    of_quiet = [{"Name": "EventSourceMappingUUID", "Value": quiet}]
    assert cloudwatch.list_metrics(Namespace=LAMBDA, Dimensions=of_quiet)["Metrics"] == []


def test_a_function_that_rests_publishes_nothing(
    lab: EmbeddedAccount, deploy: Deploy, read: Read
) -> None:
    deploy(SLEEPS)
    lab.advance(3600)
    invoke()
    lab.advance(3600)
    assert len(read(LAMBDA, "Invocations", "Sum", FunctionName="function")) == 1


def test_another_region_has_other_metrics(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(SLEEPS)
    create_queue()
    invoke()
    lab.advance(60)
    elsewhere = boto3.client("cloudwatch", region_name="eu-central-1")
    assert elsewhere.list_metrics()["Metrics"] == []
    assert boto3.client("cloudwatch").list_metrics()["Metrics"] != []
