"""The account's time: a number of microseconds that only the simulation moves.

Microseconds are whole numbers, so a deadline is met exactly and two runs agree to the
last digit; seconds appear only where a person or an AWS API reads or writes them.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 5, 9, 0, 0, tzinfo=UTC)
"""The moment at which every embedded account opens."""

SECOND = 1_000_000
MILLISECOND = 1_000

_START_UNIX = int(START.timestamp()) * SECOND
_MICROSECOND = timedelta(microseconds=1)


def microseconds(seconds: float) -> int:
    """Whole microseconds of lab time in `seconds`, rounded to the nearest one.

    Raises:
        TypeError: `seconds` is not a number.
        ValueError: `seconds` is negative, infinite or not a number.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TypeError(
            f"seconds must be a number such as 31 or 0.5, not {type(seconds).__name__} {seconds!r}"
        )
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError(
            f"seconds must be zero or more, not {seconds!r}: lab time only moves forward"
        )
    return round(seconds * SECOND)


def unix_milliseconds_at(moment: int) -> int:
    """Whole milliseconds since 1970 of a moment in microseconds since the account was opened."""
    return (_START_UNIX + moment) // MILLISECOND


class Clock:
    """The account's time in the units that AWS uses. Only the simulation moves it."""

    def __init__(self) -> None:
        self.elapsed = 0
        """Microseconds of lab time since the account was opened."""

    def now(self) -> datetime:
        """The account's time, aware, in UTC."""
        return START + self.elapsed * _MICROSECOND

    def unix(self) -> float:
        """Seconds since 1970, as `time.time` gives them."""
        return (_START_UNIX + self.elapsed) / SECOND

    def unix_milliseconds(self) -> int:
        """Whole milliseconds since 1970: the unit of SentTimestamp and of log events."""
        return unix_milliseconds_at(self.elapsed)
