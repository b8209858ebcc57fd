"""What the expressions of a Logs Insights query mean, for a row or for a group of rows.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from helpers.embedded.services.logs.insights.rows import Moment, Row
from helpers.embedded.services.logs.insights.syntax import (
    Call,
    Constant,
    Field,
    In,
    Like,
    Malformed,
    Node,
    Not,
    Operation,
)

_SECOND = 1000
_UNITS = {"ms": 1, "s": _SECOND, "m": 60 * _SECOND, "h": 3600 * _SECOND, "d": 86_400 * _SECOND}
_UNITS["w"] = 7 * _UNITS["d"]

_NUMBERS_BEGIN = tuple("0123456789+-.")

_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,
    "^": operator.pow,
}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def evaluate(node: Node, row: Row, rows: Sequence[Row] = ()) -> Any:
    """The node's value for `row`; aggregates look at all `rows` of its group."""
    match node:
        case Constant(value):
            return value
        case Field(name):
            return row.get(name)
        case Call(name, arguments, _) if name in AGGREGATES:
            return AGGREGATES[name](rows, *arguments)
        case Call("bin", (), token):
            raise Malformed("bin needs a period, such as bin(5m)", token.start, token.end)
        case Call("bin", (Constant(str(period)),), _):
            return _bin(row.get("@timestamp"), period)
        case Call(name, arguments, _):
            return FUNCTIONS[name](*(evaluate(each, row, rows) for each in arguments))
        case Operation("and", left, right):
            return is_true(evaluate(left, row, rows)) and is_true(evaluate(right, row, rows))
        case Operation("or", left, right):
            return is_true(evaluate(left, row, rows)) or is_true(evaluate(right, row, rows))
        case Operation(sign, left, right):
            return _operate(sign, evaluate(left, row, rows), evaluate(right, row, rows))
        case Not(operand):
            return not is_true(evaluate(operand, row, rows))
        case Like(operand, pattern):
            value = evaluate(operand, row, rows)
            return value is not None and pattern.search(str(value)) is not None
        case In(operand, choices):
            value = evaluate(operand, row, rows)
            return any(_equal(value, evaluate(choice, row, rows)) for choice in choices)


def check(node: Node) -> None:
    """Raise Malformed if a function is not known."""
    for each in _calls(node):
        if each.function not in AGGREGATES and each.function not in FUNCTIONS:
            known = ", ".join(sorted([*AGGREGATES, *FUNCTIONS]))
            raise Malformed(
                f"the embedded account does not know the function {each.function}; "
                f"it knows {known}",
                each.token.start,
                each.token.end,
            )


def is_aggregate(node: Node) -> bool:
    return any(call.function in AGGREGATES for call in _calls(node))


def _calls(node: Node) -> Iterator[Call]:
    match node:
        case Call(_, arguments, _):
            yield node
            for each in arguments:
                yield from _calls(each)
        case Operation(_, left, right):
            yield from _calls(left)
            yield from _calls(right)
        case Not(operand) | Like(operand, _):
            yield from _calls(operand)
        case In(operand, choices):
            for each in (operand, *choices):
                yield from _calls(each)


def number_of(value: str | float | None) -> float | None:
    """A text that looks like a number is one."""
    if isinstance(value, int | float):
        return value
    if value is None or value[:1] not in _NUMBERS_BEGIN:
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def is_true(value: Any) -> bool:
    return bool(value) and value != "0"


def _operate(sign: str, left: Any, right: Any) -> Any:
    if sign in ("=", "!="):
        return _equal(left, right) is (sign == "=")
    one, other = number_of(left), number_of(right)
    if sign in _ORDER:
        if one is not None and other is not None:
            return _ORDER[sign](one, other)
        return left is not None and right is not None and _ORDER[sign](str(left), str(right))
    if one is None or other is None:
        return None
    try:
        return _ARITHMETIC[sign](one, other)
    except (ZeroDivisionError, OverflowError, ValueError):
        return None


def _equal(left: Any, right: Any) -> bool:
    one, other = number_of(left), number_of(right)
    if one is not None and other is not None:
        return one == other
    return left is not None and right is not None and str(left) == str(right)


# Functions of a row


