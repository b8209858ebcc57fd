"""Looking changes nothing: a program leaves the same metrics and trace, whoever reads meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any, NamedTuple

import boto3
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.cloudwatch.published.queue_metrics import KINDS
from tests.embedded.conftest import deploy_function
from tests.fuzz import examples

QUEUES = ("plain", "dead", "tenants", "orders.fifo", "dead.fifo")


@cache
def client(service: str) -> Any:
    """Reaches whichever lab is open, and takes long to make."""
    return boto3.client(service, region_name="us-east-1")


class Program(NamedTuple):
    """What a random program remembers while it runs."""

    lab: EmbeddedAccount
    random: Random
    urls: dict[str, str]
    handles: list[tuple[str, str]]

    def step(self) -> None:
        random, sqs = self.random, client("sqs")
        name = random.choice(QUEUES)
        url, options = self.urls[name], {}
        kind = random.choice(
            ("send", "send", "receive", "receive", "finish", "set", "move", "pass")
        )
        if kind == "send":
            if name.endswith(".fifo"):
                number = str(random.randrange(10**9))
                options = {"MessageGroupId": random.choice("ab"), "MessageDeduplicationId": number}
            elif name == "tenants":
                options = {"MessageGroupId": random.choice("ab")}
            else:
                options = {"DelaySeconds": random.choice((0, 0, 30, 60))}
            for _ in range(random.choice((1, 1, 40))):
                if "MessageDeduplicationId" in options:
                    options["MessageDeduplicationId"] += "x"
                sqs.send_message(QueueUrl=url, MessageBody="text", **options)
        elif kind == "receive":
            answer = sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=random.choice((1, 10)),
                VisibilityTimeout=random.choice((0, 20, 30, 60)),
                WaitTimeSeconds=random.choice((0, 0, 20)),
            )
            received = answer.get("Messages", ())
            self.handles.extend((url, each["ReceiptHandle"]) for each in received)
        elif kind == "finish" and self.handles:
            owner, handle = self.handles.pop(random.randrange(len(self.handles)))
            try:
                if random.random() < 0.5:
                    sqs.delete_message(QueueUrl=owner, ReceiptHandle=handle)
                else:
                    sqs.change_message_visibility(
                        QueueUrl=owner,
                        ReceiptHandle=handle,
                        VisibilityTimeout=random.choice((0, 60)),
                    )
            except client("sqs").exceptions.ClientError:
                pass
        elif kind == "set":
            value = random.choice(
                (("MessageRetentionPeriod", (60, 120, 3600)), ("DelaySeconds", (0, 60)))
            )
            sqs.set_queue_attributes(
                QueueUrl=url, Attributes={value[0]: str(random.choice(value[1]))}
            )
        elif kind == "move":
            arn = f"arn:aws:sqs:us-east-1:123456789012:{random.choice(('dead', 'dead.fifo'))}"
            try:
                sqs.start_message_move_task(SourceArn=arn, MaxNumberOfMessagesPerSecond=1)
            except client("sqs").exceptions.ClientError:
                pass
        self.lab.advance(random.choice((0, 0, 1, 20, 59, 60, 61, 120, 600)))


def look(lab: EmbeddedAccount, random: Random, urls: dict[str, str]) -> None:
    """Any of the reads that a curious person makes."""
    sqs, cloudwatch, logs = client("sqs"), client("cloudwatch"), client("logs")
    url = random.choice(list(urls.values()))
    looks: tuple[Callable[[], object], ...] = (
        lambda: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"]),
        lambda: metrics(lab, random.choice(QUEUES)),
        lambda: cloudwatch.list_metrics(),
        lambda: cloudwatch.describe_alarms(),
        lambda: cloudwatch.describe_alarm_history(),
        lambda: sqs.list_queues(),
        lambda: sqs.list_queue_tags(QueueUrl=url),
        lambda: sqs.list_message_move_tasks(SourceArn="arn:aws:sqs:us-east-1:123456789012:dead"),
        lambda: sqs.receive_message(QueueUrl=urls["nobody"]),
        lambda: logs.describe_log_groups(),
        lambda: client("lambda").list_event_source_mappings(),
        lambda: [
            logs.filter_log_events(logGroupName=each["logGroupName"])
            for each in logs.describe_log_groups()["logGroups"]
        ],
        lambda: lab.trace(),
        lambda: repr(lab),
    )
    for _ in range(random.randrange(4)):
        random.choice(looks)()


def metrics(lab: EmbeddedAccount, queue: str) -> list[Any]:
    answer = client("cloudwatch").get_metric_data(
        MetricDataQueries=[
            {
                "Id": f"m{number}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/SQS",
                        "MetricName": name,
                        "Dimensions": [{"Name": "QueueName", "Value": queue}],
                    },
                    "Period": 60,
                    "Stat": "Sum",
                },
            }
            for number, name in enumerate(KINDS)
        ],
        StartTime=lab.now() - timedelta(hours=20),
        EndTime=lab.now() + timedelta(minutes=1),
    )
    return [
        (each["Id"], list(zip(each["Timestamps"], each["Values"], strict=True)))
        for each in answer["MetricDataResults"]
    ]


def run(
    seed: int, steps: int, reads: Random | None, with_function: bool = False
) -> tuple[Any, ...]:
    """All that a random program leaves behind."""
    with open_lab() as lab:
        assert isinstance(lab, EmbeddedAccount)
        sqs = client("sqs")
        urls = {}
        for name in (*QUEUES, "nobody"):
            attributes = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
            urls[name] = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        for source, target in (("plain", "dead"), ("orders.fifo", "dead.fifo")):
            arn = f"arn:aws:sqs:us-east-1:123456789012:{target}"
            policy = f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": "2"}}'
            sqs.set_queue_attributes(QueueUrl=urls[source], Attributes={"RedrivePolicy": policy})
        client("cloudwatch").put_metric_alarm(
            AlarmName="deep",
            Namespace="AWS/SQS",
            MetricName="ApproximateNumberOfMessagesVisible",
            Dimensions=[{"Name": "QueueName", "Value": "plain"}],
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=2,
            ComparisonOperator="GreaterThanThreshold",
        )
        if with_function:
            read_by_function("tenants")
        program = Program(lab, Random(seed), urls, [])
        for _ in range(steps):
            program.step()
            if reads:
                look(lab, reads, urls)
        lab.advance(61)
        history = client("cloudwatch").describe_alarm_history()["AlarmHistoryItems"]
        rows = lab.trace().astype(object).where(lambda frame: frame.notna(), None)
        queues = [metrics(lab, name) for name in QUEUES]
        return queues, rows.values.tolist(), history, logged(with_function), counted(lab)


def read_by_function(queue: str) -> None:
    """A function that fails at one message in three; its log is counted by a metric filter."""
    deploy_function("""
        def handler(event, context):
            print(event["Records"][0]["messageId"])
            assert int(event["Records"][0]["messageId"][:4], 16) % 3
    """)
    client("lambda").create_event_source_mapping(
        EventSourceArn=f"arn:aws:sqs:us-east-1:123456789012:{queue}", FunctionName="function"
    )
    client("logs").create_log_group(logGroupName="/aws/lambda/function")
    client("logs").put_metric_filter(
        logGroupName="/aws/lambda/function",
        filterName="failures",
        filterPattern="AssertionError",
        metricTransformations=[
            {"metricName": "Failures", "metricNamespace": "Own", "metricValue": "1"}
        ],
    )


def logged(with_function: bool) -> Any:
    if not with_function:
        return None
    events = client("logs").filter_log_events(logGroupName="/aws/lambda/function")["events"]
    return [(each["logStreamName"], each["timestamp"], each["message"]) for each in events]


def counted(lab: EmbeddedAccount) -> Any:
    """What other services published, minute by minute."""
    return [
        client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=name,
            StartTime=lab.now() - timedelta(hours=20),
            EndTime=lab.now() + timedelta(minutes=1),
            Period=60,
            Statistics=["SampleCount", "Sum", "Maximum"],
        )["Datapoints"]
        for namespace, name in (
            ("AWS/Lambda", "Invocations"),
            ("AWS/Lambda", "Errors"),
            ("AWS/Lambda", "Duration"),
            ("AWS/Lambda", "ConcurrentExecutions"),
            ("Own", "Failures"),
        )
    ]


@settings(max_examples=examples(8), deadline=None)
@example(seed=0, steps=30)
@given(seed=st.integers(0, 10**6), steps=st.integers(1, 30))
def test_any_reads_in_between_leave_the_same_metrics_and_trace(seed: int, steps: int) -> None:
    undisturbed, watched = run(seed, steps, None), run(seed, steps, Random(seed))
    for alone, looked_at in zip(undisturbed, watched, strict=True):
        assert looked_at == alone


@pytest.mark.parametrize("seed", [1, 2])
def test_nor_do_reads_change_what_functions_do(seed: int) -> None:
    undisturbed, watched = (run(seed, 15, reads, True) for reads in (None, Random(seed)))
    for alone, looked_at in zip(undisturbed, watched, strict=True):
        assert looked_at == alone


@pytest.mark.parametrize("looks", [False, True])
def test_a_message_is_not_there_at_the_moment_at_which_it_expires(
    lab: EmbeddedAccount, looks: bool
) -> None:
    url = client("sqs").create_queue(
        QueueName="plain", Attributes={"MessageRetentionPeriod": "120"}
    )["QueueUrl"]
    client("sqs").send_message(QueueUrl=url, MessageBody="text")
    lab.advance(120)
    if looks:
        client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    lab.advance(60)
    ((_, visible), *_) = metrics(lab, "plain")
    assert [value for _, value in sorted(visible)] == [1, 0, 0]
    assert list(lab.trace()["what"]) == ["sent", "expired"]


def test_a_mapping_that_is_switched_on_late_has_polled_nothing_before(
    lab: EmbeddedAccount,
) -> None:
    client("sqs").create_queue(QueueName="plain")
    deploy_function("def handler(event, context): pass")
    mapping = client("lambda").create_event_source_mapping(
        EventSourceArn="arn:aws:sqs:us-east-1:123456789012:plain",
        FunctionName="function",
        Enabled=False,
    )["UUID"]
    lab.advance(600)
    client("lambda").update_event_source_mapping(UUID=mapping, Enabled=True)
    lab.advance(120)
    series = dict(zip(KINDS, (points for _, points in metrics(lab, "plain")), strict=True))
    polls = [value for _, value in sorted(series["NumberOfEmptyReceives"])]
    assert polls[:10] == [0] * 10
    assert all(value > 0 for value in polls[10:])


def test_the_trace_can_be_read_while_other_threads_send(lab: EmbeddedAccount) -> None:
    url = client("sqs").create_queue(QueueName="plain")["QueueUrl"]
    sender = threading.Thread(
        target=lambda: [
            client("sqs").send_message(QueueUrl=url, MessageBody="text") for _ in range(200)
        ]
    )
    sender.start()
    while sender.is_alive():
        lab.trace()
    sender.join()
    assert list(lab.trace()["what"]) == ["sent"] * 200
