"""The messages of a rehearsal, as people have them: a file of JSON lines, or a Python function."""

from __future__ import annotations

import importlib.util
import inspect
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMES = {
    "body": "body",
    "MessageBody": "body",
    "attributes": "attributes",
    "MessageAttributes": "attributes",
    "group_id": "group_id",
    "MessageGroupId": "group_id",
    "deduplication_id": "deduplication_id",
    "MessageDeduplicationId": "deduplication_id",
}
"""The fields of a line that says more than a body, by their names there."""

SHORTEST = 3
"""Characters of a text by which a message can be known."""


class NotRehearsed(ValueError):
    """A function cannot be rehearsed; the message says why, and what to do."""


@dataclass(frozen=True)
class Message:
    """What somebody sends to the queue."""

    body: str
    attributes: dict[str, Any] = field(default_factory=dict)
    """By name: a text, a number, or what boto3 takes."""
    group_id: str | None = None
    deduplication_id: str | None = None

    def as_request(self, is_fifo: bool, mark: str) -> dict[str, Any]:
        """The parameters of SendMessage, but for the queue.

        `mark`: makes the deduplication id of a FIFO queue one of its own.
        """
        request: dict[str, Any] = {"MessageBody": self.body}
        if self.attributes:
            request["MessageAttributes"] = {
                name: _typed(value) for name, value in self.attributes.items()
            }
        if is_fifo:
            request["MessageGroupId"] = self.group_id or "all"
            request["MessageDeduplicationId"] = f"{self.deduplication_id or ''}{mark}"
        elif self.group_id:
            request["MessageGroupId"] = self.group_id
        return request


def read_messages(source: str | Path | Iterable[Any] | Callable[..., Iterable[Any]]) -> Any:
    """The messages that a source has; or, if it wants to know the function first, how to get them.

    Args:
        source: a file of JSON lines, each a body, or an object with body, attributes, group_id and
            deduplication_id; "file.py:name" or a function, which yields the same; or a list.

    Returns:
        A list of `Message`; or a function of one argument, the `Stage`, that returns one.

    Raises:
        NotRehearsed: there are no messages, or one cannot be read; it names the line.
    """
    if isinstance(source, str | Path):
        name = str(source)
        if re.search(r"\.py(:\w+)?$", name):
            source = load_function(name, "messages")
        else:
            return _read_file(Path(name))
    if callable(source):
        make = source
        if not inspect.signature(make).parameters:
            return _as_messages(make())
        return lambda stage: _as_messages(make(stage))
    return _as_messages(source)


def load_function(name: str, otherwise: str) -> Callable[..., Any]:
    """The function that "file.py:function" names; `otherwise`, if it names only a file.

    Raises:
        NotRehearsed: there is no such file, or no such function in it.
    """
    file, _, function = name.partition(":")
    path = Path(file)
    if not path.is_file():
        raise NotRehearsed(f"There is no file {file}.")
    spec = importlib.util.spec_from_file_location(f"rehearsed_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = getattr(module, function or otherwise, None)
    if not callable(found):
        raise NotRehearsed(f"{file} has no function {function or otherwise}.")
    return found  # type: ignore[no-any-return]


def _read_file(path: Path) -> list[Message]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NotRehearsed(f"The messages cannot be read: {error}") from None
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(_as_message(json.loads(line)))
            except (ValueError, RecursionError) as error:
                raise NotRehearsed(f"{path.name}, line {number}: {error}") from None
    return _some(found)


def _as_messages(given: Iterable[Any]) -> list[Message]:
    return _some([_as_message(each) for each in given])


def _some(messages: list[Message]) -> list[Message]:
    if not messages:
        raise NotRehearsed("There are no messages: a rehearsal needs one or more.")
    return messages


def _as_message(given: Any) -> Message:
    if isinstance(given, Message):
        return given
    if isinstance(given, str):
        return Message(given)
    if isinstance(given, dict) and given and given.keys() <= NAMES.keys():
        fields = {NAMES[name]: value for name, value in given.items()}
        if "body" in fields:
            body = fields.pop("body")
            return Message(body if isinstance(body, str) else json.dumps(body), **fields)
    return Message(json.dumps(given))


def _typed(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"DataType": "Number", "StringValue": str(value)}
    return {"DataType": "String", "StringValue": str(value)}


# By what a message is known in what is left of it


def find_marks(messages: Sequence[Message]) -> list[list[re.Pattern[str]]]:
    """For each message the texts that it has and no other: an order number, say, as patterns."""
    leaves = [set(_leaves(_parsed(each.body))) | {each.body} for each in messages]
    often = Counter(leaf for found in leaves for leaf in found)
    return [[as_mark(leaf) for leaf in sorted(found) if often[leaf] == 1] for found in leaves]


def as_mark(text: str) -> re.Pattern[str]:
    """Finds a text that is not part of a longer word."""
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(text)}(?![A-Za-z0-9])")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each)
    elif value is not None and not isinstance(value, bool) and len(text := str(value)) >= SHORTEST:
        yield text
