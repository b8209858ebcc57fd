"""The conditions inside a filter pattern: `$.status = 4* && ($.bytes > 10 || $.user IS NULL)`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

MISSING = object()
"""The value of a property that the log event does not have."""

Lookup = Callable[[str], Any]
"""The value that a log event has for a selector."""
Condition = Callable[[Lookup], bool]

_TOKENS = re.compile(
    r"""\s*(?:(?P<word>"(?:[^"\\]|\\.)*"|%[^%]+%|[^\s()=<>!&|",]+)"""
    r"""|(?P<sign>&&|\|\||!=|<=|>=|=|<|>|\(|\)))"""
)
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class BadPattern(ValueError):
    """A filter pattern that CloudWatch Logs would refuse, or that this account does not know."""


def parse(text: str, selector: re.Pattern[str]) -> Condition:
    """The condition that `text` states of properties whose names `selector` matches whole.

    Raises:
        BadPattern: it states none.
    """
    parser = _Parser(_tokens(text), selector)
    condition = parser.any_of()
    if parser.tokens:
        raise BadPattern(f"Invalid filter pattern near {parser.tokens[0]!r}")
    return condition


def _tokens(text: str) -> list[str]:
    tokens, place, text = [], 0, text.rstrip()
    while place < len(text):
        found = _TOKENS.match(text, place)
        if found is None:
            raise BadPattern(f"Invalid filter pattern near {text[place:].strip()!r}")
        tokens.append(found["word"] or found["sign"])
        place = found.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[str], selector: re.Pattern[str]) -> None:
        self.tokens = tokens
        self._selector = selector

    def any_of(self) -> Condition:
        parts = [self._all_of()]
        while self._takes("||"):
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else lambda look: any(part(look) for part in parts)

    def _all_of(self) -> Condition:
        parts = [self._one()]
        while self._takes("&&"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda look: all(part(look) for part in parts)

    def _one(self) -> Condition:
        if self._takes("("):
            condition = self.any_of()
            if not self._takes(")"):
                raise BadPattern("Invalid filter pattern: a parenthesis is not closed")
            return condition
        name = self._next()
        if not self._selector.fullmatch(name):
            raise BadPattern(f"Invalid filter pattern: {name!r} is not a property selector")
        sign = self._next()
        match sign.upper():
            case "IS":
                return _is(name, self._next().upper())
            case "NOT" if self._next().upper() == "EXISTS":
                return lambda look: look(name) is MISSING
            case "EXISTS":
                return lambda look: look(name) is not MISSING
            case "=":
                equals = _equals(self._next())
                return lambda look: equals(look(name))
            case "!=":
                equals = _equals(self._next())
                return lambda look: look(name) is not MISSING and not equals(look(name))
            case _ if sign in _ORDER:
                return _compares(name, sign, self._next())
        raise BadPattern(f"Invalid filter pattern: {sign!r} after {name!r} is not an operator")

    def _takes(self, token: str) -> bool:
        if self.tokens[:1] == [token]:
            self.tokens.pop(0)
            return True
        return False

    def _next(self) -> str:
        if not self.tokens:
            raise BadPattern("Invalid filter pattern: it ends too soon")
        return self.tokens.pop(0)


def _is(name: str, word: str) -> Condition:
    values = {"NULL": None, "TRUE": True, "FALSE": False}
    if word not in values:
        raise BadPattern(f"Invalid filter pattern: IS {word} is none of IS NULL, TRUE and FALSE")
    return lambda look: look(name) is values[word]


def _equals(literal: str) -> Callable[[Any], bool]:
    if literal.startswith("%"):
        expression = regular_expression(literal)
        return lambda value: isinstance(value, str) and expression.search(value) is not None
    if _NUMBER.fullmatch(literal):
        number = float(literal)
        return lambda value: _number(value) == number
    wildcard = re.compile(".*".join(map(re.escape, unquoted(literal).split("*"))), re.DOTALL)
    return lambda value: wildcard.fullmatch(_text(value)) is not None


def _compares(name: str, sign: str, literal: str) -> Condition:
    if not _NUMBER.fullmatch(literal):
        raise BadPattern(f"Invalid filter pattern: {literal!r} is not a number")
    limit, compare = float(literal), _ORDER[sign]

    def condition(look: Lookup) -> bool:
        number = _number(look(name))
        return number is not None and compare(number, limit)

    return condition


def regular_expression(literal: str) -> re.Pattern[str]:
    """Of a literal between per cent signs, which knows no parentheses."""
    text = literal[1:-1]
    try:
        if re.search(r"(?<!\\)[()]", text):
            raise re.error("parentheses are not supported")
        return re.compile(text)
    except re.error as error:
        raise BadPattern(f"Invalid filter pattern: {literal}: {error}") from None


def unquoted(literal: str) -> str:
    return re.sub(r"\\(.)", r"\1", literal[1:-1]) if literal.startswith('"') else literal


def _number(value: Any) -> float | None:
    """Fields of a space-delimited event are text; a JSON text is no number."""
    if isinstance(value, Field):
        return float(value) if _NUMBER.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _text(value: Any) -> str:
    """What is compared with a text; nothing else than a text equals one."""
    return value if isinstance(value, str) else "\0"


class Field(str):
    """A field of a space-delimited log event: a text that may stand for a number."""

    __slots__ = ()
