"""What a run has left in the account: items, objects, and what was sent on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import Binary, TypeDeserializer

from helpers.rehearsing.subjects import CODE, Stage, ask

if TYPE_CHECKING:
    from helpers.rehearsing.plays import Made

Values = tuple[str, ...]
"""Those at one path: more than one, if it leads through a list. Their order does not count."""

DEDUPLICATION = 300
"""Seconds for which a FIFO queue or topic remembers an id (API SendMessage)."""


@dataclass(frozen=True)
class Thing:
    """An item, an object or a message, as paths with values."""

    place: str
    """Such as "table Orders", "bucket Receipts", "queue Parcels"."""
    name: str
    """Its key, for a person."""
    fields: tuple[tuple[str, Values], ...]

    def text(self) -> str:
        """All that it says, to look for words in."""
        return "\n".join(value for _, values in self.fields for value in values)


@dataclass
class Remains:
    """Everything that is left, and what the names in it mean."""

    things: list[Thing] = field(default_factory=list)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The names of a table's key attributes, by place."""


def read_remains(stage: Stage, calls: Sequence[Made], since: datetime, until: datetime) -> Remains:
    """Read all tables and buckets of the account, and what its functions sent on.

    `since` and `until`: the account's time when it was opened, and now.
    """
    found = Remains()
    words = _Words(stage, since, until)
    for place, keys, item in _items(stage):
        found.keys[place] = keys
        name = ", ".join(str(item[key]) for key in keys if key in item)
        found.things.append(Thing(place, words.plain(name), words.flat(item)))
    for place, key, body in _objects(stage):
        content = {"key": key, "content": body}
        found.things.append(Thing(place, words.plain(key), words.flat(content)))
    for place, sent in _sent(stage, calls):
        found.things.append(Thing(place, words.plain(_short(sent)), words.flat(sent)))
    return found


# Reading


def _items(stage: Stage) -> Iterator[tuple[str, tuple[str, ...], dict[str, Any]]]:
    dynamodb, read = ask("dynamodb"), TypeDeserializer().deserialize
    for page in dynamodb.get_paginator("list_tables").paginate():
        for table in page["TableNames"]:
            described = dynamodb.describe_table(TableName=table)["Table"]
            keys = tuple(each["AttributeName"] for each in described["KeySchema"])
            for found in dynamodb.get_paginator("scan").paginate(TableName=table):
                for item in found["Items"]:
                    plain = {name: read(value) for name, value in item.items()}
                    yield f"table {stage.names.get(table, table)}", keys, plain


