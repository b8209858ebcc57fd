"""Running a query: what GetQueryResults answers.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from helpers.embedded.services.logs.insights.commands import COMMANDS, Command, Result
from helpers.embedded.services.logs.insights.rows import Record, Row, show
from helpers.embedded.services.logs.insights.syntax import Malformed, Reader, unexpected

_MOST_ROWS = 10_000
_SHOWN_WITHOUT_FIELDS = ["@timestamp", "@message"]


def run_query(
    query: str, records: Iterable[Record], groups: int, most: int | None = None
) -> dict[str, Any]:
    """What GetQueryResults answers.

    Args:
        query: its text.
        records: the log events of its groups and its time.
        groups: how many log groups those are.
        most: rows in the answer.

    Raises:
        Malformed: the query is not understood.
    """
    commands = parse_query(query)
    scanned = sorted(records, key=attrgetter("timestamp"), reverse=True)
    result = Result([Row(record) for record in scanned], [])
    for command in commands:
        result = command(result)
    matched = len(result.rows) if result.matched is None else result.matched
    return {
        "queryLanguage": "CWLI",
        "status": "Complete",
        "results": [_describe(row, result) for row in result.rows[: most or _MOST_ROWS]],
        "statistics": {
            "recordsMatched": float(matched),
            "recordsScanned": float(len(scanned)),
            "estimatedRecordsSkipped": 0.0,
            "bytesScanned": float(sum(len(record.message.encode()) for record in scanned)),
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
        make = COMMANDS.get(token.text.lower())
        if token.kind == "name" and make is None:
            raise Malformed(
                f"{unexpected(query, token)}: the embedded account knows the commands "
                + ", ".join(COMMANDS),
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
