"""python -m tests.tooling.dependencies: writes DEPENDENCIES.md, what is installed on what terms.

Sizes are those of the machine that writes it; licences and versions are the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tooling.environment import ROOT, read_lock, read_project

PAGE = ROOT / "DEPENDENCIES.md"
LOCKS = {"course": "requirements.txt", "dev": "requirements-dev.txt", "hub": "requirements-hub.txt"}
SPDX = (
    ("Apache", "Apache-2.0"),
    ("MIT", "MIT"),
    ("BSD", "BSD-3-Clause"),
    ("Mozilla Public License 2.0", "MPL-2.0"),
    ("Python Software Foundation", "PSF-2.0"),
    ("ISC", "ISC"),
)
"""Words of older licence classifiers, and the identifier that is meant."""
MEGABYTE = 1_000_000


class Dependency(NamedTuple):
    """One installed package."""

    name: str
    version: str
    licence: str
    """As an SPDX expression, as far as the package tells."""
    megabytes: float
    lock: str
    """The first of `LOCKS` that has it."""
    wanted: bool
    """Whether pyproject.toml asks for it; else another package does."""


def list_dependencies() -> list[Dependency]:
    """Every package of the locks that this machine has, by name."""
    wanted = set(_list_wanted())
    found: dict[str, Dependency] = {}
    for lock, file in LOCKS.items():
        for name in (Requirement(line).name for line in read_lock(file)):
            try:
                package = distribution(name)
            except PackageNotFoundError:
                continue  # for another system or Python
            entry = Dependency(
                name, package.version, read_licence(package), _weigh(package), lock, name in wanted
            )
            found.setdefault(name, entry)
    return sorted(found.values())


def read_licence(package: Distribution) -> str:
    """What the package says of itself; nothing if it says nothing that can be read."""
    meta = package.metadata.json
    if expression := meta.get("license_expression"):
        return str(expression)
    classifiers = [text for text in meta.get("classifier", []) if text.startswith("License ::")]
    for told in ([*classifiers, str(meta.get("license", ""))], _read_licence_files(package)):
        for words, identifier in SPDX:
            if any(re.search(rf"\b{words}\b", text) for text in told):
                return identifier
    return ""


def _read_licence_files(package: Distribution) -> list[str]:
    """The first lines of the texts that a package carries, where their names stand."""
    files = [file for file in package.files or [] if file.name.startswith("LICENSE")]
    return [file.read_text(encoding="utf-8")[:200] for file in files]


def render_page(dependencies: list[Dependency]) -> str:
    """The text of DEPENDENCIES.md: its own words, and a new table below them."""
    head, mark, _ = PAGE.read_text(encoding="utf-8").partition("| Package | Version")
    assert mark, "DEPENDENCIES.md has lost its table"
    rows = [
        "| Package | Version | Licence | MB | Lock | Asked for by |",
        "|---|---|---|--:|---|---|",
        *(
            f"| {each.name} | {each.version} | {each.licence} | {each.megabytes:.1f} | {each.lock} "
            f"| {'pyproject.toml' if each.wanted else 'another package'} |"
            for each in dependencies
        ),
    ]
    return head + "\n".join(rows) + "\n"


def _list_wanted() -> Iterator[str]:
    project = read_project()
    groups, own = project["dependency-groups"], project["project"]
    assert isinstance(groups, dict)
    assert isinstance(own, dict)
    for text in [*own["dependencies"], *groups["install"], *groups["dev"], *groups["hub"]]:
        yield canonicalize_name(Requirement(text).name)


def _weigh(package: Distribution) -> float:
    """Megabytes of its files, without the byte code that Python adds."""
    files = [file for file in package.files or [] if not re.search(r"\.pyc$", file.name)]
    paths = (package.locate_file(file) for file in files)
    sizes = (path.stat().st_size for path in map(ROOT.joinpath, map(str, paths)) if path.exists())
    return sum(sizes) / MEGABYTE


if __name__ == "__main__":
    PAGE.write_text(render_page(list_dependencies()), encoding="utf-8")
