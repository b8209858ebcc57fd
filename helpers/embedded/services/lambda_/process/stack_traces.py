"""Stack traces as AWS prints them: paths of its runtime, and no step through this package.

Everything that formats a trace in Python goes through `traceback`: `format_exc`, `logging`, and
the libraries that make JSON of it.
"""

from __future__ import annotations

import functools
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

_OURS = str(Path(__file__).parents[4])


def show_as_on_aws(shown: Callable[[str], str]) -> None:
    """From now on; `shown` gives a path of this machine the name that it has on AWS."""

    class FrameSummary(traceback.FrameSummary):
        __slots__ = ()

        def __init__(self, filename: str, *more: Any, **options: Any) -> None:
            super().__init__(shown(filename), *more, **options)

    traceback.FrameSummary = FrameSummary  # type: ignore[misc]
    names: Any = traceback
    start, extract = names.TracebackException.__init__, names.extract_tb
    walk, walk_trace = names.walk_stack, names.walk_tb

    @functools.wraps(start)
    def started(self: Any, kind: Any, error: Any, trace: Any, **options: Any) -> None:
        start(self, kind, error, without_ours(trace), **options)

    @functools.wraps(extract)
    def extracted(trace: TracebackType | None, limit: int | None = None) -> Any:
        return extract(without_ours(trace), limit)

    @functools.wraps(walk)
    def walked(frame: FrameType | None) -> Iterator[tuple[FrameType, int]]:
        return (each for each in walk(frame) if not _is_ours(each[0]))

    @functools.wraps(walk_trace)
    def walked_trace(trace: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
        return walk_trace(without_ours(trace))  # type: ignore[no-any-return]

    def tell_of_thread(args: threading.ExceptHookArgs) -> None:
        """Python's own prints in C, and reads the frames itself."""
        if args.exc_type is not SystemExit and args.exc_value is not None:
            name = args.thread.name if args.thread else threading.get_ident()
            print(f"Exception in thread {name}:", file=sys.stderr)  # noqa: T201
            traceback.print_exception(args.exc_value)

    threading.excepthook = tell_of_thread
    names.TracebackException.__init__ = started
    names.extract_tb = extracted
    names.walk_stack, names.walk_tb = walked, walked_trace


def without_ours(trace: TracebackType | None) -> TracebackType | None:
    """The trace, from which our own steps are taken out for good."""
    while trace is not None and _is_ours(trace.tb_frame):
        trace = trace.tb_next
    if trace is not None:
        trace.tb_next = without_ours(trace.tb_next)
    return trace


def _is_ours(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_OURS)
