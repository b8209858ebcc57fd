"""Writes environment.yml from the lock: the same versions for conda and Binder.

conda hands its `pip:` list to pip as one file, and pip refuses an editable install beside
hashes. So the list repeats the lock's versions without its hashes.
"""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEADER = "# Written by `make lock` from pyproject.toml: change that, not this.\n"


def read_lock(name: str = "requirements.txt") -> list[str]:
    """A lock's requirements, version and marker included, hashes left out."""
    text = (ROOT / name).read_text()
    return [line.removesuffix(" \\") for line in re.findall(r"^[a-z0-9].*", text, re.MULTILINE)]


def read_project() -> dict[str, object]:
    """pyproject.toml as it stands."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def render_environment() -> str:
    """The text of environment.yml."""
    project = read_project()["project"]
    assert isinstance(project, dict)
    lines = [
        f"name: {project['name']}",
        "channels: [conda-forge, nodefaults]",
        "dependencies:",
        f"  - python {project['requires-python']},<3.15",  # wheels for a new one come late
        "  - pip",
        "  - pip:",
        *(f"      - {requirement}" for requirement in ["-e .", *read_lock()]),
    ]
    return HEADER + "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "environment.yml").write_text(render_environment())
