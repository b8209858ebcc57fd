"""A notebook as its file has it: nothing repaired, so that the rules see what is really there."""

import ast
import io
import json
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from helpers.aws.skipping import MARK

Json = dict[str, Any]


def join_lines(text: str | list[str]) -> str:
    """A file may hold a text as one string or as a list of lines."""
    return text if isinstance(text, str) else "".join(text)


@dataclass(frozen=True)
class Output:
    """One output of a code cell."""

    raw: Json

    @property
    def kind(self) -> str:
        """stdout and stderr for streams, else the output's type."""
        return str(self.raw["name"] if self.is_stream else self.raw["output_type"])

    @property
    def is_stream(self) -> bool:
        return bool(self.raw["output_type"] == "stream")

    @property
    def is_picture(self) -> bool:
        """A picture of the course is SVG in HTML; nbval compares no other."""
        return "<figure" in self.data.get("text/html", "")

    @property
    def data(self) -> dict[str, str]:
        """What a display shows, by mime type."""
        return {
            mime: join_lines(value) if isinstance(value, str | list) else json.dumps(value)
            for mime, value in self.raw.get("data", {}).items()
        }

    @property
    def text(self) -> str:
        """Everything a reader can read in it; pictures have none."""
        if self.is_stream:
            return join_lines(self.raw["text"])
        if self.kind == "error":
            return "\n".join([self.raw["ename"], self.raw["evalue"], *self.raw["traceback"]])
        return "\n".join(
            str(value) for mime, value in self.data.items() if not mime.startswith("image/")
        )


@dataclass(frozen=True)
class Cell:
    """One cell, with its code parsed when it is Python."""

    number: int
    raw: Json = field(repr=False)

    @property
    def is_code(self) -> bool:
        return bool(self.raw["cell_type"] == "code")

    @property
    def source(self) -> str:
        return join_lines(self.raw["source"])

    @property
    def lines(self) -> list[str]:
        """Its code, without the sentence that lets a real account skip it."""
        lines = self.source.splitlines()
        return lines[1:] if lines and MARK.match(lines[0]) else lines

    @property
    def tags(self) -> list[str]:
        return list(self.raw.get("metadata", {}).get("tags", []))

    @property
    def outputs(self) -> list[Output]:
        return [Output(raw) for raw in self.raw.get("outputs", [])]

    @cached_property
    def tree(self) -> ast.Module | None:
        """The code's syntax tree; None for magics, shell lines and slips."""
        try:
            return ast.parse(self.source)
        except SyntaxError:
            return None

    @property
    def nodes(self) -> Iterator[ast.AST]:
        """Every node of the code's syntax tree."""
        return ast.walk(self.tree) if self.tree else iter(())

    @property
    def tokens(self) -> list[tokenize.TokenInfo]:
        """The code's tokens, comments included; none where it is not Python."""
        if not self.tree:
            return []
        return list(tokenize.generate_tokens(io.StringIO(self.source).readline))


@dataclass(frozen=True)
class Notebook:
    """One .ipynb file."""

    name: str
    raw: Json = field(repr=False)

    @cached_property
    def cells(self) -> list[Cell]:
        return [Cell(number, raw) for number, raw in enumerate(self.raw["cells"], start=1)]

    @property
    def code(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.is_code]

    @property
    def prose(self) -> list[Cell]:
        return [cell for cell in self.cells if not cell.is_code]


def read_notebook(path: Path) -> Notebook:
    """The notebook in a file."""
    return Notebook(path.name, json.loads(path.read_text(encoding="utf-8")))


def dotted_name(node: ast.AST) -> str:
    """`a.b.c` for such an expression, with `?` for any part that is not a plain name."""
    if isinstance(node, ast.Attribute):
        return f"{dotted_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def called_name(node: ast.AST) -> str:
    """The dotted name that a call calls; empty when the node is no call."""
    return dotted_name(node.func) if isinstance(node, ast.Call) else ""


def imported_names(cell: Cell) -> Iterator[str]:
    """Each thing a cell imports, by its full dotted name."""
    for node in cell.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
