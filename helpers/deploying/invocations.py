"""Invocations of a function: one with an event of your own, and what all of them logged."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3

from helpers.deploying.refusals import find_denied_action

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

_REPORT = re.compile(
    r"REPORT RequestId: .*?\tDuration: (?P<run>[\d.]+) ms"
    r"(?:.*?\tInit Duration: (?P<init>[\d.]+) ms)?"
)


class Report(NamedTuple):
    """What Lambda says of an invocation at its end, in the REPORT line of the log."""

    milliseconds: float
    """That the handler ran."""
    init_milliseconds: float
    """That a cold start took before it; 0 if the environment was warm."""


class Answer(NamedTuple):
    """What Lambda answers to whoever invoked a function and waited.

    A handler that fails is no failed call: the status is 200, and `error` says so.
    """

    status: int
    """Of HTTP."""
    error: str
    """The kind of the error, such as "ClientError"; nothing if the handler returned."""
    words: str
    """The error's message; nothing if the handler returned."""
    value: Any
    """What the handler returned; None if it failed."""
    log: list[str]
    """The last 4 KB of its log, line by line."""

    @property
    def report(self) -> Report:
        """How long it took.

        Raises:
            LookupError: the log's end did not come with the answer.
        """
        for line in reversed(self.log):
            if found := parse_report(line):
                return found
        raise LookupError("The answer came without the log's REPORT line. Invoke it once more.")

    @property
    def outcome(self) -> str:
        """works, the action that was denied (denied kms:Decrypt), or the kind of the error."""
        if not self.error:
            return "works"
        action = find_denied_action(self.words)
        return f"denied {action}" if action else self.error


def invoke_function(name: str, event: Any) -> Answer:
    """Invoke a function, wait until it has ended, and read the answer.

    Raises:
        LookupError: there is no such function.
    """
    functions = boto3.client("lambda")
    try:
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
    except functions.exceptions.ResourceNotFoundException:
        raise LookupError(
            f"There is no function {name}. Run the cell that deploys it first."
        ) from None
    payload = json.loads(answer["Payload"].read())
    tail = base64.b64decode(answer.get("LogResult", ""))  # not every endpoint sends it
    log = tail.decode(errors="replace").splitlines()
    if "FunctionError" not in answer:
        return Answer(answer["StatusCode"], "", "", payload, log)
    kind, words = payload.get("errorType", "Unknown"), payload.get("errorMessage", "")
    return Answer(answer["StatusCode"], kind, words, None, log)


def invoke_repeatedly(lab: Lab, name: str, event: Any, *pauses: float) -> pd.DataFrame:
    """Invoke a function once after each pause.

    Args:
        pauses: seconds of lab time.

    Returns:
        A row for each invocation; columns pause, answer (what the handler returned, or the kind
        of its error), milliseconds (that it ran), init_milliseconds (of a cold start before it).

    Raises:
        LookupError: there is no such function.
    """
    import pandas as pd

    rows = []
    for pause in pauses:
        lab.advance(seconds=pause)
        answer = invoke_function(name, event)
        rows.append((pause, answer.error or answer.value, *answer.report))
    return pd.DataFrame(rows, columns=["pause", "answer", *Report._fields])


def read_log(function: str, start: datetime | None = None) -> list[tuple[datetime, str]]:
    """Every line of the function's log, oldest first, with its time (aware, UTC).

    Args:
        start: aware; the lines since then.
    """
    logs = boto3.client("logs")
    since = {"startTime": int(start.timestamp() * 1000)} if start else {}
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=f"/aws/lambda/{function}", **since
    )
    try:
        events = [event for page in pages for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []  # It never ran.
    return [
        (datetime.fromtimestamp(event["timestamp"] / 1000, UTC), event["message"].rstrip("\n"))
        for event in sorted(events, key=itemgetter("timestamp"))
    ]


def parse_report(line: str) -> Report | None:
    """What a REPORT line says, or in JSON a platform.report; None for any other line of a log.

    https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
    """
    if line.startswith("{") and '"platform.report"' in line:
        metrics = json.loads(line)["record"]["metrics"]
        return Report(float(metrics["durationMs"]), float(metrics.get("initDurationMs", 0)))
    found = _REPORT.match(line)
    return Report(float(found["run"]), float(found["init"] or 0)) if found else None
