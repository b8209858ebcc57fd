"""Where a page of the site leads: to its source, to a running course, to those who mend it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from tests.tooling.environment import read_project

BRANCH = "main"
COPIES = "my-notebooks"
SOURCES = {"index": "README.md"}
"""Pages whose file has another name in the repository."""
GENERATED = {"teaching/": "tests/tooling/guide", "questions": "tests/tooling/guide"}
"""Pages that are made, and what makes them."""


def read_repository() -> str:
    """The course's address, which is set in pyproject.toml."""
    project: Any = read_project()["project"]
    return str(project["urls"]["Repository"])


def list_doors(page: str, suffix: str) -> dict[str, str]:
    """The addresses behind the buttons of a page, by their names in the template.

    Args:
        page: as Sphinx calls it, such as notebooks/00_start_here.
        suffix: of its file, such as .ipynb.
    """
    repository = read_repository()
    owner, name = repository.split("/")[-2:]
    first = "notebooks/00_start_here"
    notebook = (page if page.startswith("notebooks/") else first).removeprefix("notebooks/")
    maker = next((made for begin, made in GENERATED.items() if page.startswith(begin)), None)
    source = maker or SOURCES.get(page, page + suffix)
    opened = urlencode({"urlpath": f"lab/tree/{COPIES}/{notebook}.ipynb"}, quote_via=quote)
    told = urlencode({"title": f"{page}: ", "labels": "feedback"}, quote_via=quote)
    return {
        "binder": f"https://mybinder.org/v2/gh/{owner}/{name}/{BRANCH}?{opened}",
        "codespaces": f"https://codespaces.new/{owner}/{name}?ref={BRANCH}",
        "source": f"{repository}/{'tree' if maker else 'blob'}/{BRANCH}/{source}",
        "feedback": f"{repository}/issues/new?{told}",
    }
