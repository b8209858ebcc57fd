"""make, conda and Binder install the same versions, all chosen by the list in pyproject.toml."""

import re
from itertools import combinations
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.tooling.environment import ROOT, read_lock, read_project, render_environment

PROJECT: dict[str, Any] = read_project()
GROUPS = PROJECT["dependency-groups"]
COURSE, DEV, HUB, PARITY, AUDIT = (
    f"requirements{part}.txt" for part in ("", "-dev", "-hub", "-parity", "-audit")
)
WANTED = {
    COURSE: PROJECT["project"]["dependencies"] + GROUPS["install"],
    DEV: GROUPS["dev"],
    HUB: GROUPS["hub"],
    PARITY: GROUPS["parity"],
    AUDIT: GROUPS["audit"],
}
DIRECT = [(lock, Requirement(text)) for lock, wanted in WANTED.items() for text in wanted]
LOCKED = {lock: [Requirement(text) for text in read_lock(lock)] for lock in WANTED}


def find_locked(name: str, lock: str) -> list[Requirement]:
    return [entry for entry in LOCKED[lock] if entry.name == canonicalize_name(name)]


@pytest.mark.parametrize(("lock", "wanted"), DIRECT, ids=lambda value: getattr(value, "name", None))
def test_lock_holds_each_direct_dependency_within_its_range(lock: str, wanted: Requirement) -> None:
    locked = find_locked(wanted.name, lock)
    assert locked, f"{wanted.name} is not in {lock}: run `make lock`"
    for entry in locked:  # several, where the version depends on the Python
        (pin,) = entry.specifier
        assert pin.operator == "=="
        assert pin.version in wanted.specifier


@pytest.mark.parametrize("lock", LOCKED)
def test_each_locked_version_has_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = re.findall(r"^[a-z0-9].*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+", text, re.MULTILINE)
    assert len(entries) == len(LOCKED[lock]) > len(WANTED[lock])


def test_locks_of_one_environment_hold_the_same_versions() -> None:
    """They go into one .venv, one after the other."""
    pins = {
        lock: {(entry.name, str(entry.specifier)) for entry in LOCKED[lock]}
        for lock in (COURSE, DEV, HUB)
    }
    for first, second in combinations(pins.values(), 2):
        shared = {name for name, _ in first} & {name for name, _ in second}
        assert shared
        assert {pin for pin in second if pin[0] in shared} <= first


@pytest.mark.parametrize(
    "name", [COURSE, DEV, HUB, PARITY, AUDIT, "environment.yml", "pyproject.toml"]
)
def test_no_list_names_an_index(name: str) -> None:
    text = re.sub(r"^Repository = .*", "", (ROOT / name).read_text(), flags=re.MULTILINE)
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text)


def test_environment_is_the_lock() -> None:
    assert (ROOT / "environment.yml").read_text() == render_environment(), "run `make lock`"


def test_environment_installs_the_lock_and_this_checkout() -> None:
    """conda-forge is asked for python and pip alone, which it has under these names. That it
    solves can be seen only where its channel can be reached: the workflow does so.
    """
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


@pytest.mark.parametrize("path", ["Makefile", ".ci/install_uv", ".github/workflows/tests.yml"])
def test_whatever_is_installed_is_installed_by_its_hash(path: str) -> None:
    """Or is the course itself, built by what is locked."""
    text = (ROOT / path).read_text(encoding="utf-8").replace("\\\n", " ")
    installs = re.findall(r"(?:pip install|pip sync|uvx) .*", text)
    assert installs
    for line in installs:
        assert "--require-hashes" in line or (
            "--editable ." in line and "--no-build-isolation" in line
        ), line


def test_actions_are_pinned_by_commit() -> None:
    used = re.findall(r"uses: (.+)", (ROOT / ".github/workflows/tests.yml").read_text())
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
