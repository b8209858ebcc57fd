"""Logs Insights: the commands fields, display, filter, parse, stats, sort, limit and dedup.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html

A query goes from command to command over rows. What is not known is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from helpers.embedded.telemetry.logs.insights_functions import (
    check,
    evaluate,
    is_aggregate,
    is_true,
    number_of,
)
from helpers.embedded.telemetry.logs.insights_rows import Record, Row, show
from helpers.embedded.telemetry.logs.insights_syntax import (
    Field,
    Malformed,
    Node,
    Reader,
    unexpected,
)

_MOST_ROWS = 10_000
_SHOWN_WITHOUT_FIELDS = ["@timestamp", "@message"]

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


def run_query(query: str, records: Iterable[Record], groups: int) -> dict[str, Any]:
    """What GetQueryResults answers.

    Args:
        query: its text.
        records: the log events of its groups and its time.
        groups: how many log groups those are.

    Raises:
        Malformed: the query is not understood.
    """
    commands = parse_query(query)
    rows = [Row(record) for record in records]
    scanned = len(rows)
    size = sum(len(row.record.message.encode()) for row in rows if row.record)
    rows.sort(key=lambda row: row.get("@timestamp"), reverse=True)
    result = Result(rows, [])
    for command in commands:
        result = command(result)
    matched = len(result.rows) if result.matched is None else result.matched
    return {
        "queryLanguage": "CWLI",
        "status": "Complete",
        "results": [_describe(row, result) for row in result.rows[:_MOST_ROWS]],
        "statistics": {
            "recordsMatched": float(matched),
            "recordsScanned": float(scanned),
            "estimatedRecordsSkipped": 0.0,
            "bytesScanned": float(size),
            "estimatedBytesSkipped": 0.0,
            "logGroupsScanned": float(groups),
        },
    }


def parse_query(query: str) -> list[Command]:
    """The query's commands.

    Raises:
        Malformed: one of them is not understood.
    """
    reader = Reader(query)
    commands = []
    while True:
        token = reader.next()
        make = _COMMANDS.get(token.text.lower())
        if token.kind == "name" and make is None:
            raise Malformed(
                f"{unexpected(query, token)}: the embedded account knows the commands "
                + ", ".join(_COMMANDS),
                token.start,
                token.end,
            )
        if make is None:
            raise unexpected(query, token)
        commands.append(make(reader))
        if reader.token.kind == "end":
            return commands
        reader.expect("|")


def _describe(row: Row, result: Result) -> list[dict[str, str]]:
    columns = result.columns or _SHOWN_WITHOUT_FIELDS
    if row.record is not None:
        columns = [*columns, "@ptr"]
    values = ((name, row.get(name)) for name in columns)
    return [{"field": name, "value": show(value)} for name, value in values if value is not None]


# The commands


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


_COMMANDS: dict[str, Callable[[Reader], Command]] = {
    "fields": _fields,
    "display": _display,
    "filter": _filter,
    "parse": _parse,
    "stats": _stats,
    "sort": _sort,
    "limit": _limit,
    "dedup": _dedup,
}
