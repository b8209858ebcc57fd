"""make, conda and Binder install the same versions, all chosen by the list in pyproject.toml."""

import re
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.tooling.environment import ROOT, read_lock, read_project, render_environment

PROJECT: dict[str, Any] = read_project()
DIRECT = [
    Requirement(text)
    for text in PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
]
LOCKED = [Requirement(text) for text in read_lock()]


def find_locked(name: str) -> list[Requirement]:
    return [entry for entry in LOCKED if entry.name == canonicalize_name(name)]


@pytest.mark.parametrize("wanted", DIRECT, ids=lambda wanted: wanted.name)
def test_lock_holds_each_direct_dependency_within_its_range(wanted: Requirement) -> None:
    locked = find_locked(wanted.name)
    assert locked, f"{wanted.name} is not in requirements.txt: run `make lock`"
    for entry in locked:  # several, where the version depends on the Python
        (pin,) = entry.specifier
        assert pin.operator == "=="
        assert pin.version in wanted.specifier


def test_each_locked_version_has_hashes() -> None:
    text = (ROOT / "requirements.txt").read_text()
    entries = re.findall(r"^[a-z0-9].*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+", text, re.MULTILINE)
    assert len(entries) == len(LOCKED) > len(DIRECT)


@pytest.mark.parametrize("name", ["requirements.txt", "environment.yml", "pyproject.toml"])
def test_no_list_names_an_index(name: str) -> None:
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", (ROOT / name).read_text())


def test_environment_is_the_lock() -> None:
    assert (ROOT / "environment.yml").read_text() == render_environment(), "run `make lock`"


def test_environment_installs_the_lock_and_this_checkout() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python, pip, packages = environment["dependencies"]
    assert (python.split()[0], pip) == ("python", "pip")
    assert packages == {"pip": ["-e .", *read_lock()]}


def test_python_floor_is_the_same_everywhere() -> None:
    floor = PROJECT["project"]["requires-python"]
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python = environment["dependencies"][0].removeprefix("python ")
    assert set(SpecifierSet(floor)) < set(SpecifierSet(python))
    assert PROJECT["tool"]["ruff"]["target-version"] == "py" + re.sub(r"\D", "", floor)
    assert not re.search(r"3\.\d+ or newer", (ROOT / "Makefile").read_text()), "it reads pyproject"
