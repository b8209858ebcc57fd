"""Notebooks as MyST-NB is to read them."""

from __future__ import annotations

import re
from typing import Any

import nbformat


def read_notebook(text: str) -> Any:
    """A notebook, each picture's text alternative where MyST-NB looks for it: at its cell.

    What a cell prints that judges an answer is folded: a reader can think first.

    Raises:
        ValueError: a cell shows two pictures, and so has no one alternative.
    """
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        alternatives = [
            about["alt"]
            for output in cell.get("outputs", [])
            for kind, about in output.get("metadata", {}).items()
            if kind.startswith("image/")
        ]
        if len(alternatives) > 1:
            raise ValueError(f"Cell {cell.id} shows two pictures. Show each in a cell of its own.")
        if alternatives:
            cell.metadata["mystnb"] = {"image": {"alt": alternatives[0]}}
        if is_judged(cell):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-output"]
    return notebook


def is_judged(cell: Any) -> bool:
    """Whether the cell's output holds the answer to a question above it."""
    return cell.cell_type == "code" and "checks.judge(" in cell.source


def slug_heading(title: str) -> str:
    """The name of a heading in a link, as JupyterLab makes it."""
    return re.sub(r"\s", "-", title.strip())
