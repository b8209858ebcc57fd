"""What a cell that fails shows: which cell to run first, or the learner's own lines and the error.

A traceback through boto3, the door and the account has up to ninety lines, and the one that helps
stands at its end.
"""

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
    """In a notebook, let a name that no cell has made be answered by `find_maker`, and leave the
    libraries' lines out of other tracebacks."""
    if "IPython" not in sys.modules:
        return
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    if shell is not None:
        shell.set_custom_exc((Exception,), _answer)


def _answer(
    shell: Any,
    kind: type[BaseException],
    error: Exception,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """One line for a name of the course; for any other error the lines of the cells."""
    checks = getattr(shell.user_ns.get("checks"), "__name__", "")
    is_of_cell = trace.tb_next is not None and trace.tb_next.tb_next is None
    maker = ""
    if is_of_cell and isinstance(error, NameError):
        maker = find_maker(error.name or "", checks.rpartition(".")[2])
    if maker:
        print(  # noqa: T201  for the person at the notebook
            f'{error}. The cell that makes it is under "{maker}": run that cell first, or choose '
            "Run, Run All Above Selected Cell. Then run this cell again.",
            file=sys.stderr,
        )
    elif short := _cut(trace, shell.user_ns):
        caused = error.__cause__, error.__context__, error.__suppress_context__
        error.__cause__ = error.__context__ = None
        shell.showtraceback((kind, error, short), tb_offset=tb_offset)
        error.__cause__, error.__context__, error.__suppress_context__ = caused
        sys.last_traceback = trace
        print("Lines of libraries are left out. %tb shows them.", file=sys.stderr)  # noqa: T201
    else:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def _cut(trace: TracebackType, of_cells: dict[str, Any]) -> TracebackType | None:
    """The traceback down to the last line of a cell; None if it ends there anyway."""
    steps: list[TracebackType] = []
    step: TracebackType | None = trace
    while step is not None:
        steps.append(step)
        step = step.tb_next
    own = [place for place, each in enumerate(steps) if each.tb_frame.f_globals is of_cells]
    if not own or own[-1] == len(steps) - 1:
        return None
    short: TracebackType | None = None
    for each in reversed(steps[: own[-1] + 1]):
        short = TracebackType(short, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return short


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
