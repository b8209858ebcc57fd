"""The clock on the wall, and waiting by it with something to look at."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from helpers.progress import Progress

STEP = 1.0
"""Seconds between two looks at the clock."""


def now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


def pause(seconds: float) -> None:
    """Let so many seconds pass. Ctrl-C ends it at once."""
    time.sleep(seconds)


def wait(seconds: float) -> None:
    """Let so many seconds pass, with a bar if they are many."""
    with Progress(seconds, lambda: "", "s") as progress:
        passed = 0.0
        while passed < seconds:
            pause(min(STEP, seconds - passed))
            passed += STEP
            progress(min(passed, seconds))
