"""Beside fauxqs, an emulator of SQS in JavaScript, in the same run.

It is no package of Python: `npm install fauxqs node@22` somewhere, and FAUXQS names that folder.
"""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import boto3

from helpers import open_lab
from tests.bench import Row
from tests.bench.scenarios import cpu_of, send_receive_delete

MESSAGES = 10_000
PATIENCE = 30
"""Seconds in which it must have started."""

_SERVE = """
import { buildApp } from "PACKAGE/dist/app.js";
buildApp({ logger: false }).listen({ port: PORT, host: "127.0.0.1" });
"""


def rows() -> Iterator[Row]:
    if not (folder := os.environ.get("FAUXQS")):
        return
    with serve(Path(folder)) as (address, pid):
        before = cpu_of(pid)
        client = boto3.client(
            "sqs",
            endpoint_url=address,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        theirs = send_receive_delete(client, MESSAGES) + cpu_of(pid) - before
    with open_lab():
        ours = send_receive_delete(boto3.client("sqs"), MESSAGES)
    yield Row("fauxqs: 10,000 by tens, CPU of client and server", theirs, "s")
    yield Row("... ours beside it in the same run", ours / theirs, "x", 0.45)


@contextmanager
def serve(folder: Path) -> Iterator[tuple[str, int]]:
    """A server on this machine alone; its address and process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    modules = folder / "node_modules"
    program = _SERVE.replace("PACKAGE", str(modules / "fauxqs")).replace("PORT", str(port))
    server = subprocess.Popen(
        [modules / ".bin" / "node", "--input-type=module", "-e", program],
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(PATIENCE * 10):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            sleep(0.1)
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        server.terminate()
        server.wait(PATIENCE)
