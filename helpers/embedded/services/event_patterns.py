"""Event patterns: the language in which EventBridge, Lambda and SNS say which events they mean.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html; where
that page is silent, AWS's own matcher speaks (https://github.com/aws/event-ruler, README and
JsonRuleCompiler). PyPI has bindings of it for Linux alone, last released in 2023.

A pattern is read once, into objects that only match: what was taken can fail at no event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from helpers.embedded.services.pattern_operators import (
    OPERATORS,
    InvalidPattern,
    Test,
    equals,
    read_operator,
)

DEEPEST = 100
"""Levels of a pattern. Ours: AWS tells no limit but that of the text's length."""

_OR = "$or"


class Opaque(str):
    """A text that a pattern may compare and not look into."""


class _Leaf(NamedTuple):
    """What one field must be: any of these."""

    tests: tuple[Test, ...]
    may_be_absent: bool


Branch = tuple[Mapping[str, "_Leaf | Branch"], tuple[tuple["Branch", ...], ...]]
"""Fields, all of which must match, and lists of alternatives, of each of which one must."""


class Pattern:
    """What an event must look like.

    Args:
        document: the pattern, parsed.

    Raises:
        InvalidPattern: the language does not know something in it.
    """

    def __init__(self, document: Any) -> None:
        self._root = _read_object(document, DEEPEST)

    def matches(self, event: Any) -> bool:
        """Whether an event, as JSON is parsed, looks like that."""
        level = _Level(list(_objects([event])))
        return any(_matches(self._root, node, level) for node in level.nodes or [{}])


# Reading


def _read_object(document: Any, levels: int) -> Branch:
    if not isinstance(document, dict) or not document:
        raise InvalidPattern("Empty objects are not allowed")
    if not levels:
        raise InvalidPattern("The pattern is nested too deeply")
    fields: dict[str, _Leaf | Branch] = {}
    choices: list[tuple[Branch, ...]] = []
    for name, value in document.items():
        if name == _OR and _is_choice(value):
            choices.append(tuple(_read_object(each, levels - 1) for each in value))
            continue
        name, *inner = name.split(".") if name.strip(".") else [name]
        for each in reversed(inner):  # a dot joins the names of two levels
            value = {each: value}
        read = _read_field(name, value, levels - 1)
        fields[name] = _joined(fields[name], read) if name in fields else read
    return fields, tuple(choices)


def _read_field(name: str, value: Any, levels: int) -> _Leaf | Branch:
    if isinstance(value, dict):
        return _read_object(value, levels)
    if not isinstance(value, list):
        raise InvalidPattern(f'"{name}" must be an object or an array')
    if not value:
        raise InvalidPattern("Empty arrays are not allowed")
    tests = tuple(_read_value(each) for each in value)
    return _Leaf(
        tests, any(isinstance(each, dict) and each.get("exists") is False for each in value)
    )


def _read_value(value: Any) -> Test:
    if isinstance(value, dict):
        return read_operator(value)
    if isinstance(value, list):
        raise InvalidPattern("Match value must be String, number, true, false, or null")
    return equals(value)


def _joined(first: _Leaf | Branch, second: _Leaf | Branch) -> _Leaf | Branch:
    """Two descriptions of one field, which differ in where they have their dots."""
    if isinstance(first, _Leaf) or isinstance(second, _Leaf):
        return second
    return {**first[0], **second[0]}, first[1] + second[1]


def _is_choice(value: Any) -> bool:
    """Whether $or offers a choice, and is not a field of that name (event-ruler, README)."""
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(isinstance(each, dict) and not OPERATORS & each.keys() for each in value)
    )


# Matching


class _Level:
    """What lies at one place of an event, in all elements of arrays together."""

    def __init__(self, nodes: list[Mapping[str, Any]]) -> None:
        self.nodes = nodes
        self._below: dict[str, _Level] = {}
        self._has: dict[str, bool] = {}

    def below(self, name: str) -> _Level:
        if name not in self._below:
            self._below[name] = _Level(list(_objects(_at(name, self.nodes))))
        return self._below[name]

    def has(self, name: str) -> bool:
        """Whether the field has a value in any element."""
        if name not in self._has:
            self._has[name] = any(True for _ in _leaves(_at(name, self.nodes)))
        return self._has[name]


def _matches(branch: Branch, node: Mapping[str, Any], level: _Level) -> bool:
    """Whether one object of the event, at this level, is as the branch says.

    Fields of one object of the pattern must lie in one element of an array; absent is what no
    element has (event-ruler, JSON Array Matching).
    """
    fields, choices = branch
    return all(_field_matches(name, each, node, level) for name, each in fields.items()) and all(
        any(_matches(each, node, level) for each in choice) for choice in choices
    )


def _field_matches(
    name: str, wanted: _Leaf | Branch, node: Mapping[str, Any], level: _Level
) -> bool:
    values = list(_at(name, [node]))
    if isinstance(wanted, _Leaf):
        if any(test(value) for value in _leaves(values) for test in wanted.tests):
            return True
        return wanted.may_be_absent and not level.has(name)
    if any(isinstance(value, Opaque) for value in values):
        return False
    below = level.below(name)
    return any(_matches(wanted, each, below) for each in list(_objects(values)) or [{}])


def _at(name: str, nodes: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    """The values of a field; a dot in a name of the event stands for a level."""
    prefix = f"{name}."
    for node in nodes:
        for key, value in node.items():
            if key == name:
                yield value
            elif key.startswith(prefix):
                yield {key.removeprefix(prefix): value}


def _leaves(values: Iterable[Any]) -> Iterator[Any]:
    return _without_lists(values, lambda value: not isinstance(value, dict))


def _objects(values: Iterable[Any]) -> Iterator[Any]:
    return _without_lists(values, lambda value: isinstance(value, dict))


def _without_lists(values: Iterable[Any], wanted: Callable[[Any], bool]) -> Iterator[Any]:
    """The values and what arrays among them hold, however deep, in order."""
    waiting = list(values)[::-1]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += reversed(value)
        elif wanted(value):
            yield value
