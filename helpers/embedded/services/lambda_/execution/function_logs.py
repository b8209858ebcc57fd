"""What AWS writes into a function's log group around the function's own output.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

from __future__ import annotations

import base64
import marshal
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from math import ceil
from typing import NamedTuple

from helpers.embedded.services.lambda_.execution.invoke_phase import TIMED_OUT, Outcome
from helpers.embedded.services.lambda_.function_versions import FunctionVersion
from helpers.embedded.time.clock import MILLISECOND, Clock

_TAIL = 4096
"""Bytes of log that an invocation with LogType Tail brings back."""

_MEMORY_USED = 64
"""Megabytes. Modelled: what a small Python function with boto3 takes."""


class LogEntry(NamedTuple):
    timestamp: int
    """Unix milliseconds of lab time."""
    message: str


_PAGE = 1000
"""Entries that are pressed together."""


class _Book:
    """Entries of one stream, which take little room: lines of a log are much alike."""

    __slots__ = ("_open", "_pages")

    def __init__(self) -> None:
        self._pages: list[bytes] = []
        self._open: list[LogEntry] = []

    def write(self, entries: list[LogEntry]) -> None:
        self._open += entries
        if len(self._open) >= _PAGE:
            text = marshal.dumps([tuple(each) for each in self._open])
            self._pages.append(zlib.compress(text, 1))
            self._open = []

    def read(self) -> list[LogEntry]:
        pages = (marshal.loads(zlib.decompress(page)) for page in self._pages)
        return [*(LogEntry(*each) for page in pages for each in page), *self._open]


class FunctionLogs:
    """Log entries of all functions, kept until somebody reads CloudWatch Logs.

    `note` is told of them when they are written: some become metrics.
    """

    def __init__(self, clock: Clock, note: Callable[[str, list[LogEntry]], None]) -> None:
        self._clock = clock
        self._note = note
        self._pending: dict[tuple[str, str], _Book] = defaultdict(_Book)

    def write(self, group: str, stream: str, messages: list[str]) -> None:
        now = self._clock.unix_milliseconds()
        entries = [LogEntry(now, text) for text in messages]
        self._pending[group, stream].write(entries)
        self._note(group, entries)

    def take(self) -> dict[tuple[str, str], list[LogEntry]]:
        """The entries since the last time, by log group and stream."""
        pending, self._pending = self._pending, defaultdict(_Book)
        return {key: book.read() for key, book in pending.items()}


class InvocationLog:
    """What one invocation leaves in its log, as text: Lambda's own lines, and the output."""

    def __init__(self, version: FunctionVersion, clock: Clock) -> None:
        self.entries: list[str] = []
        self._version = version
        self._clock = clock

    def initialisation(self, region: str, note: str = "") -> None:
        """An environment starts."""
        arn = runtime_arn(region)
        name = runtime_version(self._version.runtime)
        self.entries.append(f"INIT_START Runtime Version: {name}\tRuntime Version ARN: {arn}{note}")

    def initialised(self, duration: int, is_timeout: bool = False) -> None:
        """The handler's module has been imported, or that took too long."""
        if is_timeout:
            took = f"INIT_REPORT Init Duration: {duration / MILLISECOND:.2f} ms"
            self.entries.append(f"{took}\tPhase: init\tStatus: timeout")

    def start(self, request_id: str) -> None:
        self.entries.append(f"START RequestId: {request_id} Version: {self._version.version}")

    def output(self, entries: Iterable[str]) -> None:
        """What the function has printed and logged."""
        self.entries += entries

    def end(self, outcome: Outcome) -> None:
        """How it ended. Billed is whole milliseconds of the duration and of the cold start."""
        if outcome.error == TIMED_OUT:
            moment = f"{self._clock.now():%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
            self.entries.append(
                f"{moment} {outcome.request_id} Task timed out after "
                f"{self._version.timeout}.00 seconds"
            )
        figures = Figures.of(outcome, self._version.memory_mb)
        fields = [
            f"REPORT RequestId: {outcome.request_id}",
            f"Duration: {outcome.duration / MILLISECOND:.2f} ms",
            f"Billed Duration: {figures.billed} ms",
            f"Memory Size: {self._version.memory_mb} MB",
            f"Max Memory Used: {figures.memory_used} MB",
        ]
        if outcome.init_duration is not None:
            fields.append(f"Init Duration: {outcome.init_duration / MILLISECOND:.2f} ms")
        if outcome.environment_lost:
            timeout = outcome.error == TIMED_OUT
            fields.append("Status: timeout" if timeout else "Status: error")
            if not timeout:
                fields.append(f"Error Type: {outcome.error}")
        self.entries += [f"END RequestId: {outcome.request_id}", "\t".join(fields)]


class NoLog(InvocationLog):
    """Of an invocation whose log nobody will read."""

    def initialisation(self, region: str, note: str = "") -> None: ...
    def initialised(self, duration: int, is_timeout: bool = False) -> None: ...
    def start(self, request_id: str) -> None: ...
    def output(self, entries: Iterable[str]) -> None: ...
    def end(self, outcome: Outcome) -> None: ...


class Figures(NamedTuple):
    """What a report says besides the duration."""

    billed: int
    """Milliseconds."""
    memory_used: int
    """Megabytes."""

    @classmethod
    def of(cls, outcome: Outcome, memory_mb: int) -> Figures:
        killed = outcome.error == "Runtime.OutOfMemory"
        return cls(
            ceil((outcome.duration + (outcome.init_duration or 0)) / MILLISECOND),
            memory_mb if killed else min(_MEMORY_USED, memory_mb),
        )


def runtime_version(runtime: str) -> str:
    """python3.13 as Lambda calls it in logs."""
    return f"{runtime.replace('python', 'python:')}.v1"


def runtime_arn(region: str) -> str:
    return f"arn:aws:lambda:{region}::runtime:{'0' * 64}"


def tail(messages: list[str]) -> str:
    """The end of an invocation's log as the X-Amz-Log-Result header carries it."""
    text = "".join(f"{message}\n" for message in messages).encode()
    return base64.b64encode(text[-_TAIL:]).decode()
