"""The samples of one metric in one stretch of time, and the statistics over them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import ceil, inf

_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")
_PLAIN = ("SampleCount", "Sum", "Average", "Minimum", "Maximum")


class UnknownStatistic(ValueError):
    """No statistic of CloudWatch that this account computes has that name."""


class Samples:
    """Values with how often each came, and statistic sets, of which the values are not known."""

    __slots__ = ("_high", "_low", "_set_count", "_set_sum", "values")

    def __init__(self, values: Mapping[float, float] | None = None) -> None:
        self.values: dict[float, float] = dict(values or {})
        self._set_count = self._set_sum = 0.0
        self._low, self._high = inf, -inf

    def add(self, value: float, count: float = 1) -> None:
        self.values[value] = self.values.get(value, 0) + count

    def add_set(self, count: float, total: float, low: float, high: float) -> None:
        """Add a statistic set: samples of which only these four figures are known."""
        if low == high:
            self.add(low, count)
            return
        self._set_count += count
        self._set_sum += total
        self._low, self._high = min(self._low, low), max(self._high, high)

    def add_all(self, values: Mapping[float, float]) -> None:
        for value, count in values.items():
            self.add(value, count)

    def merge(self, other: Samples) -> None:
        self.add_all(other.values)
        self._set_count += other._set_count
        self._set_sum += other._set_sum
        self._low, self._high = min(self._low, other._low), max(self._high, other._high)

    @property
    def count(self) -> float:
        return self._set_count + sum(self.values.values())

    @property
    def total(self) -> float:
        return self._set_sum + sum(value * count for value, count in self.values.items())

    def statistic(self, name: str) -> float | None:
        """The statistic; None: it cannot be known, as a percentile of a statistic set.

        A percentile is the smallest sample that has so many per cent of the samples at or
        below it, so always a value that occurred.

        Raises:
            UnknownStatistic: there is none of that name.
        """
        check_statistic(name)
        match name:
            case "SampleCount":
                return float(self.count)
            case "Sum":
                return float(self.total)
            case "Average":
                return self.total / self.count if self.count else None
            case "Minimum":
                return float(min(self._low, min(self.values, default=inf)))
            case "Maximum":
                return float(max(self._high, max(self.values, default=-inf)))
        return self._percentile(float(name[1:]))

    def _percentile(self, percent: float) -> float | None:
        if self._set_count or not self.values:
            return None
        rank = max(1, ceil(round(self.count * percent / 100, 9)))
        seen = 0.0
        for value in sorted(self.values):
            seen += self.values[value]
            if seen >= rank:
                break
        return float(value)


def check_statistic(name: str) -> None:
    """Raise UnknownStatistic unless `name` is one that `Samples.statistic` knows."""
    if name not in _PLAIN and not _PERCENTILE.fullmatch(name):
        raise UnknownStatistic(name)
