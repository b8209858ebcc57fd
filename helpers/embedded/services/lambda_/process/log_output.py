"""What a function prints and logs, on its way to the log as in AWS's runtime.

Standard output and standard error are one file, which child processes and libraries in C inherit.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from helpers.embedded.services.lambda_.execution.left_files import frame


class _Unbuffered(io.TextIOWrapper):
    """sys.stdout and sys.stderr: what is written is there at once, as on AWS."""

    def write(self, text: str, /) -> int:
        written = super().write(text)
        self.flush()
        return written


def open_streams(path: str) -> Callable[[str], None]:
    """Let all output of this process go to a file. What comes back writes one entry to it,
    which may be of several lines."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for descriptor, name, errors in ((1, "stdout", "strict"), (2, "stderr", "backslashreplace")):
        os.dup2(file, descriptor)
        raw = io.FileIO(descriptor, "w", closefd=False)
        raw.name = f"<{name}>"
        stream = _Unbuffered(io.BufferedWriter(raw), "utf-8", errors, newline="\n")
        stream.mode = "w"  # type: ignore[misc]
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    os.close(nothing)
    own = out_of_reach(file)

    def log(entry: str) -> None:
        os.write(own, frame(entry))

    return log


_OUT_OF_REACH = 100
"""Descriptors below are for the handler, who may close and duplicate the low ones as he likes."""


def out_of_reach(descriptor: int) -> int:
    """The same file by a high number, and not for processes that the handler starts."""
    if sys.platform == "win32":
        return descriptor
    import fcntl

    high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _OUT_OF_REACH)
    os.close(descriptor)
    return high


_SECONDS = "%Y-%m-%dT%H:%M:%S"


class JsonFormatter(logging.Formatter):
    """A record as the Python runtime writes it in JSON: what it has, and what `extra` adds."""

    def format(self, record: logging.LogRecord) -> str:
        level = min(50, max(0, record.levelno)) // 10 * 10  # Lambda has no level between two
        moment = datetime.fromtimestamp(record.created, UTC)
        fields: dict[str, Any] = {
            "timestamp": f"{moment:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
            "level": logging.getLevelName(level),
            "message": record.getMessage(),
            "logger": record.name,
        }
        if record.exc_info and record.exc_info[0]:
            kind, error, trace = record.exc_info
            fields["stackTrace"] = traceback.format_tb(trace)
            fields["errorType"] = kind.__name__
            fields["errorMessage"] = str(error)
        fields["requestId"] = getattr(record, "aws_request_id", None)
        if record.exc_info:
            fields["location"] = f"{record.pathname}:{record.funcName}:{record.lineno}"
        own = {
            name: value
            for name, value in vars(record).items()
            if name not in _PLAIN and name not in fields
        }
        shown = {name: value for name, value in (fields | own).items() if value is not None}
        return json.dumps(shown, ensure_ascii=False)


_PLAIN = frozenset(vars(logging.makeLogRecord({}))) - {"taskName"} | {"aws_request_id"}
"""What every record has; the runtime shows the name of a task, if there is one."""


class LogHandler(logging.Handler):
    """The root logger's handler on AWS: level, UTC time, request id and message by tabs, or JSON.

    `is_json` says which.
    """

    def __init__(self, log: Callable[[str], None], is_json: bool) -> None:
        super().__init__()
        self.log = log
        self.request_id = ""
        if is_json:
            self.setFormatter(JsonFormatter())
            return
        formatter = logging.Formatter(
            "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", _SECONDS
        )
        formatter.converter = time.gmtime
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        record.aws_request_id = self.request_id
        record.msecs = round(record.created % 1 * 1000)  # Python before 3.13 cuts .254 to .253
        self.log(self.format(record))


def route_logging(handler: LogHandler, level: int) -> None:
    """Make `handler` the root logger's only one."""
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def is_json(variables: Mapping[str, str]) -> bool:
    """Whether the function logs in JSON, by its environment variables."""
    return variables.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"


def level_of(variables: Mapping[str, str]) -> int:
    """The root logger's: the function's own, or Python's WARNING."""
    name = variables.get("AWS_LAMBDA_LOG_LEVEL", "")
    known = logging.getLevelNamesMapping()
    return known.get("DEBUG" if name == "TRACE" else name, logging.WARNING)
