"""How fast messages cross the event source, and what execution environments cost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, cast

import boto3

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.lambda_.execution.environments import ExecutionEnvironment
from helpers.embedded.services.sqs.send_message import send
from helpers.embedded.services.sqs.service import SqsService
from tests.bench import Row
from tests.embedded.conftest import deploy_function, invoke
from tests.embedded.services.lambda_.event_source.test_event_source import (
    arn,
    connect,
    create_queue,
)

TRIVIAL = "def handler(event, context): pass"
SLEEPS = "import time\ndef handler(event, context): time.sleep(0.2)"
BATCH = [{"Id": str(number), "MessageBody": "x" * 50} for number in range(10)]


def rows() -> Iterator[Row]:
    yield Row("10,000 messages by boto3 to a function, all of it", ten_thousand(), "s", 3.0)
    yield Row("100,000 messages through poller and runtime alone", alone(100_000), "s", 8.0)
    yield Row("... messages/s, turned round: s for 15,000", alone(15_000), "s", 1.0)
    yield Row("one hour at 20 messages/s, handler sleeps 0.2 s", an_hour(), "s", 12.0)
    yield Row("... the same, sent ten at a time", an_hour(together=10), "s", 12.0)
    yield from environments()


def ten_thousand() -> float:
    with open_lab() as lab:
        deploy_function(TRIVIAL)
        queue = create_queue()
        connect(queue)
        sqs = boto3.client("sqs")
        began = perf_counter()
        for _ in range(1000):
            sqs.send_message_batch(QueueUrl=queue, Entries=BATCH)
        lab.run_until_idle()
        return perf_counter() - began


def alone(messages: int) -> float:
    """Sends excluded."""
    with open_lab() as lab:
        assert isinstance(lab, EmbeddedAccount)
        deploy_function(TRIVIAL)
        url = create_queue()
        queue = cast(SqsService, lab._services.queues).find(arn(url))
        assert queue is not None
        for _ in range(messages):
            send(queue, {"MessageBody": "x" * 50})
        connect(url)
        began = perf_counter()
        lab.run_until_idle()
        return perf_counter() - began


def an_hour(together: int = 1) -> float:
    with open_lab() as lab:
        assert isinstance(lab, EmbeddedAccount)
        return an_hour_in(lab, together=together)


def an_hour_in(
    lab: EmbeddedAccount,
    clock: Callable[[], float] = perf_counter,
    hours: float = 1,
    together: int = 1,
) -> float:
    """72,000 messages an hour arrive evenly, so many together; seconds of `clock`.

    One by one each is a batch of its own, as AWS's pollers would take them: 72,000 invocations.
    """
    deploy_function(SLEEPS)
    url = create_queue()
    connect(url)
    queue = cast(SqsService, lab._services.queues).find(arn(url))
    assert queue is not None
    simulation = lab._simulation

    def traffic() -> Any:
        for _ in range(int(hours * 72_000 / together)):
            for _ in range(together):
                send(queue, {"MessageBody": "x" * 50})
            yield simulation.timeout(together * 50_000)

    simulation.start(traffic())
    began = clock()
    lab.advance(hours * 3600)
    lab.run_until_idle()
    return clock() - began


def environments() -> Iterator[Row]:
    """A hundred at once, and one that is warm."""
    with open_lab() as lab:
        assert isinstance(lab, EmbeddedAccount)
        deploy_function(SLEEPS)
        client = boto3.client("lambda")
        invoke("function")
        before = _private_megabytes(lab)
        began = perf_counter()
        for _ in range(100):
            client.invoke(FunctionName="function", InvocationType="Event")
        lab.run_until_idle()
        yield Row("100 environments at once: start and run", perf_counter() - began, "s", 2.5)
        each = (_private_megabytes(lab) - before) / 99
        yield Row("memory of each beyond the first", each, "MB", 15)
    with open_lab():
        deploy_function(TRIVIAL)
        invoke("function")
        payload = json.dumps({})
        began = perf_counter()
        for _ in range(500):
            client = client or boto3.client("lambda")
            client.invoke(FunctionName="function", Payload=payload)
        yield Row("a warm invocation", (perf_counter() - began) / 500 * 1000, "ms", 1.5)


def _private_megabytes(lab: EmbeddedAccount) -> float:
    """Memory that the environments do not share with each other (Linux)."""
    assert lab._services.functions is not None
    functions = lab._services.functions._functions
    warm = (each for pool in functions._warm.values() for each in pool)
    pids = [each.pid for each in warm if isinstance(each, ExecutionEnvironment)]
    return sum(_private(pid) for pid in pids if pid) / 1024


def _private(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    fields = {line.split(":")[0]: line.split() for line in rollup.splitlines()[1:]}
    return int(fields["Private_Clean"][1]) + int(fields["Private_Dirty"][1])
