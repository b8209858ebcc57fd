"""What a function prints and logs, on its way to the log as in AWS's runtime.

Standard output and standard error are one file, which child processes and libraries in C inherit.
"""

from __future__ import annotations

import io
import logging
import os
import sys
import time
from collections.abc import Callable

from helpers.embedded.services.lambda_.execution.output_file import frame


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


class LogHandler(logging.Handler):
    """The root logger's handler on AWS: level, UTC time, request id and message by tabs."""

    def __init__(self, log: Callable[[str], None]) -> None:
        super().__init__()
        self.log = log
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
        self.log(self.format(record))


def route_logging(handler: LogHandler) -> None:
    """Make `handler` the root logger's only one, at Python's default level WARNING."""
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
