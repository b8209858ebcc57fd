"""How much a queue costs: per message, by depth, in memory, and beside plain moto."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import boto3
from moto import mock_aws

from helpers import open_lab
from helpers.embedded.services.sqs.queue import Queue
from helpers.embedded.services.sqs.send_message import send
from tests.bench import Row

SHALLOW, DEEP, DEEPEST = 1_000, 100_000, 1_000_000
FLAT = 1.2
"""What an operation may cost on the deep queue, if it costs 1 on the shallow one."""
PASSES = 5
MEBIBYTE = 1 << 20


def rows() -> Iterator[Row]:
    yield from through_boto3()
    yield from by_depth()
    yield from at_a_million()


def through_boto3() -> Iterator[Row]:
    """Send, receive and delete in batches of ten, as a notebook does."""
    with open_lab():
        plain = send_and_drain(10_000)
    yield Row("10,000 messages by boto3: send, receive, delete", plain, "s", 3.0)
    with open_lab():
        key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
        sealed = send_and_drain(10_000, {"KmsMasterKeyId": key})
    yield Row("the same on a queue that is encrypted with a KMS key", sealed / plain, "x", 1.3)
    with mock_aws():
        seconds = send_and_drain(500, region_name="us-east-1")
    yield Row("500 messages in plain moto, which grows with the square", seconds, "s")
    with open_lab():
        yield Row("500 messages here", send_and_drain(500), "s")


def send_and_drain(
    messages: int, attributes: dict[str, str] | None = None, **options: Any
) -> float:
    """Wall seconds for `messages` messages to be sent, received and deleted."""
    sqs = boto3.client("sqs", **options)
    url = sqs.create_queue(QueueName="queue", Attributes=attributes or {})["QueueUrl"]
    began = perf_counter()
    for start in range(0, messages, 10):
        entries = [
            {"Id": str(number), "MessageBody": f"transaction {number}"}
            for number in range(start, start + 10)
        ]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
    drained = 0
    while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        entries = [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
            for number, message in enumerate(batch)
        ]
        sqs.delete_message_batch(QueueUrl=url, Entries=entries)
        drained += len(batch)
    assert drained == messages
    return perf_counter() - began


def by_depth() -> Iterator[Row]:
    """Each operation by boto3 on a deep queue, divided by the same on a shallow one."""
    for in_flight in (False, True):
        with open_lab() as lab:
            depths = (SHALLOW, DEEP)
            pairs = [filled(lab, f"queue-{depth}", depth, in_flight) for depth in depths]
            shallow, deep = (Operations(url) for url in pairs)
            where = "in flight" if in_flight else "waiting"
            for name in shallow.names:
                ratio = compare(getattr(shallow, name), getattr(deep, name))
                what = f"{name.replace('_', ' ')}: {DEEP:,} {where} / {SHALLOW:,}"
                yield Row(what, ratio, "x", FLAT)


class Operations:
    """The operations that are measured; each leaves the queue as deep as it was."""

    names = ("send", "receive", "change_visibility", "delete", "count")

    def __init__(self, url: str) -> None:
        self._sqs = boto3.client("sqs")
        self._url = {"QueueUrl": url}
        self._handles: list[str] = []

    def send(self) -> None:
        self._sqs.send_message(MessageBody="text", **self._url)

    def receive(self) -> None:
        answer = self._sqs.receive_message(**self._url)
        self._handles.append(answer["Messages"][0]["ReceiptHandle"])

    def change_visibility(self) -> None:
        self._sqs.change_message_visibility(
            ReceiptHandle=self._handles[-1], VisibilityTimeout=600, **self._url
        )

    def delete(self) -> None:
        self._sqs.delete_message(ReceiptHandle=self._handles.pop(), **self._url)

    def count(self) -> None:
        self._sqs.get_queue_attributes(AttributeNames=["ApproximateNumberOfMessages"], **self._url)


def filled(lab: Any, name: str, depth: int, in_flight: bool) -> str:
    """A queue with so many messages waiting or in flight, and some more waiting; its URL."""
    url = str(boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"])
    queue = find(lab, name)
    fill(queue, depth)
    if in_flight:
        while queue.receive(min(depth, 10_000), 43_200) and queue.counts().visible:
            pass
        fill(queue, SHALLOW)
    return url


def find(lab: Any, name: str) -> Queue:
    queue: Queue = next(queue for queue in lab._services.queues.all() if queue.name == name)
    return queue


def fill(queue: Queue, messages: int) -> None:
    for number in range(messages):
        send(queue, {"MessageBody": f"transaction {number}"})


def compare(shallow: Callable[[], None], deep: Callable[[], None]) -> float:
    """Median cost of the one divided by the other's; calls take turns, so that noise hits both."""
    gc.collect()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(60 * PASSES):
        for call, list_of_times in zip((shallow, deep), times, strict=True):
            began = perf_counter()
            call()
            list_of_times.append(perf_counter() - began)
    return median(times[1]) / median(times[0])


def at_a_million() -> Iterator[Row]:
    """Memory of small messages, their rows of the trace included, and a look at the queue."""
    with open_lab() as lab:
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="queue")["QueueUrl"]
        queue = find(lab, "queue")
        before = resident()
        began = perf_counter()
        fill(queue, DEEPEST)
        filling = perf_counter() - began
        yield Row(f"{DEEPEST:,} messages in memory", (resident() - before) / 1024, "GiB", 1.0)
        yield Row(f"{DEEPEST:,} messages put in the queue", filling, "s")
        times = []
        for _ in range(50):
            began = perf_counter()
            sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
            times.append(perf_counter() - began)
        yield Row("get_queue_attributes with them", median(times) * 1000, "ms", 5.0)


def resident() -> float:
    """MiB of memory that this process occupies; 0 where the system does not say."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
