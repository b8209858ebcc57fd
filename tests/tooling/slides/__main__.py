"""python -m tests.tooling.slides FOLDER: each notebook as slides, which need no network."""

from __future__ import annotations

import shutil
import sys
from importlib.resources import as_file, files
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter
from traitlets.config import Config

from tests.tooling.guide.chapter import read_chapter
from tests.tooling.guide.pages import render_notes
from tests.tooling.slides.cuts import cut_slides

ROOT = Path(__file__).parents[3]


def create_exporter() -> SlidesExporter:
    """nbconvert's own slides, with our template and the reveal.js beside them."""
    readable = {"CSSHTMLHeaderPreprocessor": {"style": "a11y-high-contrast-light"}}
    return SlidesExporter(
        config=Config(readable),
        template_name="course",
        extra_template_basedirs=[str(Path(__file__).parent / "templates")],
        reveal_url_prefix="reveal.js",
        reveal_theme="white",
        reveal_transition="none",
        reveal_number="c/t",
        reveal_width="1280",
        reveal_height="720",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )


def copy_reveal(folder: Path) -> None:
    """reveal.js out of the package that carries it, with its licence."""
    with as_file(files("sphinx_revealjs") / "_static" / "revealjs") as source:
        shutil.copytree(source / "dist", folder / "dist", ignore=shutil.ignore_patterns("*.map"))
        shutil.copytree(source / "plugin" / "notes", folder / "plugin" / "notes")
        shutil.copy(source / "LICENSE", folder)


def build_slides(target: Path) -> None:
    """Write the slides of every notebook, and what they need, into an empty folder."""
    shutil.rmtree(target, ignore_errors=True)
    copy_reveal(target / "reveal.js")
    exporter = create_exporter()
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notes = {stop.name: render_notes(stop) for stop in read_chapter(path).stops}
        notebook = cut_slides(nbformat.read(path, as_version=4), notes)
        page, _ = exporter.from_notebook_node(notebook)
        (target / f"{path.stem}.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    build_slides(Path(sys.argv[1]))
