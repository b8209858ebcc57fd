"""The functions of metric math, over series of one number a period.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect
from collections.abc import Callable
from typing import Any, NamedTuple


class Timeline(NamedTuple):
    """A series as metric math sees it: one number a period."""

    points: dict[int, float]
    """By seconds since 1970."""
    period: int
    start: int = 0
    end: int = 0
    """The time that was asked for, from `start` to before `end`."""


def _gather(reduce: Callable[[list[float]], float]) -> Callable[[Any], Any]:
    """Over one series: a number. Over an array: a series, of the points that any of them has."""

    def gather(value: Any) -> Any:
        if isinstance(value, Timeline):
            return reduce(list(value.points.values())) if value.points else 0.0
        if not isinstance(value, list):
            raise TypeError
        if not value:
            return Timeline({}, 60)
        seconds = sorted({second for series in value for second in series.points})
        return value[0]._replace(
            points={
                second: reduce(
                    [series.points[second] for series in value if second in series.points]
                )
                for second in seconds
            }
        )

    return gather


def _each(change: Callable[..., Timeline]) -> Callable[..., Any]:
    """A function of one series, or of each series of an array."""

    def apply(value: Any, *rest: Any) -> Any:
        if isinstance(value, list):
            return [change(series, *rest) for series in value]
        if not isinstance(value, Timeline):
            raise TypeError
        return change(value, *rest)

    return apply


def _rate(series: Timeline) -> Timeline:
    """Change per second since the point before."""
    points = sorted(series.points.items())
    return series._replace(
        points={
            second: (value - before) / (second - earlier)
            for (earlier, before), (second, value) in itertools.pairwise(points)
        }
    )


def _diff(series: Timeline) -> Timeline:
    points = sorted(series.points.items())
    return series._replace(
        points={
            second: value - before for (_, before), (second, value) in itertools.pairwise(points)
        }
    )


def _running_sum(series: Timeline) -> Timeline:
    total, points = 0.0, {}
    for second in sorted(series.points):
        total += series.points[second]
        points[second] = total
    return series._replace(points=points)


def _fill(series: Timeline, filler: Any) -> Timeline:
    """A point for each period asked for: a number, the one before, or on a line between two."""
    known = sorted(series.points)
    points = dict(series.points)
    for second in range(series.start, series.end, series.period):
        if second in points:
            continue
        place = bisect(known, second)
        before = known[place - 1] if place else None
        after = known[place] if place < len(known) else None
        if isinstance(filler, float):
            points[second] = filler
        elif filler == "REPEAT" and before is not None:
            points[second] = series.points[before]
        elif filler == "LINEAR" and before is not None and after is not None:
            share = (second - before) / (after - before)
            low, high = series.points[before], series.points[after]
            points[second] = low + share * (high - low)
    return series._replace(points=dict(sorted(points.items())))


def _if(condition: Any, yes: Any, no: Any = None) -> Any:
    model = next((each for each in (condition, yes, no) if isinstance(each, Timeline)), None)
    if model is None:
        return yes if condition else no
    points = {}
    for second in model.points:
        asked, first, other = (
            each.points.get(second) if isinstance(each, Timeline) else each
            for each in (condition, yes, no)
        )
        chosen = first if asked else other
        if asked is not None and chosen is not None:
            points[second] = chosen
    return model._replace(points=points)


def _map(function: Callable[[float], float]) -> Callable[..., Any]:
    return _each(
        lambda series: series._replace(
            points={second: float(function(value)) for second, value in series.points.items()}
        )
    )


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "SUM": _gather(math.fsum),
    "AVG": _gather(lambda values: math.fsum(values) / len(values)),
    "MIN": _gather(min),
    "MAX": _gather(max),
    "RATE": _each(_rate),
    "DIFF": _each(_diff),
    "RUNNING_SUM": _each(_running_sum),
    "FILL": _each(_fill),
    "IF": _if,
    "PERIOD": lambda series: float(series.period),
    "ABS": _map(abs),
    "CEIL": _map(math.ceil),
    "FLOOR": _map(math.floor),
}
