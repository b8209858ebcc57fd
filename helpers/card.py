"""What a lab shows of itself in a notebook: the time, and what is in the account, on a small card.

It asks by boto3 as anybody may, so it shows a real account as it shows an embedded one. Looking
changes nothing: queues are asked for their counts, and no message is received.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from typing import Any, NamedTuple

import boto3

MOST = 12
"""Rows of one kind on a card; of more the number is told."""
COUNTS = {
    "visible": "ApproximateNumberOfMessages",
    "in flight": "ApproximateNumberOfMessagesNotVisible",
    "delayed": "ApproximateNumberOfMessagesDelayed",
}
FRAME = (
    "display:inline-block;border:1px solid;border-radius:8px;padding:8px 16px;"
    "font-variant-numeric:tabular-nums"
)
CELL = "padding:1px 0 1px 24px;text-align:right;background:none;border:none"
NAME = "padding:1px 0;text-align:left;background:none;border:none;font-weight:normal"
CLOCK = (
    '<svg viewBox="-12 -12 24 24" width="32" height="32" aria-hidden="true" fill="none" '
    'stroke="currentColor" stroke-linecap="round" style="vertical-align:middle">'
    '<circle r="10.5" stroke-width="1.5"/>'
    '<path d="M0 0V-5.5" stroke-width="2.2" transform="rotate({hour:g})"/>'
    '<path d="M0 0V-8" stroke-width="1.5" transform="rotate({minute:g})"/>'
    '<path d="M0 0V-8.5" stroke="#D55E00" transform="rotate({second:g})"/></svg>'
)


class Table(NamedTuple):
    """Rows of one kind: each has a name and as many values as there are columns."""

    kind: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def show_card(now: datetime) -> dict[str, str]:
    """The account that boto3 reaches, as HTML and as text, by their media types.

    Args:
        now: the account's time.

    Raises:
        ClientError: what is asked for may not be read.
    """
    tables = [table for table in _read_tables() if table.rows]
    return {"text/html": _draw(now, tables), "text/plain": _tell(now, tables)}


def _read_tables() -> Iterator[Table]:
    """Queues, mappings, functions and alarms; nothing is asked of what cannot be there."""
    sqs, functions, cloudwatch = (boto3.client(name) for name in ("sqs", "lambda", "cloudwatch"))
    urls = _list_all(sqs, "list_queues", "QueueUrls")
    yield Table("queue", tuple(COUNTS), [_count(sqs, url) for url in urls])
    mappings = _list_all(functions, "list_event_source_mappings", "EventSourceMappings")
    yield Table("mapping", ("state",), [_name_mapping(mapping) for mapping in mappings])
    names = [each["FunctionName"] for each in _list_all(functions, "list_functions", "Functions")]
    yield Table("function", (), [(name,) for name in names])
    alarms = _list_all(cloudwatch, "describe_alarms", "MetricAlarms")
    yield Table("alarm", ("state",), [(each["AlarmName"], each["StateValue"]) for each in alarms])


def _list_all(client: Any, operation: str, key: str) -> list[Any]:
    """Of all pages."""
    pages = client.get_paginator(operation).paginate()
    return [each for page in pages for each in page.get(key, [])]


def _count(sqs: Any, url: str) -> tuple[str, ...]:
    names = list(COUNTS.values())
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return url.rpartition("/")[2], *(found[name] for name in names)


def _name_mapping(mapping: dict[str, Any]) -> tuple[str, str]:
    source, function = (
        mapping.get(name, "").rpartition(":")[2] for name in ("EventSourceArn", "FunctionArn")
    )
    return f"{source} -> {function}", mapping["State"]


def _cut(table: Table) -> tuple[Sequence[tuple[str, ...]], str]:
    """The rows that are shown, and what is said of the others."""
    left = len(table.rows) - MOST
    return table.rows[:MOST], f"and {left} more" if left > 0 else ""


def _tell(now: datetime, tables: Sequence[Table]) -> str:
    lines = [f"Time {now:%Y-%m-%d %H:%M:%S} UTC"]
    for kind, columns, rows in tables:
        shown, more = _cut(Table(kind, columns, rows))
        width = max(len(kind), *(len(row[0]) for row in shown))
        sizes = [
            max(len(name), *(len(row[place]) for row in shown))
            for place, name in enumerate(columns, start=1)
        ]
        for name, *values in [(kind, *columns), *shown]:
            cells = [f"{value:>{size}}" for value, size in zip(values, sizes, strict=True)]
            lines.append("  ".join([f"{name:<{width}}", *cells]).rstrip())
        lines += [more] if more else []
    return "\n".join(lines if tables else [*lines, "The account is empty."])


def _draw(now: datetime, tables: Sequence[Table]) -> str:
    turn = now.hour * 3600 + now.minute * 60 + now.second
    clock = CLOCK.format(hour=turn % 43200 / 120, minute=turn % 3600 / 10, second=turn % 60 * 6)
    head = f"{clock} <b>{now:%H:%M:%S}</b> UTC, {now:%Y-%m-%d}"
    body = "".join(map(_draw_table, tables)) or "<div>The account is empty.</div>"
    return f'<div style="{FRAME}"><div>{head}</div>{body}</div>'


def _draw_table(table: Table) -> str:
    shown, more = _cut(table)
    lines = [
        f'<tr><th scope="col" style="{NAME};font-weight:bold">{table.kind}</th>'
        + "".join(f'<th scope="col" style="{CELL}">{name}</th>' for name in table.columns)
        + "</tr>"
    ]
    lines += [
        f'<tr><th scope="row" style="{NAME}">{escape(name)}</th>'
        + "".join(f'<td style="{CELL}">{escape(value)}</td>' for value in values)
        + "</tr>"
        for name, *values in shown
    ]
    lines += [f'<tr><td style="{NAME}">{more}</td></tr>'] if more else []
    return f'<table style="margin:8px 0 0;border:none">{"".join(lines)}</table>'
