"""What a newcomer may rely on in `helpers`: a name is one thing, a module is one thought."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
HELPERS = ROOT / "helpers"

SHAPE = {"service", "api", "backend", "authorization", "members", "errors"}
"""A service's own: what each folder of `embedded/services` calls so is the same thing of a service
(`errors`: its refusals)."""

DEPLOYED = "bank/functions"
"""A file there is a function's code. The module of the bank with the same name deploys it."""

SHORTEST, LONGEST = 40, 450
"""Lines."""

SMALL = {
    "aws/skipping.py": "cells of a notebook, where all else is about requests",
    "aws/waiting.py": "the wall's clock, which tests replace",
    "bank/incident.py": "one hour that a notebook runs, by its name",
    "data_files.py": "found by a test of the wheel, and by whoever reads a file of data",
    "deploying/tags.py": "a noun that notebooks import",
    "embedded/door/host_names.py": "what is done to the process's socket module, and undone",
    "embedded/json_documents.py": "what JSON is, for seventeen modules",
    "embedded/uuids.py": "how ids are drawn, for services and request ids alike",
    "embedded/services/iam/managed_policies.py": "read once for the process, by moto",
    "embedded/services/lambda_/process/chance.py": "what is replaced in a process of a function",
    "embedded/services/lambda_/process/current.py": "the one variable that five modules look up",
    "embedded/services/lambda_/revisions.py": "of functions, aliases, versions and policies alike",
    "embedded/services/paging.py": "pages of three services",
    "embedded/services/sts/sessions.py": "kept among moto's own, so no backend",
}
"""Modules that are short because their thought is, and why it is nobody else's."""


def modules() -> Iterator[Path]:
    """All but packages' own pages and command lines."""
    for path in sorted(HELPERS.rglob("*.py")):
        if not path.stem.startswith("__"):
            yield path


def within(path: Path) -> str:
    return path.relative_to(HELPERS).as_posix()


def is_of_shape(path: Path) -> bool:
    return path.stem in SHAPE and "embedded/services/" in path.as_posix()


def lines_of(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_no_name_is_given_to_two_things() -> None:
    named = defaultdict(list)
    for path in modules():
        if not is_of_shape(path) and DEPLOYED not in within(path):
            named[path.stem].append(within(path))
    assert {name: them for name, them in named.items() if len(them) > 1} == {}


def test_no_module_takes_a_name_of_the_shape_elsewhere() -> None:
    others = {path.stem for path in modules() if not is_of_shape(path)}
    assert others & SHAPE <= {"authorization", "service"}  # what they are is said there, once each


def test_a_function_of_the_bank_is_deployed_by_the_module_of_its_name() -> None:
    deployed = {path.stem for path in (HELPERS / DEPLOYED).glob("*.py")}
    for path in modules():
        if path.stem in deployed and DEPLOYED not in within(path):
            assert path.parent == HELPERS / "bank", path


def test_no_module_is_longer_than_a_thought() -> None:
    assert {within(path): n for path in modules() if (n := lines_of(path)) > LONGEST} == {}


def test_what_is_short_shares_no_thought_with_a_neighbour() -> None:
    short = {
        within(path)
        for path in modules()
        if lines_of(path) < SHORTEST and not is_of_shape(path) and DEPLOYED not in within(path)
    }
    assert short <= SMALL.keys()
    assert all((HELPERS / name).exists() for name in SMALL)


def test_packages_only_say_what_belongs_there() -> None:
    """A package's `__init__` may hand out names, but does nothing by itself."""
    for path in HELPERS.rglob("__init__.py"):
        if path.parent != HELPERS:
            assert ast.get_docstring(ast.parse(path.read_text())), path
            assert lines_of(path) <= LONGEST, path


def layers() -> Iterator[tuple[str, list[list[str]]]]:
    """Each contract of layers: its name, and its modules by their whole names, highest first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for contract in settings["tool"]["importlinter"]["contracts"]:
        if contract["type"] == "layers":
            container = "".join(f"{each}." for each in contract.get("containers", []))
            yield (
                contract["name"],
                [
                    [container + each for each in re.split(r"\s*[:|]\s*", layer)]
                    for layer in contract["layers"]
                ],
            )


def test_every_module_has_its_layer() -> None:
    """A module that no contract of a folder names could be imported from anywhere."""
    for name, rows in layers():
        named = {each for row in rows for each in row}
        split = {each.rpartition(".")[0] for each in named} - named
        found = {
            f"{folder}.{path.stem}"
            for folder in split
            for path in (ROOT / folder.replace(".", "/")).iterdir()
            if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.stem != "__init__"
        }
        missing = {
            each for each in found - named if not any(one.startswith(f"{each}.") for one in named)
        }
        assert missing <= LAYERLESS, name


LAYERLESS = {
    # What Lambda keeps of its functions: used at all heights, held by "No circles".
    *(
        f"helpers.embedded.services.lambda_.{each.stem}"
        for each in (HELPERS / "embedded/services/lambda_").glob("*.py")
    ),
}


def test_the_picture_of_the_architecture_is_what_the_contracts_say() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    picture = text.split("```text", 1)[1].split("```", 1)[0]
    drawn = [
        f"helpers.{name.removesuffix('.py').replace('/', '.').rstrip('.')}"
        for line in picture.splitlines()
        if line.startswith("  ")
        for name in re.findall(r"(\S+)(?=(?:  +\S+/)?  )", line)[: 1 + line.count("/  ")]
        if name.endswith((".py", "/")) or "/" in name
    ]
    ranks = {each: n for n, row in enumerate(dict(layers())[WINGS]) for each in row}
    heights = [ranks[each] if each in ranks else _rank_within(ranks, each) for each in drawn]
    assert heights == sorted(heights), list(zip(drawn, heights, strict=True))
    assert {each.split(".")[1] for each in ranks} - {"__main__"} == {
        each.split(".")[1] for each in drawn
    }


WINGS = "Wings import downwards only"


def _rank_within(ranks: dict[str, int], package: str) -> int:
    """Of a folder whose modules have layers: that of the highest."""
    return min(rank for each, rank in ranks.items() if each.startswith(f"{package}."))
