"""Schedule expressions: rate(5 minutes), cron(0 10 ? * MON-FRI *).

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_RATE = re.compile(r"rate\((?P<count>[1-9]\d*) (?P<unit>minute|hour|day)(?P<plural>s?)\)")
_CRON = re.compile(r"cron\((?P<fields>[^()]+)\)")
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_YEARS = (1970, 2199)


class BadSchedule(ValueError):
    """The expression is none."""


@dataclass(frozen=True)
class Rate:
    """Again and again after the same time, from the moment at which it was asked for."""

    period: timedelta

    def after(self, moment: datetime) -> datetime | None:
        return moment + self.period


@dataclass(frozen=True)
class Cron:
    """Whenever the clock shows one of these, in UTC."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int] | None
    """Of the month; None: the weekday decides."""
    months: frozenset[int]
    weekdays: frozenset[int] | None
    """1 is Sunday; None: the day of the month decides."""
    years: frozenset[int]

    def after(self, moment: datetime) -> datetime | None:
        """The first such minute after a moment; None: there is none any more."""
        start = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        day = start.replace(hour=0, minute=0)
        while day.year <= max(self.years):
            if self._is_day(day):
                for hour in sorted(self.hours):
                    for minute in sorted(self.minutes):
                        found = day.replace(hour=hour, minute=minute)
                        if found >= start:
                            return found
            day += timedelta(days=1)
        return None

    def _is_day(self, day: datetime) -> bool:
        if day.year not in self.years or day.month not in self.months:
            return False
        if self.days is not None:
            return day.day in self.days
        return self.weekdays is None or day.isoweekday() % 7 + 1 in self.weekdays


Schedule = Rate | Cron


def parse_schedule(text: str) -> Schedule:
    """Raises BadSchedule."""
    if found := _RATE.fullmatch(text.strip()):
        count = int(found["count"])
        if (count == 1) == (found["plural"] == "s"):
            raise BadSchedule(text)
        return Rate(timedelta(**{f"{found['unit']}s": count}))
    cron = _CRON.fullmatch(text.strip())
    fields = cron["fields"].split() if cron else []
    if len(fields) != 6 or (fields[2] == "?") == (fields[4] == "?"):
        raise BadSchedule(text)
    minutes, hours, days, months, weekdays, years = fields
    return Cron(
        _members(minutes, 0, 59),
        _members(hours, 0, 23),
        None if days == "?" else _members(days, 1, 31),
        _members(months, 1, 12, _MONTHS),
        None if weekdays == "?" else _members(weekdays, 1, 7, _WEEKDAYS),
        _members(years, *_YEARS),
    )


def _members(
    field: str, lowest: int, highest: int, names: list[str] | None = None
) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            low, high = lowest, highest
        else:
            low = _number(first, names)
            high = _number(last, names) if dash else highest if step else low
        if not lowest <= low <= high <= highest or (step and not _number(step)):
            raise BadSchedule(field)
        found.update(range(low, high + 1, _number(step) if step else 1))
    return frozenset(found)


def _number(text: str, names: list[str] | None = None) -> int:
    """L, W and # are not known here, either: no schedule of the course needs them."""
    if names and text.upper() in names:
        return names.index(text.upper()) + 1
    if not text.isdecimal():
        raise BadSchedule(text)
    return int(text)
