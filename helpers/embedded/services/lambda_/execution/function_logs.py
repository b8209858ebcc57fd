"""What AWS writes into a function's log group around the function's own output.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Callable
from math import ceil
from typing import NamedTuple

from helpers.embedded.services.lambda_.execution.invocations import Outcome
from helpers.embedded.time.clock import MILLISECOND, Clock

_TAIL = 4096
"""Bytes of log that an invocation with LogType Tail brings back."""

_MEMORY_USED = 64
"""Megabytes. Modelled: what a small Python function with boto3 takes."""


class LogEntry(NamedTuple):
    timestamp: int
    """Unix milliseconds of lab time."""
    message: str


class FunctionLogs:
    """Log entries of all functions, kept until somebody reads CloudWatch Logs.

    `note` is told of them when they are written: some become metrics.
    """

    def __init__(self, clock: Clock, note: Callable[[str, list[LogEntry]], None]) -> None:
        self._clock = clock
        self._note = note
        self._pending: dict[tuple[str, str], list[LogEntry]] = defaultdict(list)

    def write(self, group: str, stream: str, messages: list[str]) -> None:
        now = self._clock.unix_milliseconds()
        entries = [LogEntry(now, text) for text in messages]
        self._pending[group, stream] += entries
        self._note(group, entries)

    def take(self) -> dict[tuple[str, str], list[LogEntry]]:
        """The entries since the last time, by log group and stream."""
        pending, self._pending = self._pending, defaultdict(list)
        return pending


def init_start(runtime: str, region: str) -> str:
    version = f"{runtime.replace('python', 'python:')}.v1"
    return (
        f"INIT_START Runtime Version: {version}\t"
        f"Runtime Version ARN: arn:aws:lambda:{region}::runtime:{'0' * 64}"
    )


def init_report(duration: int, phase: str) -> str:
    """Of an initialisation that took too long."""
    took = f"INIT_REPORT Init Duration: {duration / MILLISECOND:.2f} ms"
    return f"{took}\tPhase: {phase}\tStatus: timeout"


def start(request_id: str, version: str) -> str:
    return f"START RequestId: {request_id} Version: {version}"


def timed_out(request_id: str, clock: Clock, timeout: int) -> str:
    moment = f"{clock.now():%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
    return f"{moment} {request_id} Task timed out after {timeout}.00 seconds"


def end(outcome: Outcome, memory_mb: int) -> list[str]:
    """END and REPORT. Billed is whole milliseconds of the duration and of the cold start."""
    init = outcome.init_duration or 0
    used = memory_mb if outcome.error == "Runtime.OutOfMemory" else min(_MEMORY_USED, memory_mb)
    fields = [
        f"REPORT RequestId: {outcome.request_id}",
        f"Duration: {outcome.duration / MILLISECOND:.2f} ms",
        f"Billed Duration: {ceil((outcome.duration + init) / MILLISECOND)} ms",
        f"Memory Size: {memory_mb} MB",
        f"Max Memory Used: {used} MB",
    ]
    if outcome.init_duration is not None:
        fields.append(f"Init Duration: {init / MILLISECOND:.2f} ms")
    if outcome.environment_lost:
        timeout = outcome.error == "Sandbox.Timedout"
        fields.append("Status: timeout" if timeout else "Status: error")
        if not timeout:
            fields.append(f"Error Type: {outcome.error}")
    return [f"END RequestId: {outcome.request_id}", "\t".join(fields)]


def tail(messages: list[str]) -> str:
    """The end of an invocation's log as the X-Amz-Log-Result header carries it."""
    text = "".join(f"{message}\n" for message in messages).encode()
    return base64.b64encode(text[-_TAIL:]).decode()
