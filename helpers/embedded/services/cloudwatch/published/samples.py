"""The samples of one metric in one stretch of time."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf


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

    @property
    def lowest(self) -> float:
        return min(self._low, min(self.values, default=inf))

    @property
    def highest(self) -> float:
        return max(self._high, max(self.values, default=-inf))

    @property
    def are_known(self) -> bool:
        """Whether each value is known, and not only figures of a statistic set."""
        return not self._set_count and bool(self.values)
