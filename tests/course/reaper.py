"""Stands in a package beside a function's own files, and ends its process before one of the lines
that the handler runs, each counted once; or after the last one, before the answer is given.

Which line is the number at the end of the queue's name, for what is received for the first time;
or the event's own, "fatal". The function's own handler is named in the environment, ORIGINAL.
"""

import importlib
import os
import sys
from types import FrameType
from typing import Any

FOLDER = os.path.dirname(__file__)
MODULE, _, NAME = os.environ.get("ORIGINAL", "").partition(".")
FILES = os.environ.get("DEADLY", "").split()
"""The files whose lines count; all of the package, if none is named."""


def handler(event: dict[str, Any], context: object) -> Any:
    """The original handler's answer, if it lives to give one."""
    fatal = find_fatal(event)
    lines: dict[tuple[str, int], None] = {}

    def step(frame: FrameType, what: str, argument: object) -> Any:
        if what == "line":
            line = (frame.f_code.co_filename, frame.f_lineno)
            if line not in lines and len(lines) == fatal:
                os._exit(1)
            lines[line] = None
        return step

    def enter(frame: FrameType, what: str, argument: object) -> Any:
        folder, file = os.path.split(frame.f_code.co_filename)
        return step if folder == FOLDER and (not FILES or file in FILES) else None

    original = getattr(importlib.import_module(MODULE), NAME)
    sys.settrace(enter)
    try:
        answer = original(event, context)
    finally:
        sys.settrace(None)
    if len(lines) == fatal:
        os._exit(1)
    print("lines:", len(lines))  # noqa: T201  the test reads the log
    return answer


def find_fatal(event: dict[str, Any]) -> int | None:
    """How many lines may be run; None: all."""
    if "Records" not in event:
        return event.get("fatal")
    record = event["Records"][0]
    is_new = record["attributes"]["ApproximateReceiveCount"] == "1"
    return int(record["eventSourceARN"].rpartition("-")[2]) if is_new else None
