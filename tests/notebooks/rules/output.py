"""Rules about stored outputs: whatever nbval cannot see, or would see differ on another machine."""

import ast
import re
from collections.abc import Iterator

from tests.notebooks.rules.notebook import Cell, Notebook, called_name

HOST_PATH = re.compile(
    r"(?<![\w.~-])/(?:root|work|home|Users)/[\w.-]+|/tmp/ipykernel|\b[A-Z]:\\+Users\b"
)
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b|<[\w.]+ object at ")
RANDOM_HTML = re.compile(r'id="T_[0-9a-f]+')  # a pandas Styler names its table anew each time
COMPARED = {"text/plain", "text/html", "text/markdown", "application/json"}


def shows_something(cell: Cell) -> bool:
    """Whether the code surely leaves an output: a print, or a last line that is a value."""
    body = cell.tree.body if cell.tree else []
    values = [node.value for node in body if isinstance(node, ast.Expr)]
    if any(called_name(value) == "print" for value in values):
        return True
    last = body[-1] if body else None
    if not isinstance(last, ast.Expr) or isinstance(last.value, ast.Call | ast.Await):
        return False  # a call may well return None
    return not (isinstance(last.value, ast.Constant) and last.value.value is None)


def missing_output(notebook: Notebook) -> Iterator[str]:
    """Code that prints, saved without what it prints: cleared, or never run."""
    for cell in notebook.code:
        if shows_something(cell) and not cell.outputs:
            yield f"cell {cell.number}: it prints, but no output is stored; run `make notebooks`"


def stderr_output(notebook: Notebook) -> Iterator[str]:
    """Warnings and progress bars hold paths, process ids and speeds."""
    for cell in notebook.code:
        if any(output.kind == "stderr" for output in cell.outputs):
            yield f"cell {cell.number}: it writes to stderr"


def error_output(notebook: Notebook) -> Iterator[str]:
    """An error is stored where one is meant, and only there."""
    for cell in notebook.code:
        failed = any(output.kind == "error" for output in cell.outputs)
        if failed and "raises-exception" not in cell.tags:
            yield f"cell {cell.number}: it failed, and no raises-exception tag says it should"
        if not failed and "raises-exception" in cell.tags:
            yield f"cell {cell.number}: tagged raises-exception, but it raised nothing"


def host_path(notebook: Notebook) -> Iterator[str]:
    """A path of the machine on which somebody ran the notebook."""
    for cell in notebook.cells:
        for text in [cell.source, *(output.text for output in cell.outputs)]:
            if found := HOST_PATH.search(text):
                yield f"cell {cell.number}: a path of one machine: {found.group()}"


def memory_address(notebook: Notebook) -> Iterator[str]:
    """The bare repr of an object, which differs with each run."""
    for cell in notebook.code:
        for output in cell.outputs:
            if found := ADDRESS.search(output.text) or RANDOM_HTML.search(output.text):
                yield f"cell {cell.number}: differs with each run: {found.group()}"


def compared_type(notebook: Notebook) -> Iterator[str]:
    """Widgets and other displays that nbval skips or that hold random ids."""
    for cell in notebook.code:
        for output in cell.outputs:
            if extra := set(output.data) - COMPARED:
                yield f"cell {cell.number}: no run can compare {sorted(extra)}"


def figure_sentence(notebook: Notebook) -> Iterator[str]:
    """A blind reader sees no picture: its finding must be there in words."""
    for cell in notebook.code:
        pictures = [output for output in cell.outputs if output.is_picture]
        words = [
            output.text if output.is_stream else output.data.get("text/plain", "")
            for output in cell.outputs
        ]
        if pictures and not any(
            text.strip() and not text.lstrip().startswith("<") for text in words
        ):
            yield f"cell {cell.number}: a figure, and no printed sentence that states its finding"


RULES = [
    missing_output,
    stderr_output,
    error_output,
    host_path,
    memory_address,
    compared_type,
    figure_sentence,
]