def _bin(timestamp: int | None, period: str) -> Moment | None:
    """The beginning of the period, such as 5m, that the event falls into."""
    if timestamp is None:
        return None
    found = re.fullmatch(r"(\d+)\s*(ms|s|m|h|d|w)", period)
    if found is None:
        return None
    length = int(found[1]) * _UNITS[found[2]]
    return Moment(timestamp - timestamp % length)


def _numeric(function: Callable[..., float]) -> Callable[..., Any]:
    def apply(*values: Any) -> Any:
        numbers = [number_of(value) for value in values]
        known = [number for number in numbers if number is not None]
        try:
            return function(*known) if len(known) == len(numbers) else None
        except ValueError:
            return None

    return apply


def _textual(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(value: Any, *rest: Any) -> Any:
        return None if value is None else function(str(value), *rest)

    return apply


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": _numeric(abs),
    "bin": lambda *_: None,
    "ceil": _numeric(math.ceil),
    "coalesce": lambda *values: next((each for each in values if each is not None), None),
    "concat": lambda *values: "".join("" if each is None else str(each) for each in values),
    "floor": _numeric(math.floor),
    "frommillis": _numeric(lambda value: Moment(value)),
    "greatest": _numeric(max),
    "isblank": lambda value: value is None or not str(value).strip(),
    "isempty": lambda value: value is None or value == "",
    "ispresent": lambda value: value is not None,
    "least": _numeric(min),
    "log": _numeric(math.log),
    "replace": _textual(lambda text, old, new: text.replace(str(old), str(new))),
    "sqrt": _numeric(math.sqrt),
    "strcontains": _textual(lambda text, part: int(str(part) in text)),
    "strlen": _textual(len),
    "substr": _textual(lambda text, start, length=None: _substring(text, start, length)),
    "tolower": _textual(str.lower),
    "tomillis": _numeric(int),
    "toupper": _textual(str.upper),
    "trim": _textual(str.strip),
}


def _substring(text: str, start: float, length: float | None) -> str:
    begin = int(start)
    return text[begin:] if length is None else text[begin : begin + int(length)]


# Functions of a group


def _values(rows: Sequence[Row], node: Node) -> list[Any]:
    found = (evaluate(node, row) for row in rows)
    return [value for value in found if value is not None]


def _numbers(rows: Sequence[Row], node: Node) -> list[float]:
    found = (number_of(value) for value in _values(rows, node))
    return [number for number in found if number is not None]


def _count(rows: Sequence[Row], *counted: Node) -> int:
    return len(_values(rows, counted[0])) if counted else len(rows)


def _percentile(rows: Sequence[Row], node: Node, percent: Node) -> float | None:
    """The smallest value with so many per cent of all at or below it."""
    share = number_of(evaluate(percent, Row(None)))
    numbers = sorted(_numbers(rows, node))
    if not numbers or share is None:
        return None
    return numbers[max(0, math.ceil(len(numbers) * share / 100) - 1)]


def _extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    """Of numbers, where there are any; otherwise of texts. A time is a number then."""

    def extreme(rows: Sequence[Row], node: Node) -> Any:
        if numbers := _numbers(rows, node):
            value = choose(numbers)
            return int(value) if isinstance(value, Moment) else value
        return choose(map(str, _values(rows, node)), default=None)

    return extreme


def _at(choose: Callable[..., Row]) -> Callable[..., Any]:
    def value_at(rows: Sequence[Row], node: Node) -> Any:
        known = [row for row in rows if evaluate(node, row) is not None]
        if not known:
            return None
        return evaluate(node, choose(known, key=lambda row: row.get("@timestamp") or 0))

    return value_at


def _average(rows: Sequence[Row], node: Node) -> float | None:
    numbers = _numbers(rows, node)
    return math.fsum(numbers) / len(numbers) if numbers else None


AGGREGATES: dict[str, Callable[..., Any]] = {
    "avg": _average,
    "count": _count,
    "count_distinct": lambda rows, node: len(set(map(str, _values(rows, node)))),
    "earliest": _at(min),
    "latest": _at(max),
    "max": _extreme(max),
    "median": lambda rows, node: _percentile(rows, node, Constant(50)),
    "min": _extreme(min),
    "pct": _percentile,
    "sum": lambda rows, node: math.fsum(_numbers(rows, node)),
}
