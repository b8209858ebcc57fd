"""The slides, opened from their folder with no network, and gone through to the last."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.notebooks.rules.notebook import Notebook, read_notebook

from .accessibility import find_barriers
from .folder_server import serve_folder
from .site_walk import CONTRAST, LEAST_CONTRAST, SiteWalk
from .watched_page import Watch, open_watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^##? ", re.MULTILINE)
# How far a slide's content goes beyond its edge, in parts of the slide: to the right, and below.
OVERFLOW = """() => {
    const {scrollWidth, clientWidth, scrollHeight, clientHeight} = Reveal.getCurrentSlide();
    return Math.max(scrollWidth / clientWidth, scrollHeight / clientHeight) - 1;
}"""
TOLERATED = 0.05
BELOW = 'Reveal.getCurrentSlide().insertAdjacentHTML("beforeend", "<p style=\'height: 720px\'>")'
TITLES = "all => all.map(slide => slide.querySelector('h1, h2')?.textContent ?? '')"
NAMES = "all => all.map(picture => picture.alt ?? picture.ariaLabel)"


@pytest.fixture(scope="module")
def slides(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The slides as `make slides` builds them; where there is no browser, they are not built."""
    folder = tmp_path_factory.mktemp("slides") / "slides"
    command = [sys.executable, "-m", "tests.tooling.slides", str(folder)]
    build = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert build.returncode == 0, build.stdout + build.stderr
    return folder


@pytest.fixture
def watch(browser: Browser) -> Iterator[Watch]:
    with open_watched(browser, viewport={"width": 1280, "height": 720}) as watch:
        watch.page.context.set_offline(True)
        yield watch


def open_slides(watch: Watch, path: Path) -> None:
    watch.page.goto(path.as_uri())
    watch.page.wait_for_function("window.Reveal?.isReady()")


def count_headings(notebook: Notebook) -> int:
    return sum(len(HEADING.findall(FENCED.sub("", cell.source))) for cell in notebook.prose)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_slides_open_with_no_network(watch: Watch, slides: Path, path: Path) -> None:
    notebook = read_notebook(path)
    open_slides(watch, slides / f"{path.stem}.html")
    page = watch.page
    titles = page.locator(".slides > section").evaluate_all(TITLES)
    assert len(titles) == count_headings(notebook)
    assert all(titles)
    assert page.locator(".slides .jp-CodeCell .jp-InputArea").count() == len(notebook.code)
    outputs = [output for cell in notebook.code for output in cell.outputs]
    sentences = [output.data["text/plain"] for output in outputs if output.is_picture]
    assert page.locator(".slides figure > *:first-child").evaluate_all(NAMES) == sentences
    assert watch.complaints == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_every_slide_fits_on_the_screen_and_is_readable(
    watch: Watch, slides: Path, path: Path
) -> None:
    open_slides(watch, slides / f"{path.stem}.html")
    overflows, unread = [], []
    for _ in range(watch.page.evaluate("Reveal.getTotalSlides()")):
        overflows.append(watch.page.evaluate(OVERFLOW))
        unread += watch.page.evaluate(CONTRAST, LEAST_CONTRAST)
        watch.page.evaluate("Reveal.next()")
    assert watch.page.evaluate("Reveal.isLastSlide()")
    assert len(overflows) > count_headings(read_notebook(path))
    assert [number for number, over in enumerate(overflows, 1) if over > TOLERATED] == []
    assert unread == []


def test_nothing_bars_a_reader_of_the_slides(watch: Watch, slides: Path) -> None:
    open_slides(watch, slides / f"{NOTEBOOKS[4].stem}.html")
    assert find_barriers(watch.page) == []


def test_slide_that_is_too_long_is_found_out(watch: Watch, slides: Path) -> None:
    open_slides(watch, slides / f"{NOTEBOOKS[0].stem}.html")
    assert watch.page.evaluate(OVERFLOW) <= TOLERATED
    watch.page.evaluate(BELOW)
    assert watch.page.evaluate(OVERFLOW) > TOLERATED


def test_explanation_opens_on_its_slide(watch: Watch, slides: Path) -> None:
    open_slides(watch, slides / f"{NOTEBOOKS[3].stem}.html")
    details = watch.page.locator("section.present > section.present details")
    while not details.count():
        watch.page.keyboard.press("Space")
    hidden = details.first.locator(":scope > :not(summary)").first
    assert not hidden.is_visible()
    details.first.locator("summary").click()
    assert hidden.is_visible()


def test_links_lead_from_slides_to_slides(browser: Browser, slides: Path) -> None:
    with serve_folder(slides) as address, open_watched(browser) as watch:
        walk = SiteWalk(f"{address}{NOTEBOOKS[0].stem}.html")
        walk.go(watch)
    assert walk.faults == []
    assert set(walk.names) == {f"{address}{path.stem}.html" for path in NOTEBOOKS}
