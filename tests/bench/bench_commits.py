"""This checkout beside another commit, in turns: `BASE=159748e make bench`.

A machine that becomes slower meanwhile becomes so for both, so that the ratios hold.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench import Row
from tests.bench.scenarios import SCENARIOS

ROOT = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
WANTED = {
    "send / botocore, x": 2.0,
    "stays of a message, bytes": 300.0,
    "... each, private MiB": 7.0,
    "... in all, CPU s": 20.0,
}
"""What a figure may be at most."""

NEW = ("in_process",)
"""What older commits have not."""


def rows() -> Iterator[Row]:
    names = os.environ.get("SCENARIOS", " ".join(SCENARIOS)).split()
    if not (commit := os.environ.get("BASE")):
        return
    with checked_out(commit) as base:
        for name in names:
            sides = {"new": ROOT} if name in NEW else {"base": base, "new": ROOT}
            found: dict[str, list[dict[str, float]]] = {side: [] for side in sides}
            for _ in range(ROUNDS):
                for side, root in sides.items():
                    found[side].append(measure(name, root))
            for figure in found["new"][0]:
                here = median(each[figure] for each in found["new"])
                yield Row(figure, here, "", WANTED.get(figure))
                if there := found.get("base"):
                    yield Row(
                        f"... / {commit[:7]}", here / median(each[figure] for each in there), "x"
                    )


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """Another commit in a folder of its own."""
    with TemporaryDirectory(prefix="base-") as folder:
        place = Path(folder) / "base"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run(
            [*git, "add", "--detach", str(place), commit], check=True, capture_output=True
        )
        try:
            yield place
        finally:
            subprocess.run([*git, "remove", "--force", str(place)], check=True)


def measure(name: str, root: Path) -> dict[str, float]:
    """The figures of one scenario by the helpers of that checkout."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/bench/scenarios.py"), name],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures
