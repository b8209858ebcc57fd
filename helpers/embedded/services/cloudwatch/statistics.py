"""The statistics of CloudWatch, over the samples of a period.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html

Five are plain. The others need each value: percentiles (p99), and means, sums and counts that
leave out (tm, ts, tc) or pull in (wm) what lies outside two bounds, and the share inside (PR).
Bounds are percentages of the samples, or values: above the lower one, up to the higher one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from math import ceil, floor, inf
from typing import NamedTuple

from helpers.embedded.services.cloudwatch.published.samples import Samples

PLAIN = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")

_NUMBER = r"\d+(?:\.\d{1,10})?"
_PERCENTILE = re.compile(rf"p({_NUMBER})")
_TRIMMED = re.compile(rf"(tm|ts|tc|wm)({_NUMBER})")
_BOUNDED = re.compile(rf"(TM|TS|TC|WM|PR)\(({_NUMBER})?(%)?:({_NUMBER})?(%)?\)")

Statistic = Callable[[Samples], "float | None"]


class UnknownStatistic(ValueError):
    """CloudWatch has no statistic of that name."""


@lru_cache(maxsize=256)
def find_statistic(name: str) -> Statistic:
    """What computes the statistic; of samples, it makes None if the statistic cannot be known.

    Raises:
        UnknownStatistic: there is none of that name.
    """
    if name in PLAIN:
        return lambda samples: _plain(samples, name)
    if name == "IQM":
        name = "TM(25%:75%)"
    if (found := _PERCENTILE.fullmatch(name)) and float(found[1]) <= 100:
        share = float(found[1])
        return _of_values(lambda values: values.at_percent(share))
    if (found := _TRIMMED.fullmatch(name)) and float(found[2]) <= 100:
        return _bounded(found[1].upper(), Bounds(0, float(found[2]), percent=True))
    if found := _BOUNDED.fullmatch(name):
        what, low, low_sign, high, high_sign = found.groups()
        signs = {sign for number, sign in ((low, low_sign), (high, high_sign)) if number}
        percent = signs == {"%"}
        bounds = Bounds(
            float(low) if low else (0 if percent else -inf),
            float(high) if high else (100 if percent else inf),
            percent,
        )
        is_range = bounds.low < bounds.high and not (percent and bounds.high > 100)
        if len(signs) == 1 and is_range and not (what == "PR" and percent):
            return _bounded(what, bounds)
    raise UnknownStatistic(name)


def _plain(samples: Samples, name: str) -> float | None:
    match name:
        case "SampleCount":
            return float(samples.count)
        case "Sum":
            return float(samples.total)
        case "Minimum":
            return float(samples.lowest)
        case "Maximum":
            return float(samples.highest)
    return samples.total / samples.count if samples.count else None


class Bounds(NamedTuple):
    low: float
    high: float
    percent: bool
    """Of the number of samples; otherwise they are values."""


class _Values:
    """Samples in the order of their values."""

    def __init__(self, samples: Samples) -> None:
        self.pairs = sorted(samples.values.items())
        self.count = samples.count

    def at_percent(self, percent: float) -> float:
        """The smallest value that so many per cent of the samples do not exceed: one that came."""
        rank, seen = max(1, self._rank(percent, ceil)), 0.0
        for value, count in self.pairs:
            seen += count
            if seen >= rank:
                return float(value)
        return float(self.pairs[-1][0])

    def inside(self, bounds: Bounds) -> Iterator[tuple[float, float]]:
        """Values within the bounds, and how often each came."""
        if not bounds.percent:
            yield from (pair for pair in self.pairs if bounds.low < pair[0] <= bounds.high)
            return
        first, last = self._rank(bounds.low, floor), self._rank(bounds.high, ceil)
        seen = 0.0
        for value, count in self.pairs:
            kept = min(seen + count, last) - max(seen, first)
            if kept > 0:
                yield value, kept
            seen += count

    def _rank(self, percent: float, whole: Callable[[float], int]) -> int:
        return whole(round(self.count * percent / 100, 9))


def _of_values(compute: Callable[[_Values], float | None]) -> Statistic:
    """CloudWatch computes these of known values alone, and not where one is negative."""
    return lambda samples: (
        compute(_Values(samples)) if samples.are_known and samples.lowest >= 0 else None
    )


def _bounded(what: str, bounds: Bounds) -> Statistic:
    def compute(values: _Values) -> float | None:
        inside = list(values.inside(bounds))
        count = sum(count for _, count in inside)
        total = sum(value * count for value, count in inside)
        match what:
            case "TC":
                return float(count)
            case "TS":
                return float(total)
            case "PR":
                return 100 * count / values.count
            case "WM":
                return _winsorized(values, bounds)
        return total / count if count else None

    return _of_values(compute)


def _winsorized(values: _Values, bounds: Bounds) -> float:
    """The mean, with what lies outside taken as if it were at the nearer edge."""
    low, high = bounds.low, bounds.high
    if bounds.percent:
        inside = [value for value, _ in values.inside(bounds)]
        low, high = (inside[0], inside[-1]) if inside else (-inf, inf)
    return sum(min(max(value, low), high) * count for value, count in values.pairs) / values.count
