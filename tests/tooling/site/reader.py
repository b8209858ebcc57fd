"""Notebooks as MyST-NB is to read them."""

from __future__ import annotations

import re
from typing import Any

import nbformat


def read_notebook(text: str) -> Any:
    """A notebook, each picture's text alternative where MyST-NB looks for it: at its cell.

    Raises:
        ValueError: a cell shows two pictures, and so has no one alternative.
    """
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        kinds = [output.get("metadata", {}) for output in cell.get("outputs", [])]
        alternatives = [kind["image/png"]["alt"] for kind in kinds if "image/png" in kind]
        if len(alternatives) > 1:
            raise ValueError(f"Cell {cell.id} shows two pictures. Show each in a cell of its own.")
        if alternatives:
            cell.metadata["mystnb"] = {"image": {"alt": alternatives[0]}}
    return notebook


def slug_heading(title: str) -> str:
    """The name of a heading in a link, as JupyterLab makes it."""
    return re.sub(r"\s", "-", title.strip())
