"""What AWS publishes without being asked, seen through plain boto3."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy
from tests.embedded.test_event_source import connect, create_queue, send, with_dead_letters


def total(
    lab: EmbeddedAccount, namespace: str, metric: str, statistic: str, **dimensions: str
) -> float:
    """The metric over the lab's whole life."""
    answer = boto3.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=lab.now() - timedelta(hours=12),
        EndTime=lab.now() + timedelta(minutes=1),
        Period=60,
        Statistics=[statistic],
    )
    points: list[dict[str, Any]] = answer["Datapoints"]
    values = [point[statistic] for point in points]
    return float(sum(values) if statistic == "Sum" else max(values, default=0))


def test_a_queue_publishes_what_happened_in_it(lab: EmbeddedAccount) -> None:
    queue = create_queue()
    send(queue, "a", "b", "c")
    received = boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    message = received["Messages"][0]
    boto3.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    lab.advance(180)

    def sums(metric: str) -> float:
        return total(lab, "AWS/SQS", metric, "Sum", QueueName="orders")

    assert sums("NumberOfMessagesSent") == 3
    assert sums("NumberOfMessagesReceived") == 3
    assert sums("NumberOfMessagesDeleted") == 1
    visible = "ApproximateNumberOfMessagesVisible"
    assert total(lab, "AWS/SQS", visible, "Maximum", QueueName="orders") == 2


def test_moves_to_a_dead_letter_queue_are_not_sent_messages(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy("def handler(event, context): raise RuntimeError('no')")
    queue, _ = with_dead_letters(1)
    connect(queue)
    send(queue, "poison")
    lab.run_until_idle()
    lab.advance(120)
    assert total(lab, "AWS/SQS", "NumberOfMessagesSent", "Sum", QueueName="dead") == 0
    visible = "ApproximateNumberOfMessagesVisible"
    assert total(lab, "AWS/SQS", visible, "Maximum", QueueName="dead") == 1


def test_a_function_publishes_its_invocations(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(
        """
        import time

        def handler(event, context):
            time.sleep(0.1)
            if event["Records"][0]["body"] == "bad": raise ValueError("bad")
        """
    )
    queue, _ = with_dead_letters(2)
    connect(queue, BatchSize=1)
    send(queue, "good", "bad", "good")
    lab.run_until_idle()
    lab.advance(120)

    def of(metric: str, statistic: str) -> float:
        return total(lab, "AWS/Lambda", metric, statistic, FunctionName="function")

    assert of("Invocations", "Sum") == 4
    assert of("Errors", "Sum") == 2
    assert of("Throttles", "Sum") == 0
    assert of("Duration", "Maximum") == 102
    assert of("ConcurrentExecutions", "Maximum") == 3
