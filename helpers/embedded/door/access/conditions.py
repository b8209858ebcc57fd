"""The Condition element of policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from helpers.embedded.door.access.principals import MalformedPolicy
from helpers.embedded.door.access.wildcards import Facts, compile_wildcards, fill_in

Test = Callable[[str, str], bool]
"""Whether a request's value meets a policy's value."""


class Condition(NamedTuple):
    """One operator, one key and the values that the policy gives."""

    operator: str
    key: str
    values: tuple[str, ...]
    test: Test
    negated: bool
    quantifier: str
    if_exists: bool

    def is_met(self, facts: Facts) -> bool:
        actual = facts.get(self.key)
        if self.operator == "Null":
            wanted = self.values[0].lower() == "true"
            return (actual is None) == wanted
        if not actual:
            # A negated operator is met by what is not there; so is the empty set by ForAllValues.
            return self.if_exists or self.quantifier == "ForAllValues" or self.negated_missing
        wanted_values = [
            filled for value in self.values if (filled := fill_in(value, facts)) is not None
        ]
        met = (self._value_meets(each, wanted_values) for each in actual)
        if self.quantifier == "ForAnyValue":
            return any(met)
        return all(met)

    @property
    def negated_missing(self) -> bool:
        return self.negated and self.quantifier == ""

    def _value_meets(self, actual: str, wanted: list[str]) -> bool:
        found = any(_safely(self.test, actual, each) for each in wanted)
        return found != self.negated


def parse_conditions(element: Any) -> tuple[Condition, ...]:
    """The conditions of a statement. Raises MalformedPolicy."""
    if not isinstance(element, dict):
        raise MalformedPolicy("Condition must be an object")
    parsed: list[Condition] = []
    for name, keys in element.items():
        if not isinstance(keys, dict):
            raise MalformedPolicy(f"Invalid Condition : {name}")
        parsed += (_parse_condition(name, key, values) for key, values in keys.items())
    return tuple(parsed)


def _parse_condition(name: str, key: str, values: Any) -> Condition:
    quantifier, _, operator = name.rpartition(":")
    if_exists = operator.endswith("IfExists")
    operator = operator.removesuffix("IfExists")
    bare = operator.replace("Not", "", 1)
    negated = operator != bare and bare in _TESTS
    test = _TESTS.get(bare if negated else operator)
    if quantifier not in ("", "ForAnyValue", "ForAllValues") or test is None:
        raise MalformedPolicy(f"Invalid Condition type : {name}")
    listed = values if isinstance(values, list) else [values]
    if any(isinstance(value, dict | list) for value in listed):
        raise MalformedPolicy(f"Invalid Condition : {name}")
    texts = tuple(_as_text(value) for value in listed)
    return Condition(operator, key.lower(), texts, test, negated, quantifier, if_exists)


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _safely(test: Test, actual: str, wanted: str) -> bool:
    """A value that is no number, date or address meets nothing."""
    try:
        return test(actual, wanted)
    except ValueError:
        return False


def _like(actual: str, wanted: str) -> bool:
    return compile_wildcards(wanted).fullmatch(actual) is not None


def _plain(wanted: str) -> str:
    """Characters that came out of a variable, without their protection."""
    return wanted.replace("[*]", "*").replace("[?]", "?")


def _arn_like(actual: str, wanted: str) -> bool:
    """Each of the six parts on its own: a `*` does not reach over a colon before the last."""
    parts, patterns = actual.split(":", 5), wanted.split(":", 5)
    return len(parts) == len(patterns) == 6 and all(map(_like, parts, patterns))


def _moment(text: str) -> datetime:
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return datetime.fromtimestamp(float(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_network(actual: str, wanted: str) -> bool:
    return ipaddress.ip_address(actual) in ipaddress.ip_network(wanted, strict=False)


_TESTS: dict[str, Test] = {
    "StringEquals": lambda actual, wanted: actual == _plain(wanted),
    "StringEqualsIgnoreCase": lambda actual, wanted: actual.lower() == _plain(wanted).lower(),
    "StringLike": _like,
    "NumericEquals": lambda actual, wanted: float(actual) == float(wanted),
    "NumericLessThan": lambda actual, wanted: float(actual) < float(wanted),
    "NumericLessThanEquals": lambda actual, wanted: float(actual) <= float(wanted),
    "NumericGreaterThan": lambda actual, wanted: float(actual) > float(wanted),
    "NumericGreaterThanEquals": lambda actual, wanted: float(actual) >= float(wanted),
    "DateEquals": lambda actual, wanted: _moment(actual) == _moment(wanted),
    "DateLessThan": lambda actual, wanted: _moment(actual) < _moment(wanted),
    "DateLessThanEquals": lambda actual, wanted: _moment(actual) <= _moment(wanted),
    "DateGreaterThan": lambda actual, wanted: _moment(actual) > _moment(wanted),
    "DateGreaterThanEquals": lambda actual, wanted: _moment(actual) >= _moment(wanted),
    "Bool": lambda actual, wanted: actual.lower() == wanted.lower(),
    "BinaryEquals": lambda actual, wanted: actual == wanted,
    "IpAddress": _in_network,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Null": lambda actual, wanted: False,
}
"""Operators without Not, quantifier and IfExists."""
