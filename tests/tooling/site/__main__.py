"""python -m tests.tooling.site FOLDER: the course as a static site, its outputs as committed."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from sphinx.cmd.build import build_main

from tests.tooling.guide.chapter import read_chapters
from tests.tooling.guide.pages import render_pages, render_questions
from tests.tooling.site.doors import BRANCH, read_repository

ROOT = Path(__file__).parents[3]
PAGES = (
    "ARCHITECTURE.md",
    "docs/test-your-own-function.md",
    "docs/write-your-own-notebook.md",
    "docs/what-is-simulated.md",
    "helpers/embedded/README.md",
    "hub/README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "DEPENDENCIES.md",
    "LICENSE-TEXT.md",
    "CODE_OF_CONDUCT.md",
)
LINKED = (
    "CITATION.cff",
    ".github/map.svg",
    "data/template.yaml",
    "hub/values.yaml",
    "pyproject.toml",
)
"""Files that a page shows or links to."""
LINK = re.compile(r"\]\((?!https?:|#)([^)\s#]+)\)")


def read_title(notebook: Path) -> str:
    """The number in the file's name, and the title in its first cell."""
    first: str = nbformat.read(notebook, as_version=4).cells[0].source
    return f"{notebook.name[:2]} {first.splitlines()[0].removeprefix('# ')}"


def render_index(notebooks: list[Path]) -> str:
    """The front page: README, and for the side bar a list of the notebooks."""
    entries = [f"{read_title(path)} <notebooks/{path.stem}>" for path in notebooks]
    readme = point_outside("README.md", (ROOT / "README.md").read_text(encoding="utf-8"))
    pages = [page.removesuffix(".md") for page in PAGES]
    return "\n".join(
        [
            readme,
            "```{toctree}",
            ":hidden:",
            "questions",
            *entries,
            "teaching/index",
            *pages,
            "```",
            "",
        ]
    )


def render_teaching() -> dict[str, str]:
    """The teacher's book, page by page; its first has the list of the others."""
    pages = render_pages(read_chapters(ROOT / "notebooks"))
    entries = [page for page in pages if page != "index"]
    pages["index"] += "\n".join(["```{toctree}", ":hidden:", *entries, "```", ""])
    return pages


def point_outside(page: str, text: str) -> str:
    """A page's text, its links to what the site does not have leading to the repository."""

    def point(found: re.Match[str]) -> str:
        target = Path(ROOT, page).parent.joinpath(found[1]).resolve()
        if not target.is_relative_to(ROOT) or not target.exists():
            return found[0]
        inside = target.relative_to(ROOT).as_posix()
        if inside in (*PAGES, *LINKED, "README.md", "LICENSE") or inside.startswith("notebooks/"):
            return found[0]
        return f"]({read_repository()}/{'tree' if target.is_dir() else 'blob'}/{BRANCH}/{inside})"

    return LINK.sub(point, text)


def copy_sources(folder: Path) -> None:
    """What the site is made of, in the places that its links mean."""
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    (folder / "index.md").write_text(render_index(notebooks), encoding="utf-8")
    for file in ("LICENSE", *PAGES, *LINKED):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, folder / file)
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        (folder / page).write_text(point_outside(page, text), encoding="utf-8")
    questions = render_questions(read_chapters(ROOT / "notebooks"))
    (folder / "questions.md").write_text(questions, encoding="utf-8")
    (folder / "teaching").mkdir()
    for name, text in render_teaching().items():
        (folder / "teaching" / f"{name}.md").write_text(text, encoding="utf-8")
    (folder / "notebooks").mkdir()
    for notebook in notebooks:
        shutil.copy(notebook, folder / "notebooks")


def build_site(target: Path) -> int:
    """Build the site into an empty folder; 0 if nothing is wrong with it, not even a warning."""
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        sources, doctrees = Path(scratch, "sources"), Path(scratch, "doctrees")
        sources.mkdir()
        copy_sources(sources)
        strict = ["--fail-on-warning", "--keep-going", "--quiet", "--jobs=2"]
        conf = f"--conf-dir={Path(__file__).parent}"
        return build_main([*strict, conf, f"--doctree-dir={doctrees}", str(sources), str(target)])


if __name__ == "__main__":
    sys.exit(build_site(Path(sys.argv[1])))
