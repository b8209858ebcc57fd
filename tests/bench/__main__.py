"""python -m tests.bench [PART OF A NAME ...]: prints one table, and fails if a target is missed."""

import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from time import perf_counter

from tests.bench import Row


def measure_noise() -> Row:
    """How much this machine disagrees with itself: the same fixed loop, five times."""
    times = []
    for _ in range(5):
        start = perf_counter()
        total = 0
        for number in range(1_000_000):
            total += number
        times.append(perf_counter() - start)
    return Row("noise: slowest / fastest of the same loop", max(times) / min(times), "x")


def collect_rows(wanted: list[str]) -> Iterator[Row]:
    """The rows of each module asked for; of all of them when none is."""
    yield measure_noise()
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        if not wanted or any(word in path.stem for word in wanted):
            yield from import_module(f"tests.bench.{path.stem}").rows()


def format_row(row: Row) -> str:
    """One line of the table."""
    target = "" if row.target is None else f"<= {row.target:g}"
    return f"{row.what:<60}{row.value:>12.3f} {row.unit:<6}{target:>10}  {row.verdict}".rstrip()


def main() -> int:
    os.environ["LAB_PROGRESS"] = "off"
    missed = False
    for row in collect_rows(sys.argv[1:]):  # printed as it comes: some take a while
        print(format_row(row), flush=True)
        missed |= row.verdict == "MISSED"
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
