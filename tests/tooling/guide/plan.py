"""When what begins: a day in a room, with its breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.tooling.guide.chapter import Chapter

BEGIN, NOON = 9 * 60, 12 * 60
"""Minutes since midnight."""
LONGEST = 80
"""Minutes that a room works before a break."""
BREAK, LUNCH = "break", "lunch"
PAUSES = {BREAK: 15, LUNCH: 45}
END = 17 * 60
"""A day ends then at the latest."""


class Item(NamedTuple):
    """What begins at a time."""

    day: int
    at: int
    """Minutes since midnight."""
    words: str
    minutes: int


def plan_days(chapters: Sequence[Chapter]) -> Iterator[Item]:
    """The chapters one after the other, a break before a room has worked too long."""
    day, now, worked, has_eaten = 1, BEGIN, 0, False
    for chapter in chapters:
        if now + chapter.minutes > END:
            day, now, worked, has_eaten = day + 1, BEGIN, 0, False
        pause = ""
        if not has_eaten and now + chapter.minutes / 2 > NOON:
            pause, has_eaten = LUNCH, True
        elif worked and worked + chapter.minutes > LONGEST:
            pause = BREAK
        if pause:
            yield Item(day, now, pause, PAUSES[pause])
            now, worked = now + PAUSES[pause], 0
        yield Item(day, now, f"{chapter.number} {chapter.title}", chapter.minutes)
        now, worked = now + chapter.minutes, worked + chapter.minutes


def tell_time(minutes: int) -> str:
    """9:05."""
    return f"{minutes // 60}:{minutes % 60:02}"
