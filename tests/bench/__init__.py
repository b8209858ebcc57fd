"""Benchmarks: `make bench` runs the rows() of every bench_*.py here and prints one table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure: what was measured, and the most it may be."""

    what: str
    value: float
    unit: str
    target: float | None = None

    @property
    def verdict(self) -> str:
        """ok or MISSED; nothing where there is no target."""
        if self.target is None:
            return ""
        return "ok" if self.value <= self.target else "MISSED"