def _objects(stage: Stage) -> Iterator[tuple[str, str, str]]:
    s3 = ask("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        if name == CODE:
            continue
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
            for each in page.get("Contents", []):
                body = s3.get_object(Bucket=name, Key=each["Key"])["Body"].read()
                place = f"bucket {stage.names.get(name, name)}"
                yield place, each["Key"], body.decode(errors="replace")


def _sent(stage: Stage, calls: Sequence[Made]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What functions sent to queues, topics, buses and functions, and that was taken."""
    seen: dict[tuple[str, str], float] = {}
    for call, status in calls:
        if status >= 400:
            continue
        for place, sent in sendings(stage, call.service, call.operation, call.parameters):
            once = sent.pop("MessageDeduplicationId", None)
            group = sent.get("MessageGroupId")
            if group is not None and place.endswith(".fifo"):
                known = (place, once or str(sent))
                if call.at - seen.get(known, float("-inf")) < DEDUPLICATION:
                    continue
                seen[known] = call.at
            yield place, sent


def sendings(
    stage: Stage, service: str, operation: str, parameters: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where a call sends something, and what; nothing, if it sends nothing."""
    if service == "sqs" and operation.startswith("SendMessage"):
        queue = str(parameters.get("QueueUrl", "")).rpartition("/")[2]
        if queue != stage.queue:
            place = f"queue {_named(stage, queue)}"
            for entry in parameters.get("Entries", [parameters]):
                yield place, _without(entry, "QueueUrl", "Id", "DelaySeconds")
    elif service == "sns" and operation.startswith("Publish"):
        topic = str(parameters.get("TopicArn") or parameters.get("TargetArn") or "a phone")
        place = f"topic {_named(stage, topic.rpartition(':')[2])}"
        for entry in parameters.get("PublishBatchRequestEntries", [parameters]):
            yield place, _without(entry, "TopicArn", "TargetArn", "Id")
    elif service == "events" and operation == "PutEvents":
        for entry in parameters.get("Entries", []):
            yield f"event bus {entry.get('EventBusName', 'default')}", dict(entry)
    elif service == "lambda" and operation == "Invoke":
        yield f"function {_named(stage, str(parameters.get('FunctionName')))}", dict(parameters)
    elif (service, operation) in (("ses", "SendEmail"), ("states", "StartExecution")):
        yield f"{service} {operation}", dict(parameters)


def _named(stage: Stage, name: str) -> str:
    """As the template calls it; a FIFO queue's or topic's name ends as its does."""
    known = next(
        (logical for real, logical in stage.names.items() if re.split("[/:]", real)[-1] == name),
        name,
    )
    fifo = ".fifo"
    return known + fifo if name.endswith(fifo) and not known.endswith(fifo) else known


def _without(entry: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in names}


def _short(sent: Mapping[str, Any]) -> str:
    text = str(sent.get("MessageBody") or sent.get("Message") or sent.get("Detail") or sent)
    return text if len(text) <= 80 else f"{text[:77]}..."


# Words that differ from run to run, and mean the same

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_EPOCH = re.compile(r"(?<![\d.])\d{10}(?:\d{3})?(?:\.\d+)?(?![\d.])")


class _Words:
    """Puts the same word for what a run calls by names of its own."""

    def __init__(self, stage: Stage, since: datetime, until: datetime) -> None:
        self._names = {
            name: logical
            for real, logical in stage.names.items()
            for name in (real, real.rpartition("/")[2], real.rpartition(":")[2])
        }
        self._pattern = re.compile(
            "|".join(re.escape(name) for name in sorted(self._names, key=len, reverse=True)) or "$^"
        )
        self._since, self._until = since, until

    def flat(self, value: Any) -> tuple[tuple[str, Values], ...]:
        found: dict[str, list[str]] = {}
        for path, each in _leaves(value, ""):
            found.setdefault(path, []).append(each if isinstance(each, str) else str(each))
        return tuple(
            (path, tuple(sorted(map(self.plain, values)))) for path, values in sorted(found.items())
        )

    def plain(self, text: str) -> str:
        if self._names:
            text = self._pattern.sub(lambda found: self._names[found[0]], text)
        text = _UUID.sub("<id>", text)
        text = _DATE.sub(self._date, text)
        return _EPOCH.sub(self._epoch, text)

    def _date(self, found: re.Match[str]) -> str:
        day = found[0][:10]
        inside = f"{self._since:%Y-%m-%d}" <= day <= f"{self._until:%Y-%m-%d}"
        return "<time>" if inside else found[0]

    def _epoch(self, found: re.Match[str]) -> str:
        number = float(found[0])
        seconds = number / 1000 if number > 10**12 else number
        inside = self._since.timestamp() <= seconds <= self._until.timestamp() + 1
        return "<time>" if inside else found[0]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, str) and value[:1] in "{[":
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            yield path, value
            return
    if isinstance(value, Mapping):
        if not value:
            yield path, "{}"
        for name, each in value.items():
            yield from _leaves(each, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple | set | frozenset):
        if not value:
            yield path, "[]"
        for each in value:
            yield from _leaves(each, f"{path}[]")
    elif isinstance(value, Binary | bytes | bytearray):
        yield path, bytes(value).hex()
    else:
        yield path, value
