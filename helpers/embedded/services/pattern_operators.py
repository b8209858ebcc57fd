"""The operators of event patterns: prefix, numeric, anything-but and the others.

Each is read into a test of one value, never of an array or object. The refusals are worded as
AWS's matcher words them (event-ruler, JsonRuleCompiler); Lambda shows none of their words.
"""

from __future__ import annotations

import ipaddress
import operator
from collections.abc import Callable, Iterable
from typing import Any

Test = Callable[[Any], bool]

LARGEST = 5.0e9
"""Numeric matching is for numbers from minus to plus this (EventBridge User Guide)."""


class InvalidPattern(ValueError):
    """The language of event patterns does not know this."""


def equals(value: Any) -> Test:
    """A value that stands for itself. 300 is 300.0 (recorded, against the documentation), and
    true is not 1."""
    if isinstance(value, bool) or value is None:
        return lambda given: given is value
    if isinstance(value, str):
        return lambda given: isinstance(given, str) and given == value
    return lambda given: _is_number(given) and given == value


def read_operator(document: dict[str, Any]) -> Test:
    """The test of an object such as {"prefix": "eu-"}.

    Raises:
        InvalidPattern: it is none, or its operand is not of the operator's kind.
    """
    if len(document) != 1:
        raise InvalidPattern("Only one key allowed in match expression")
    ((name, operand),) = document.items()
    if name not in _READERS:
        raise InvalidPattern(f"Unrecognized match type {name}")
    return _READERS[name](operand)


# Texts


def _read_exactly(operand: Any) -> Test:
    return equals(_text(operand, "exact match"))


def _read_prefix(operand: Any) -> Test:
    return _read_end(operand, "prefix", str.startswith)


def _read_suffix(operand: Any) -> Test:
    return _read_end(operand, "suffix", str.endswith)


def _read_end(operand: Any, name: str, has: Callable[[str, str], bool]) -> Test:
    if isinstance(operand, dict):
        if operand.keys() != {"equals-ignore-case"}:
            raise InvalidPattern(f"Unsupported {name} pattern")
        end = _text(operand["equals-ignore-case"], "equals-ignore-case").lower()
        return lambda given: isinstance(given, str) and has(given.lower(), end)
    text = _text(operand, name)
    return lambda given: isinstance(given, str) and has(given, text)


def _read_equals_ignore_case(operand: Any) -> Test:
    text = _text(operand, "equals-ignore-case").lower()
    return lambda given: isinstance(given, str) and given.lower() == text


def _read_wildcard(operand: Any) -> Test:
    first, *others = _parts_between_stars(_text(operand, "wildcard"))
    if not others:
        return equals(first)
    *middle, last = others

    def matches(given: Any) -> bool:
        """Each part as far to the front as it goes: time grows with the text, not faster."""
        if not isinstance(given, str) or not given.startswith(first):
            return False
        at, end = len(first), len(given) - len(last)
        for part in middle:
            found = given.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return at <= end and given.endswith(last)

    return matches


def _parts_between_stars(text: str) -> list[str]:
    """A backslash goes before a star or a backslash that is meant as such."""
    parts, characters = [""], iter(text)
    for character in characters:
        if character == "*":
            parts.append("")
            continue
        if character == "\\" and (character := next(characters, "")) not in ("*", "\\"):
            raise InvalidPattern("Invalid escape character")
        parts[-1] += character
    if "" in parts[1:-1]:
        raise InvalidPattern("Consecutive wildcard characters")
    return parts


# Numbers and addresses

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def _read_numeric(operand: Any) -> Test:
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        raise InvalidPattern("Value of numeric must be an array of one or two comparisons")
    signs, limits = operand[::2], operand[1::2]
    if not all(isinstance(sign, str) and sign in _COMPARISONS for sign in signs):
        raise InvalidPattern("Unrecognized numeric range operator")
    if not all(_is_number(limit) and -LARGEST <= limit <= LARGEST for limit in limits):
        raise InvalidPattern(f"Value must be a number between {-LARGEST} and {LARGEST}")
    if len(signs) == 2:
        if signs[0] not in (">", ">=") or signs[1] not in ("<", "<="):
            raise InvalidPattern("Bad numeric range operator")
        if limits[0] >= limits[1]:
            raise InvalidPattern("Bottom must be less than top")
    compare = [(_COMPARISONS[sign], limit) for sign, limit in zip(signs, limits, strict=True)]
    return lambda given: (
        _is_number(given)
        and -LARGEST <= given <= LARGEST
        and all(holds(given, limit) for holds, limit in compare)
    )


def _read_cidr(operand: Any) -> Test:
    """A mask leaves at least one bit free (event-ruler, CIDR)."""
    address, slash, mask = _text(operand, "cidr").partition("/")
    try:
        if not slash or not mask.isascii() or not mask.isdigit():
            raise ValueError
        network = ipaddress.ip_network((address, int(mask)), strict=False)
        if network.prefixlen == network.max_prefixlen:
            raise ValueError
    except ValueError:
        raise InvalidPattern("Malformed CIDR") from None

    def matches(given: Any) -> bool:
        try:
            return isinstance(given, str) and ipaddress.ip_address(given) in network
        except ValueError:
            return False

    return matches


# The rest


def _read_exists(operand: Any) -> Test:
    """Of a field that is there; that it is not is no test of a value."""
    if not isinstance(operand, bool):
        raise InvalidPattern("exists match pattern must be either true or false.")
    return lambda given: operand


def _read_anything_but(operand: Any) -> Test:
    if isinstance(operand, dict):
        return _read_anything_but_like(operand)
    values = operand if isinstance(operand, list) else [operand]
    if not values or not (all(map(_is_number, values)) or all(map(_is_text, values))):
        raise InvalidPattern("Inside anything but list, either all values are number or string")
    return _none_of(map(equals, values))


def _read_anything_but_like(operand: dict[str, Any]) -> Test:
    if len(operand) != 1:
        raise InvalidPattern("Only one key allowed in match expression")
    ((name, given),) = operand.items()
    if name not in ("prefix", "suffix", "equals-ignore-case", "wildcard"):
        raise InvalidPattern(f"Unsupported anything-but pattern: {name}")
    texts = given if isinstance(given, list) else [given]
    if not texts or not all(map(_is_text, texts)):
        raise InvalidPattern(f"{name} match pattern must be a string")
    if name in ("prefix", "suffix") and "" in texts:
        raise InvalidPattern("Null prefix/suffix not allowed")
    return _none_of(_READERS[name](text) for text in texts)


def _none_of(tests: Iterable[Test]) -> Test:
    """Whatever is there and passes none of the tests, be it of another kind, or null."""
    denied = tuple(tests)
    return lambda given: not any(test(given) for test in denied)


def _text(operand: Any, what: str) -> str:
    if not isinstance(operand, str):
        raise InvalidPattern(f"{what} match pattern must be a string")
    return operand


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_READERS: dict[str, Callable[[Any], Test]] = {
    "anything-but": _read_anything_but,
    "cidr": _read_cidr,
    "equals-ignore-case": _read_equals_ignore_case,
    "exactly": _read_exactly,
    "exists": _read_exists,
    "numeric": _read_numeric,
    "prefix": _read_prefix,
    "suffix": _read_suffix,
    "wildcard": _read_wildcard,
}

OPERATORS = frozenset(_READERS)
