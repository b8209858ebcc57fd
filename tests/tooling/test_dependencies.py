"""Whatever is installed is listed with its licence, and whatever is asked for is used."""

from __future__ import annotations

import re
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tooling.dependencies import LOCKS, PAGE, Dependency, list_dependencies
from tests.tooling.environment import ROOT, read_lock, read_project

INSTALLED = list_dependencies()
LISTED = {
    line.split(" | ")[0].removeprefix("| "): line
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if re.match(r"\| [a-z0-9-]+ \| \S+ \| .* \| (course|dev|hub) \|", line)
}
ALLOWED = re.compile(
    r"(MIT(-0|-CMU)?|0?BSD(-[23]-Clause)?|Apache-2\.0|ISC|MPL-2\.0|PSF-2\.0|CNRI-Python|Zlib|CC0-1\.0)"
)

RUN_BY_NAME = {
    "import-linter": "make lint",
    "jupyterlab": "make lab",
    "mypy": "make lint",
    "nbval": "make test",
    "pre-commit": "make hooks",
    "pytest-xdist": "make test, -n 2",
    "ruff": "make lint",
    "uv": "make",
    "axe-playwright-python": "its files are axe-core, tests/browser/accessibility.py",
    "configurable-http-proxy": "make hub, by name in its config",
    "jupyterhub-idle-culler": "make hub, by name in its config",
    "furo": "the site's theme, by name in its conf.py",
    "myst-nb": "the site's reader, by name in its conf.py",
    "sphinx-revealjs": "its files are the slides' reveal.js",
    "awslambdaric": "the oracle of the runtime",
    "pandas-stubs": "types for mypy",
    "types-pyyaml": "types for mypy",
    "types-tqdm": "types for mypy",
}
"""Packages that no line of code imports by their module, and who uses them."""


@pytest.mark.parametrize("found", INSTALLED, ids=lambda found: found.name)
def test_listed_with_licence(found: Dependency) -> None:
    assert found.licence in LISTED.get(found.name, ""), "run `make dependencies`"
    assert found.licence, "read its files, and say in `SPDX` what its words mean"


def test_listed_versions_are_locked() -> None:
    locked = {line.split(" ;")[0].strip() for lock in LOCKS.values() for line in read_lock(lock)}
    for name, line in LISTED.items():
        assert f"{name}=={line.split(' | ')[1]}" in locked, "run `make dependencies`"


def test_licences_let_the_course_be_passed_on() -> None:
    for found in INSTALLED:
        for part in re.split(r" (?:AND|OR) |[() ]+", found.licence):
            assert not part or ALLOWED.fullmatch(part), f"{found.name}: {found.licence or 'none'}"


def test_what_is_asked_for_is_used() -> None:
    project = read_project()
    groups: dict[str, list[str]] = project["dependency-groups"]  # type: ignore[assignment]
    asked = [*project["project"]["dependencies"], *groups["dev"], *groups["hub"]]  # type: ignore[index]
    modules: dict[str, set[str]] = {}
    for module, owners in packages_distributions().items():
        for owner in owners:
            modules.setdefault(canonicalize_name(owner), set()).add(module)
    files = [
        *ROOT.glob("helpers/**/*.py"),
        *ROOT.glob("tests/**/*.py"),
        *ROOT.glob("hub/*.py"),
        *ROOT.glob("notebooks/*"),
    ]
    code = "\n".join(file.read_text(encoding="utf-8") for file in files if file.is_file())
    for name in (canonicalize_name(Requirement(text).name) for text in asked):
        own = modules.get(name) or {name.replace("-", "_")}  # the room's: `make quick` has none
        is_imported = any(re.search(rf"\b(import|from) {module}\b", code) for module in own)
        assert is_imported or name in RUN_BY_NAME, f"nobody uses {name}"
