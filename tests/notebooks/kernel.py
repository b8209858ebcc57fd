"""A notebook run in a kernel of its own, with code before and after its cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient


def run_cells(path: Path, before: str, after: str = "", timeout: int = 120) -> list[Any]:
    """Its code cells as they ran, between two more: what ran before, and after. The file stays.

    Args:
        timeout: seconds that a cell may take.
    """
    notebook = nbformat.read(path, as_version=4)
    first, last = (nbformat.v4.new_code_cell(code) for code in (before, after))
    notebook.cells = [first, *notebook.cells, last]
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        record_timing=False,
        allow_errors=True,
        coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],  # else each kernel warns about TCP
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def list_errors(cells: list[Any]) -> list[str]:
    """The errors of the cells that failed, each with the cell's id."""
    return [
        f"{cell.id}: {output.ename}: {output.evalue}"
        for cell in cells
        for output in cell.outputs
        if output.output_type == "error"
    ]
