"""What the account's modules take from moto, read from their source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "helpers" / "embedded"
_WITHOUT_MOTO = [SOURCE / "services" / "lambda_" / name for name in ("process", "in_process")]
"""A function's world has no moto; private names there are Python's."""
_OF_BOTOCORE = SOURCE / "door" / "short_way.py"
"""Private names there are botocore's."""

_OF_PYTHON = {"_replace", "_fields", "_exit"}


class Taken(NamedTuple):
    """A name that a module of ours takes from moto."""

    file: str
    module: str
    path: str
    """Of the name in moto's module, dotted: a class, or an attribute of it."""

    def is_there(self) -> bool:
        """Whether moto has it."""
        found: object = import_module(self.module)
        for part in filter(None, self.path.split(".")):
            try:
                found = getattr(found, part)
            except AttributeError:
                try:
                    found = import_module(f"{self.module}.{part}")
                except ImportError:
                    return False
        return True


def taken() -> list[Taken]:
    """Every import from moto, and every attribute asked of what was imported."""
    return sorted({each for path in _files() for each in _taken(path)})


def inherited() -> list[tuple[str, str, str]]:
    """What `super()` is asked for where moto is imported: module of ours, class, attribute."""
    return sorted(
        (".".join(path.relative_to(ROOT).with_suffix("").parts), kind.name, node.attr)
        for path in _files()
        if _imports(_tree(path))
        for kind in _tree(path).body
        if isinstance(kind, ast.ClassDef)
        for node in ast.walk(kind)
        if isinstance(node, ast.Attribute) and _is_super(node.value)
    )


def private() -> dict[str, str]:
    """Attributes with an underscore that are not ours, and a file that uses each.

    Not ours is what is asked of another object than self and defined elsewhere than in the
    module, and what is asked of self and defined in no module of ours.
    """
    everywhere = {name for path in _files() for name in _defined(_tree(path))}
    found = {}
    for path in _files():
        if path == _OF_BOTOCORE:
            continue
        here = _defined(_tree(path))
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
                ours = everywhere if _is_self(node.value) else here
                if not node.attr.startswith("__") and node.attr not in ours | _OF_PYTHON:
                    found[node.attr] = str(path.relative_to(ROOT))
    return found


def _files() -> list[Path]:
    return [
        path
        for path in sorted(SOURCE.rglob("*.py"))
        if not any(path.is_relative_to(each) for each in _WITHOUT_MOTO)
    ]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _taken(path: Path) -> Iterator[Taken]:
    file, names = str(path.relative_to(ROOT)), _imports(_tree(path))
    for module, name in names.values():
        yield Taken(file, module, name)
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Attribute) and (owner := _name(node.value)) in names:
            module, name = names[owner]
            yield Taken(file, module, f"{name}.{node.attr}".lstrip("."))


def _imports(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """The module's own names for things of moto: moto's module, and the name in it."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and _is_moto(node.module):
            for each in node.names:
                found[each.asname or each.name] = str(node.module), each.name
        elif isinstance(node, ast.Import):
            for each in filter(lambda each: _is_moto(each.name), node.names):
                found[each.asname or each.name] = each.name, ""
    return found


def _is_moto(module: str | None) -> bool:
    return (module or "").partition(".")[0] == "moto"


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "super"


def _is_self(node: ast.expr) -> bool:
    return _is_super(node) or _name(node) in ("self", "cls")


@cache
def _defined(tree: ast.Module) -> frozenset[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and _is_self(node.value)
        ):
            found.add(node.attr)
    return frozenset(found)
