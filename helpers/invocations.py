"""One invocation of a function with an event of your own, and what came of it."""

from __future__ import annotations

import base64
import json
import re
from typing import Any, NamedTuple

import boto3

from helpers.refusals import find_denied_action

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
        """How long it took."""
        return next(found for line in self.log if (found := parse_report(line)))

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
    log = base64.b64decode(answer["LogResult"]).decode(errors="replace").splitlines()
    if "FunctionError" not in answer:
        return Answer(answer["StatusCode"], "", "", payload, log)
    kind, words = payload.get("errorType", "Unknown"), payload.get("errorMessage", "")
    return Answer(answer["StatusCode"], kind, words, None, log)


def parse_report(line: str) -> Report | None:
    """What a REPORT line says, None for any other line of a log.

    https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
    """
    found = _REPORT.match(line)
    return Report(float(found["run"]), float(found["init"] or 0)) if found else None
