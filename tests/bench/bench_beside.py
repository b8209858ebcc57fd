"""Beside ministack, another emulator that runs functions, in the same run: where it is installed.

`.venv/bin/python -m pip install ministack` installs it; the course does not need it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from time import monotonic, perf_counter, sleep

import boto3

from tests.bench import Row
from tests.bench.bench_event_source import BATCH, TRIVIAL, ten_thousand
from tests.embedded.conftest import zip_code

MESSAGES = 10_000
PATIENCE = 300
"""Seconds."""


def rows() -> Iterator[Row]:
    if find_spec("ministack") is None:
        return
    with serve_ministack() as port:
        theirs = ten_thousand_at(port)
    yield Row("ministack: 10,000 messages to a function, all of it", theirs, "s")
    yield Row("... ours beside it in the same run", ten_thousand() / theirs, "x", 1.0)


@contextmanager
def serve_ministack() -> Iterator[int]:
    """A server on this machine alone; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    settings = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "SFTP_ENABLED": "0"}
    server = subprocess.Popen(
        [sys.executable, "-m", "ministack"],
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = monotonic() + 30
        while monotonic() < until and server.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def ten_thousand_at(port: int) -> float:
    """Wall seconds from the first send until all are processed and deleted."""
    options = {
        "endpoint_url": f"http://127.0.0.1:{port}",
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
