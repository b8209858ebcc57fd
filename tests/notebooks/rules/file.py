"""Rules about the file: what it must hold, and must not, for a run to leave no difference."""

import re
from collections import Counter
from collections.abc import Iterator

from tests.notebooks.rules.notebook import Notebook

LANGUAGE = {"name": "python"}
CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

# What each tag is for; no other is read by anything.
TAGS = {
    "raises-exception": "the cell must fail: that is what it shows",
    "handler": "holds the Lambda handler being taught, which may be longer",
    "hide-input": "the site folds the code away",
    "solution": "an exercise's answer: the site folds it away",
}


def notebook_metadata(notebook: Notebook) -> Iterator[str]:
    """Versions and widget state differ between two machines."""
    metadata = notebook.raw["metadata"]
    if set(metadata) != {"kernelspec", "language_info"}:
        yield f"its metadata must be kernelspec and language_info, not {sorted(metadata)}"
    elif metadata["language_info"] != LANGUAGE:
        yield f"its language_info must be {LANGUAGE}: more names a machine's Python"
    elif metadata["kernelspec"].get("name") != "python3":
        yield "its kernel must be python3: no other is there on each machine"
    if (notebook.raw["nbformat"], notebook.raw["nbformat_minor"]) < (4, 5):
        yield "its format must be 4.5 or newer: older ones have no cell ids"


def cell_metadata(notebook: Notebook) -> Iterator[str]:
    """Timing, folding and the like change with each run."""
    for cell in notebook.cells:
        if extra := set(cell.raw.get("metadata", {})) - {"tags"}:
            yield f"cell {cell.number}: its metadata may hold tags only, not {sorted(extra)}"


def cell_tags(notebook: Notebook) -> Iterator[str]:
    """A mistyped tag is ignored in silence."""
    for cell in notebook.cells:
        for tag in cell.tags:
            if tag not in TAGS:
                yield f"cell {cell.number}: unknown tag {tag!r}; known: {', '.join(TAGS)}"


def cell_ids(notebook: Notebook) -> Iterator[str]:
    """Without an id of its own a cell gets a new random one with each save."""
    ids = [cell.raw.get("id") for cell in notebook.cells]
    count = Counter(ids)
    for cell, own in zip(notebook.cells, ids, strict=True):
        if own is None or not CELL_ID.fullmatch(own):
            yield f"cell {cell.number}: its id is missing or not an id: {own!r}"
        elif count[own] > 1:
            yield f"cell {cell.number}: another cell has the id {own!r} too"


def execution_counts(notebook: Notebook) -> Iterator[str]:
    """1..n means run once, from top to bottom; nbval compares nothing where no count is."""
    for expected, cell in enumerate(notebook.code, start=1):
        count = cell.raw.get("execution_count")
        if not cell.source.strip():
            yield f"cell {cell.number}: an empty code cell is never run; put a comment in it"
        elif count != expected:
            yield f"cell {cell.number}: its execution count is {count}, not {expected}"


RULES = [notebook_metadata, cell_metadata, cell_tags, cell_ids, execution_counts]
