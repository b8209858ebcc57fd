"""A cell that needs a cell before it says which one, in place of a traceback."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from helpers.copies import COMMITTED


def find_maker(name: str, notebook: str) -> str:
    """The heading of the notebook above the first of its cells that makes this name; "" if none
    does.

    Args:
        notebook: its file's name without the number, such as send_with_lambda.
    """
    made = (heading for heading, code in _read_code(notebook) if name in _list_made(code))
    return next((heading or "the set-up cell" for heading in made), "")


def find_heading(asked: str, notebook: str) -> str:
    """The heading of the notebook above the cell that asks this question, or checks this exercise;
    "" if none does.

    Args:
        asked: a question's name, or that of an exercise's check, such as own queue.
        notebook: as `find_maker` takes it.
    """
    calls = (f'checks.judge("{asked}"', f"checks.check_{asked.replace(' ', '_')}(")
    found = (heading for heading, code in _read_code(notebook) if any(c in code for c in calls))
    return next(found, "")


def _read_code(notebook: str) -> Iterator[tuple[str, str]]:
    """Each cell of code, after the heading above it."""
    heading = ""
    for path in COMMITTED.glob(f"*_{notebook}.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                heads = [line[3:] for line in source.splitlines() if line.startswith("## ")]
                heading = heads[-1] if heads else heading
            else:
                yield heading, source


def watch_cells() -> None:
    """In a notebook, let a name that no cell has made be answered by `find_maker`."""
    if "IPython" not in sys.modules:
        return
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    if shell is not None:
        shell.set_custom_exc((NameError,), _answer)


def _answer(
    shell: Any,
    kind: type[BaseException],
    error: NameError,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """One line for a name of the course; for any other the usual traceback."""
    checks = getattr(shell.user_ns.get("checks"), "__name__", "")
    is_of_cell = trace.tb_next is not None and trace.tb_next.tb_next is None
    maker = find_maker(error.name or "", checks.rpartition(".")[2]) if is_of_cell else ""
    if maker:
        print(  # noqa: T201  for the person at the notebook
            f'{error}. The cell that makes it is under "{maker}": run that cell first, or choose '
            "Run, Run All Above Selected Cell. Then run this cell again.",
            file=sys.stderr,
        )
    else:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def _list_made(source: str) -> Iterator[str]:
    """The names that a cell's code binds."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.FunctionDef(name=name):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name.partition(".")[0]
