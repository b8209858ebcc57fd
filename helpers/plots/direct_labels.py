"""The names of step lines beside the lines themselves, where nothing else is drawn."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from helpers.plots.style import FONT_SIZE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LETTER = 0.016
"""Width of a letter in a picture of 7 inches, at most, as a share of the axes."""
HEIGHT = 0.085
"""Of a line of text, as a share of the axes; `GAP` is between it and a line."""
GAP = 0.015
PLACES = 60
"""Tried along each line."""


class Steps(NamedTuple):
    """A line that keeps each value until the next; in shares of the axes, 0 to 1."""

    label: str
    colour: str
    times: Sequence[float]
    values: Sequence[float]

    def range(self, left: float, right: float) -> tuple[float, float]:
        """Its lowest and highest value in between."""
        first = max(0, bisect_right(self.times, left) - 1)
        seen = self.values[first : bisect_right(self.times, right)]
        return min(seen), max(seen)


class Box(NamedTuple):
    """Where a label would stand."""

    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def around(cls, x: float, y: float, width: float, height: float) -> Box:
        """From its middle and half its size."""
        return cls(x - width, y - height, x + width, y + height)

    @property
    def is_inside(self) -> bool:
        """Of the axes."""
        return self.left > 0 and self.bottom > 0.005 and self.right < 1 and self.top <= 1

    def holds(self, point: tuple[float, ...]) -> bool:
        x, y = point
        return self.left < x < self.right and self.bottom < y < self.top

    def touches(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )


def write_labels(axes: Axes, lines: Sequence[Steps]) -> bool:
    """Write each line's name in its colour; False: there is no room for one of them, and nothing
    is written."""
    taken: list[Box] = []
    for line in lines:
        best = min(_list_places(line, lines, taken), default=None)
        if best is None:
            return False
        taken.append(best[1])
    for line, box in zip(lines, taken, strict=True):
        axes.text(
            box.left,
            box.bottom,
            line.label,
            color=line.colour,
            va="bottom",
            fontsize=FONT_SIZE,
            transform=axes.transAxes,
        )
    return True


Place = tuple[float, Box]
"""How bad it is, and where."""


def _list_places(line: Steps, lines: Sequence[Steps], taken: Sequence[Box]) -> Iterator[Place]:
    """The free places for a line's name."""
    others = [other for other in lines if other is not line]
    for place in (*_list_beside_levels(line, others), *_list_beside_steps(line)):
        if _is_free(place[1], lines, taken):
            yield place


def _list_beside_levels(line: Steps, others: Sequence[Steps]) -> Iterator[Place]:
    """Above and below the line where no other runs between; best is above a level stretch of
    this line alone, and in the middle of it."""
    width = LETTER * len(line.label)
    middle = _find_middle(line)
    for number in range(PLACES + 1):
        left = 0.01 + (0.98 - width) * number / PLACES
        low, high = line.range(left, left + width)
        ranges = [other.range(left, left + width) for other in others]
        hidden = any(least < high + GAP and low - GAP < most for least, most in ranges)
        uneven = 3 * (high - low) + 0.1 * abs(left + width / 2 - middle)
        for bottom, cost in ((high + GAP, 0.0), (low - GAP - HEIGHT, 0.1)):
            lowest, highest = min(low, bottom + HEIGHT), max(high, bottom)
            between = any(
                least < highest and lowest < most and (least, most) != (low, high)
                for least, most in ranges
            )
            if not between:
                box = Box(left, bottom, left + width, bottom + HEIGHT)
                yield cost + 0.3 * hidden + uneven, box


def _list_beside_steps(line: Steps) -> Iterator[Place]:
    """To the right of a steep step; best of the steepest."""
    width = LETTER * len(line.label)
    for before, after, time in zip(line.values, line.values[1:], line.times[1:], strict=False):
        if (steep := abs(after - before)) > HEIGHT:
            bottom = (before + after - HEIGHT) / 2
            box = Box(time + GAP, bottom, time + GAP + width, bottom + HEIGHT)
            yield 0.2 + 0.1 * (1 - steep), box


def _is_free(box: Box, lines: Sequence[Steps], taken: Sequence[Box]) -> bool:
    if not box.is_inside or any(box.touches(other) for other in taken):
        return False
    ranges = (each.range(box.left, box.right) for each in lines)
    return all(high < box.bottom or low > box.top for low, high in ranges)


def _find_middle(line: Steps) -> float:
    """The middle of its longest level stretch above zero, or of all its time."""
    ends = [*line.times[1:], 1.0]
    stretches = [
        (end - time, (time + end) / 2)
        for time, end, value in zip(line.times, ends, line.values, strict=True)
        if value > 0
    ]
    return max(stretches)[1] if stretches else 0.5
