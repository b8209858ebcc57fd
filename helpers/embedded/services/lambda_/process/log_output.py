"""What a function prints and logs, turned into log entries as AWS's runtime does."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable


class LogStream:
    """sys.stdout and sys.stderr of a function: each line becomes a log entry."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, emit: Callable[[str], None]) -> None:
        self._emit = emit
        self._rest = ""

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._emit(line)
        return len(text)

    def flush(self) -> None:
        """What is not yet a whole line goes out as one."""
        if self._rest:
            rest, self._rest = self._rest, ""
            self._emit(rest)

    def isatty(self) -> bool:
        return False


class LogHandler(logging.Handler):
    """The root logger's handler on AWS: level, UTC time, request id and message by tabs."""

    def __init__(self, emit: Callable[[str], None]) -> None:
        super().__init__()
        self._emit = emit
        self.request_id = ""
        formatter = logging.Formatter(
            "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s",
            "%Y-%m-%dT%H:%M:%S",
        )
        formatter.converter = time.gmtime
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        record.aws_request_id = self.request_id
        record.msecs = round(record.created % 1 * 1000)  # Python before 3.13 cuts .254 to .253
        self._emit(self.format(record))


def route_logging(handler: LogHandler) -> None:
    """Make `handler` the root logger's only one, at Python's default level WARNING."""
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
