"""House style: a notebook is short, its cells are short, and words and code keep pace."""

import ast
import re
from collections.abc import Iterator
from statistics import median

from tests.notebooks.rules.notebook import Cell, Notebook

CELL_LINES = 15
HANDLER_LINES = 18  # a function is deployed in one piece, with its imports
MEDIAN_LINES = 4
BODY_LINES = 5
CELLS = range(25, 36)
PROSE_PER_CODE = (1.0, 1.4)


def cell_length(notebook: Notebook) -> Iterator[str]:
    """More than a projector shows is not read."""
    for cell in notebook.code:
        most = HANDLER_LINES if "handler" in cell.tags else CELL_LINES
        if len(cell.lines) > most:
            yield f"cell {cell.number}: {len(cell.lines)} lines; {most} at most"


def function_length(notebook: Notebook) -> Iterator[str]:
    """A longer function belongs in helpers, unless it is the handler being taught."""
    for cell in notebook.code:
        if "handler" in cell.tags:
            continue
        for node in cell.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.body[0].lineno + 1
                if length > BODY_LINES:
                    yield f"cell {cell.number}: {node.name} has {length} lines, not {BODY_LINES}"


def read_headings(cell: Cell) -> list[str]:
    """A Markdown cell's first-level headings; a `#` in a code block is none."""
    text = re.sub(r"^(```|~~~).*?^\1", "", cell.source, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^# .+|^.+\n=+$", text, re.MULTILINE)


def one_title(notebook: Notebook) -> Iterator[str]:
    """The first cell opens with the one title."""
    headings = [heading for cell in notebook.prose for heading in read_headings(cell)]
    if len(headings) != 1:
        yield f"it must have one first-level heading, not {len(headings)}"
    elif not notebook.cells[0].source.startswith(headings[0]):
        yield "its title must open the first cell"


def notebook_size(notebook: Notebook) -> Iterator[str]:
    """The limits of the best series; a notebook may be exempt, see EXEMPT in the test."""
    if len(notebook.cells) not in CELLS:
        yield f"{len(notebook.cells)} cells; {CELLS[0]} to {CELLS[-1]} make a lesson"
    if not notebook.code:
        return
    if (middle := median(len(cell.lines) for cell in notebook.code)) > MEDIAN_LINES:
        yield f"its code cells have {middle:g} lines in the median; {MEDIAN_LINES} at most"
    low, high = PROSE_PER_CODE
    if not low <= (ratio := len(notebook.prose) / len(notebook.code)) <= high:
        yield f"{ratio:.2f} Markdown cells per code cell; {low} to {high} keep pace"


RULES = [cell_length, function_length, one_title]
