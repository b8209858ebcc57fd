"""The commands fields, display, filter, parse, stats, sort, limit and dedup.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html

A query goes from command to command over rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from helpers.embedded.services.logs.insights.query_functions import (
    check,
    evaluate,
    is_aggregate,
    is_true,
    number_of,
)
from helpers.embedded.services.logs.insights.rows import Row
from helpers.embedded.services.logs.insights.syntax import (
    Field,
    Malformed,
    Node,
    Reader,
)

Rows = list[Row]


class Named(NamedTuple):
    """An expression, and the name of its column."""

    name: str
    node: Node


class Result(NamedTuple):
    """Rows on their way, and the columns to be shown of them."""

    rows: Rows
    columns: list[str]
    matched: int | None = None
    """Log events that were not filtered out, once they have become groups."""


Command = Callable[[Result], Result]


def _named(reader: Reader) -> Named:
    """`expression` or `expression as name`."""
    start = reader.token.start
    node = reader.expression()
    check(node)
    text = node.name if isinstance(node, Field) else reader.text_until_now(start)
    return Named(reader.of_kind("name") if reader.takes("as") else text, node)


def _list(reader: Reader) -> list[Named]:
    items = [_named(reader)]
    while reader.takes(","):
        items.append(_named(reader))
    return items


def _fields(reader: Reader) -> Command:
    items = _list(reader)

    def command(result: Result) -> Result:
        for row in result.rows:
            _compute(row, items)
        return result._replace(columns=result.columns + [item.name for item in items])

    return command


def _display(reader: Reader) -> Command:
    items = _list(reader)

    def command(result: Result) -> Result:
        for row in result.rows:
            _compute(row, items)
        return result._replace(columns=[item.name for item in items])

    return command


def _compute(row: Row, items: list[Named]) -> None:
    for name, node in items:
        if not (isinstance(node, Field) and node.name == name):
            row.values[name] = evaluate(node, row)


def _filter(reader: Reader) -> Command:
    condition = reader.expression()
    check(condition)
    return lambda result: result._replace(
        rows=[row for row in result.rows if is_true(evaluate(condition, row))]
    )


def _parse(reader: Reader) -> Command:
    """`parse [field] "a * b *" as x, y` or `parse [field] /(?<x>...)/`."""
    source: Node = Field("@message")
    if reader.token.kind == "name":
        source = reader.expression(level=3)
    token = reader.token
    if token.kind == "regex":
        expression = reader.regular_expression()
        names = list(expression.groupindex)
        if not names:
            message = "parse needs named groups, such as (?<user>.*)"
            raise Malformed(message, token.start, token.end)
    else:
        parts = reader.of_kind("text").split("*")
        expression = re.compile("(.*?)".join(map(re.escape, parts)) + _rest(parts), re.DOTALL)
        reader.expect("as")
        names = [reader.of_kind("name")]
        while reader.takes(","):
            names.append(reader.of_kind("name"))
        if len(names) != len(parts) - 1:
            message = f"parse has {len(parts) - 1} wildcards and {len(names)} names"
            raise Malformed(message, token.start, token.end)

    def command(result: Result) -> Result:
        for row in result.rows:
            if found := expression.search(str(evaluate(source, row) or "")):
                row.values |= zip(names, found.groups(), strict=False)
        return result._replace(columns=[*result.columns, *names])

    return command


def _rest(parts: list[str]) -> str:
    """A wildcard at the end takes everything."""
    return "$" if len(parts) > 1 and not parts[-1] else ""


def _stats(reader: Reader) -> Command:
    start = reader.token
    items = _list(reader)
    keys = _list(reader) if reader.takes("by") else []
    for item in items:
        if not is_aggregate(item.node):
            message = f"stats needs an aggregate such as count(*); {item.name} is none"
            raise Malformed(message, start.start, start.end)

    def command(result: Result) -> Result:
        groups: dict[tuple[str, ...], tuple[list[Any], Rows]] = {}
        for row in result.rows:
            values = [evaluate(key.node, row) for key in keys]
            _, rows = groups.setdefault(tuple(map(str, values)), (values, []))
            rows.append(row)
        if not keys and not groups:
            groups[()] = ([], [])
        made = []
        for values, rows in groups.values():
            first = rows[0] if rows else Row(None)
            row = Row(None, {key.name: value for key, value in zip(keys, values, strict=True)})
            row.values |= {item.name: evaluate(item.node, first, rows) for item in items}
            made.append(row)
        matched = len(result.rows) if result.matched is None else result.matched
        return Result(made, [each.name for each in (*keys, *items)], matched)

    return command


def _sort(reader: Reader) -> Command:
    orders: list[tuple[Node, bool]] = []
    while not orders or reader.takes(","):
        node = reader.expression()
        check(node)
        descending = reader.takes("desc")
        if not descending:
            reader.takes("asc")
        orders.append((node, descending))

    def command(result: Result) -> Result:
        rows = list(result.rows)
        for node, descending in reversed(orders):
            rows.sort(key=lambda row: _order(evaluate(node, row)), reverse=descending)
        return result._replace(rows=rows)

    return command


def _order(value: Any) -> tuple[int, float, str]:
    """Nothing before numbers, numbers before texts."""
    if value is None:
        return 0, 0.0, ""
    number = number_of(value)
    return (1, number, "") if number is not None else (2, 0.0, str(value))


def _limit(reader: Reader) -> Command:
    most = int(reader.of_kind("number"))
    return lambda result: result._replace(rows=result.rows[:most])


def _dedup(reader: Reader) -> Command:
    """Of rows that agree in these fields, the first is kept."""
    items = _list(reader)

    def command(result: Result) -> Result:
        first: dict[tuple[str, ...], Row] = {}
        for row in result.rows:
            key = tuple(str(evaluate(item.node, row)) for item in items)
            first.setdefault(key, row)
        return result._replace(rows=list(first.values()))

    return command


COMMANDS: dict[str, Callable[[Reader], Command]] = {
    "fields": _fields,
    "display": _display,
    "filter": _filter,
    "parse": _parse,
    "stats": _stats,
    "sort": _sort,
    "limit": _limit,
    "dedup": _dedup,
}
