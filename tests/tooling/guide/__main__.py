"""python -m tests.tooling.guide FOLDER: the teacher's book, as Markdown, HTML and PDF."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.browser.chromium import NO_CHROMIUM
from tests.tooling.guide.chapter import read_chapters
from tests.tooling.guide.pages import render_pages
from tests.tooling.guide.printed import print_pdf, render_html

TITLE = "The teacher's book: Amazon SQS as an event source for AWS Lambda"
NAME = "teachers-book"


def build_guide(target: Path) -> str:
    """Write the book into an empty folder; what was written, in words."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    pages = render_pages(read_chapters())
    for name, text in pages.items():
        (target / f"{name}.md").write_text(text, encoding="utf-8")
    page, book = target / f"{NAME}.html", target / f"{NAME}.pdf"
    page.write_text(render_html(pages, TITLE), encoding="utf-8")
    if print_pdf(page, book):
        return f"The teacher's book: {book}"
    return f"{NO_CHROMIUM}\nThe teacher's book, without a PDF: {page}"


if __name__ == "__main__":
    print(build_guide(Path(sys.argv[1])))
