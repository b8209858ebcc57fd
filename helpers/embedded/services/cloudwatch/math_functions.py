"""The functions of metric math, over series of one number a period.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import itertools
import math
import statistics
from bisect import bisect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple


class Timeline(NamedTuple):
    """A series as metric math sees it: one number a period."""

    points: dict[int, float]
    """By seconds since 1970."""
    period: int
    start: int = 0
    end: int = 0
    """The time that was asked for, from `start` to before `end`."""
    label: str = ""


Change = Callable[..., Timeline]


def _gather(reduce: Callable[[list[float]], float], missing: float | None = None) -> Change:
    """Over one series: a number. Over an array: a series, of the points that any of them has.

    `missing` stands for the points that others of them do not have; None leaves them out.
    """

    def gather(value: Any) -> Any:
        if isinstance(value, Timeline):
            return reduce(list(value.points.values())) if value.points else 0.0
        points = {}
        for second in sorted({second for series in value for second in series.points}):
            known = [series.points.get(second, missing) for series in value]
            points[second] = float(reduce([number for number in known if number is not None]))
        return _like(value)._replace(points=points, label="")

    return gather


def _like(array: Sequence[Timeline]) -> Timeline:
    return array[0] if array else Timeline({}, 60)


def _each(change: Change) -> Callable[..., Any]:
    """A function of one series, or of each series of an array."""

    def apply(value: Any, *rest: Any) -> Any:
        if isinstance(value, list):
            return [change(series, *rest) for series in value]
        if not isinstance(value, Timeline):
            raise TypeError
        return change(value, *rest)

    return apply


def _map(function: Callable[[float], float]) -> Callable[..., Any]:
    """Point by point; a point of which the function makes no number is left out."""

    def change(series: Timeline) -> Timeline:
        points = {}
        for second, value in series.points.items():
            try:
                points[second] = float(function(value))
            except ValueError:
                continue
        return series._replace(points=points)

    return _each(change)


def _pairwise(change: Callable[[float, float], float]) -> Callable[..., Any]:
    """Of each point and the one before: `change(its gain, the seconds in between)`."""

    def compare(series: Timeline) -> Timeline:
        points = sorted(series.points.items())
        return series._replace(
            points={
                second: float(change(value - before, second - earlier))
                for (earlier, before), (second, value) in itertools.pairwise(points)
            }
        )

    return _each(compare)


def _running_sum(series: Timeline) -> Timeline:
    total, points = 0.0, {}
    for second in sorted(series.points):
        total += series.points[second]
        points[second] = total
    return series._replace(points=points)


def _grid(series: Timeline) -> range:
    """When each period asked for begins."""
    return range(series.start, series.end, series.period)


def _fill(series: Timeline, filler: Any) -> Timeline:
    """A point for each period asked for: a number, another series', the one before, or one on
    the line between two."""
    known = sorted(series.points)
    points = dict(series.points)
    for second in _grid(series):
        if second in points:
            continue
        place = bisect(known, second)
        before = known[place - 1] if place else None
        after = known[place] if place < len(known) else None
        if isinstance(filler, float):
            points[second] = filler
        elif isinstance(filler, Timeline) and second in filler.points:
            points[second] = filler.points[second]
        elif filler == "REPEAT" and before is not None:
            points[second] = series.points[before]
        elif filler == "LINEAR" and before is not None and after is not None:
            share = (second - before) / (after - before)
            low, high = series.points[before], series.points[after]
            points[second] = low + share * (high - low)
    return series._replace(points=dict(sorted(points.items())))


def _if(condition: Any, yes: Any, no: Any = None) -> Any:
    """Where the condition has a point: `yes`, of which a missing point is 0, or else `no`."""
    if not isinstance(condition, Timeline):
        chosen = yes if condition else no
        shape = yes if isinstance(yes, Timeline) else no
        return chosen if chosen is not None or shape is None else shape._replace(points={})
    points = {}
    for second, asked in condition.points.items():
        if asked:
            points[second] = yes.points.get(second, 0.0) if isinstance(yes, Timeline) else yes
        elif isinstance(no, Timeline):
            if second in no.points:
                points[second] = no.points[second]
        elif no is not None:
            points[second] = no
    return condition._replace(points=points)


def _of_array(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(array: Any, *rest: Any) -> Any:
        if not isinstance(array, list):
            raise TypeError
        return function(array, *rest)

    return apply


def _sort(array: list[Timeline], by: str, order: str, limit: float = math.inf) -> list[Timeline]:
    whole = {name: FUNCTIONS[name] for name in ("AVG", "MIN", "MAX", "SUM")}
    ordered = sorted(array, key=whole[by], reverse={"ASC": False, "DESC": True}[order])
    return ordered[: None if math.isinf(limit) else int(limit)]


def _slice(array: list[Timeline], start: float, end: float | None = None) -> Any:
    return array[int(start) :] if end is None else array[int(start) : int(end)]


WORDS = ("REPEAT", "LINEAR", "ASC", "DESC", "AVG", "MIN", "MAX", "SUM")
"""What functions take beside series, numbers and texts."""

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "ABS": _map(abs),
    "AVG": _gather(lambda values: math.fsum(values) / len(values), missing=0.0),
    "CEIL": _map(math.ceil),
    "DATAPOINT_COUNT": _gather(len),
    "DIFF": _pairwise(lambda gain, seconds: gain),
    "DIFF_TIME": _pairwise(lambda gain, seconds: seconds),
    "FILL": _each(_fill),
    "FIRST": _of_array(lambda array: array[0]),
    "FLOOR": _map(math.floor),
    "IF": _if,
    "LAST": _of_array(lambda array: array[-1]),
    "LOG": _map(math.log),
    "LOG10": _map(math.log10),
    "MAX": _gather(max),
    "METRIC_COUNT": _of_array(lambda array: float(len(array))),
    "MIN": _gather(min),
    "PERIOD": lambda series: float(series.period),
    "RATE": _pairwise(lambda gain, seconds: gain / seconds),
    "REMOVE_EMPTY": _of_array(lambda array: [series for series in array if series.points]),
    "RUNNING_SUM": _each(_running_sum),
    "SLICE": _of_array(_slice),
    "SORT": _of_array(_sort),
    "STDDEV": _gather(statistics.pstdev),
    "SUM": _gather(math.fsum),
}
