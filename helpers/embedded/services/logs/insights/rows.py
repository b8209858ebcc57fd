"""Log events as Logs Insights sees them: rows with fields, some of them discovered.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from helpers.embedded.services.logs.filter_patterns import json_object

_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PLATFORM = re.compile(rf"(START|END|REPORT) RequestId: ({_ID})")
_LOGGED = re.compile(rf"\t({_ID})\t")
_MEASURES = {
    "@duration": (re.compile(r"\tDuration: ([\d.]+) ms"), 1),
    "@billedDuration": (re.compile(r"\tBilled Duration: ([\d.]+) ms"), 1),
    "@initDuration": (re.compile(r"\tInit Duration: ([\d.]+) ms"), 1),
    "@memorySize": (re.compile(r"\tMemory Size: (\d+) MB"), 1_000_000),
    "@maxMemoryUsed": (re.compile(r"\tMax Memory Used: (\d+) MB"), 1_000_000),
}
"""Of a REPORT line: milliseconds, and bytes by the million."""


class Record(NamedTuple):
    """A log event, and where it is kept."""

    group: str
    account: str
    stream: str
    timestamp: int
    """Milliseconds since 1970, as `ingested`."""
    ingested: int
    message: str
    number: int


class Moment(int):
    """Milliseconds since 1970, shown as a date."""

    __slots__ = ()


class Measured(float):
    """A number as it was found in a log event."""

    __slots__ = ()


class Row:
    """A line of a result on its way through the commands of a query."""

    __slots__ = ("_found", "record", "values")

    def __init__(self, record: Record | None, values: dict[str, Any] | None = None) -> None:
        self.record = record
        """None: the row is a group's."""
        self.values = values or {}
        """What the commands have made."""
        self._found: dict[str, Any] | None = None

    def get(self, name: str) -> Any:
        """The field's value; None: it has none."""
        if name in self.values:
            return self.values[name]
        record = self.record
        if record is None:
            return None
        match name:
            case "@message":
                return record.message
            case "@timestamp":
                return Moment(record.timestamp)
            case "@ingestionTime":
                return Moment(record.ingested)
            case "@logStream":
                return record.stream
            case "@log":
                return f"{record.account}:{record.group}"
            case "@ptr":
                return f"{record.number:056d}"
        if name in _MEASURES:
            return _measure(record, name)
        if self._found is None:
            self._found = dict(_discover(record))
        return self._found.get(name)


def _discover(record: Record) -> Iterator[tuple[str, Any]]:
    """What can be read out of the message."""
    message = record.message
    if record.group.startswith("/aws/lambda/"):
        yield from _discover_lambda(message)
    start = message.find("{")
    if start >= 0 and (document := json_object(message[start:].rstrip())):
        yield from _flatten(document, "")


def _discover_lambda(message: str) -> Iterator[tuple[str, Any]]:
    if found := _PLATFORM.match(message):
        yield from (("@type", found[1]), ("@requestId", found[2]))
    elif found := _LOGGED.search(message):
        yield "@requestId", found[1]


def _measure(record: Record, name: str) -> Measured | None:
    """A figure of Lambda's REPORT line."""
    if not (record.message.startswith("REPORT ") and record.group.startswith("/aws/lambda/")):
        return None
    expression, factor = _MEASURES[name]
    found = expression.search(record.message)
    return Measured(float(found[1]) * factor) if found else None


def _flatten(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The leaves of a JSON document by dotted path; true and false are 1 and 0."""
    match value:
        case dict() | list():
            named = value.items() if isinstance(value, dict) else enumerate(value)
            for name, each in named:
                yield from _flatten(each, f"{path}.{name}" if path else str(name))
        case bool():
            yield path, int(value)
        case int() | float():
            yield path, Measured(value) if isinstance(value, float) else value
        case str():
            yield path, value


def show(value: Any) -> str:
    """A value as GetQueryResults writes it: computed numbers to four places."""
    match value:
        case Moment():
            moment = datetime.fromtimestamp(value / 1000, UTC)
            return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}"
        case Measured():
            return _as_java_writes(value)
        case bool():
            return str(int(value))
        case float():
            rounded = round(value, 4)
            return str(int(rounded)) if rounded.is_integer() else str(rounded)
    return str(value)


def _as_java_writes(value: float) -> str:
    """102.0, but 1.28E8."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return str(float(value))
    digits, _, power = f"{value:.15e}".partition("e")
    return f"{float(digits)}E{int(power)}"
