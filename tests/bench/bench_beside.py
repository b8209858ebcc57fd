"""Beside ministack, another emulator that runs functions, in the same run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from time import perf_counter, sleep

import boto3

from tests.bench import Row
from tests.bench.bench_event_source import BATCH, TRIVIAL, ten_thousand
from tests.embedded.conftest import zip_code
from tests.parity.server import serve_ministack

MESSAGES = 10_000
PATIENCE = 300
"""Seconds."""


def rows() -> Iterator[Row]:
    with serve_ministack() as address:
        theirs = ten_thousand_at(address)
    yield Row("ministack: 10,000 messages to a function, all of it", theirs, "s")
    yield Row("... ours beside it in the same run", ten_thousand() / theirs, "x", 1.0)


def ten_thousand_at(address: str) -> float:
    """Wall seconds from the first send until all are processed and deleted."""
    options = {
        "endpoint_url": address,
        "region_name": "us-east-1",
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
    }
    sqs, functions = boto3.client("sqs", **options), boto3.client("lambda", **options)
    functions.create_function(
        FunctionName="function",
        Role="arn:aws:iam::123456789012:role/role",
        Runtime=f"python{sys.version_info.major}.{sys.version_info.minor}",
        Handler="code.handler",
        Code={"ZipFile": zip_code(code=TRIVIAL)},
    )
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    functions.create_event_source_mapping(
        EventSourceArn=arn["QueueArn"], FunctionName="function", BatchSize=10
    )
    began = perf_counter()
    for _ in range(MESSAGES // len(BATCH)):
        sqs.send_message_batch(QueueUrl=queue, Entries=BATCH)
    while perf_counter() - began < PATIENCE:
        counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
        if not any(int(counts[name]) for name in names):
            return perf_counter() - began
        sleep(0.05)
    raise TimeoutError(f"ministack was not done after {PATIENCE} s")
