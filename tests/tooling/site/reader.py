"""Notebooks as MyST-NB is to read them."""

from __future__ import annotations

import re
from typing import Any

import nbformat

GLOSSARY, LINKED_GLOSSARY = "**Glossary:**", "**[Glossary](../teaching/glossary.md):**"


def read_notebook(text: str) -> Any:
    """A notebook; what a judged cell prints is folded, so that a reader thinks first."""
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace(GLOSSARY, LINKED_GLOSSARY)
        if is_judged(cell):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-output"]
    return notebook


def is_judged(cell: Any) -> bool:
    """Whether the cell's output holds the answer to a question above it."""
    return cell.cell_type == "code" and "checks.judge(" in cell.source


def slug_heading(title: str) -> str:
    """The name of a heading in a link, as JupyterLab makes it."""
    return re.sub(r"\s", "-", title.strip())
