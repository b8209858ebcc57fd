"""A notebook's cells as they run against ministack, beside the outputs that are committed."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

from helpers.aws.skipping import MARK
from tests.notebooks.kernel import run_cells
from tests.parity.differences import TIMES, find_difference
from tests.parity.server import client_environment, serve_ministack

TIMEOUT = 3600  # seconds for a cell: they pass on the wall
PREFIX = "anna-"

BEFORE = """
import os, sys
os.environ |= {environment!r}
sys.path.append({root!r})
from helpers import incident
from tests.parity import bridge

bridge.install()
incident.MINUTES, incident.FAULT_AT = 6, 2  # the hour of notebook 07
"""


class Verdict(StrEnum):
    """How what a cell says there compares with what it says here."""

    SAME = "the same"
    SKIPPED = "skipped"
    NUMBERS = "other numbers"
    WORDS = "other words"
    FAILED = "failed"


class Compared(NamedTuple):
    """One code cell."""

    cell: str
    """Number of the notebook and id of the cell, such as "04/role-run"."""
    verdict: Verdict
    there: str
    """What it said there."""

    @property
    def is_expected(self) -> bool:
        """Whether it is the same, or its difference is listed and not gone. What depends on how
        long things take may differ in its numbers, and need not."""
        if self.cell in TIMES:
            return self.verdict in (Verdict.SAME, Verdict.NUMBERS)
        if self.verdict in (Verdict.SAME, Verdict.SKIPPED):
            return find_difference(self.cell) is None
        return find_difference(self.cell) is not None

    def __str__(self) -> str:
        known = find_difference(self.cell)
        why = known.what if known else "" if self.is_expected else "NOT LISTED"
        if known and not self.is_expected:
            why = f"LISTED, AND GONE: {why}"
        return f"{self.cell:28}{self.verdict:15}{why}"


def compare(path: Path) -> list[Compared]:
    """Run a notebook against a server of its own, and compare cell by cell."""
    with serve_ministack() as address:
        before = BEFORE.format(
            environment=client_environment(address), root=str(Path(__file__).parents[2])
        )
        there = run_cells(path, before, timeout=TIMEOUT)[1:-1]
    cells = nbformat.read(path, as_version=4).cells
    here = [cell for cell in cells if cell.cell_type == "code"]
    return [
        Compared(f"{path.name[:2]}/{old.id}", _judge(old, new), _read(new))
        for old, new in zip(here, there, strict=True)
    ]


def _judge(here: Any, there: Any) -> Verdict:
    if any(output.output_type == "error" for output in there.outputs):
        return Verdict.FAILED
    old, new = _read(here), _read(there)
    if mark := MARK.match(here.source):
        return Verdict.SKIPPED if new == f"{mark[1]} This cell is skipped." else Verdict.WORDS
    if old == new:
        return Verdict.SAME
    return Verdict.NUMBERS if _words(old) == _words(new) else Verdict.WORDS


def _read(cell: Any) -> str:
    """All texts of a cell, without the prefix and without what opening a lab says."""
    # What is printed and what is shown may come in any order.
    outputs = sorted(cell.outputs, key=lambda output: output.output_type != "stream")
    texts = [
        f"{output.ename}: {output.evalue}"
        if output.output_type == "error"
        else output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in outputs
    ]
    lines = "".join(texts).replace(PREFIX, "").splitlines()
    opening = re.compile(
        r"On a real account the whole course|Lab '\w+' on account|This endpoint lacks"
    )
    return "\n".join(line for line in lines if not opening.match(line)).strip()


def _words(text: str) -> str:
    return " ".join(re.sub(r"[\d.,]+", "0", text).split())
