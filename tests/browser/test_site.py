"""Every page of the static site, as a browser shows it by day and by night."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from tests.notebooks.rules.notebook import read_notebook
from tests.tooling.site.doors import read_repository

from .accessibility import find_barriers
from .folder_server import serve_folder
from .site_walk import LINKS, SiteWalk
from .watched_page import open_watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
IS_SUMMARY = "document.activeElement.matches('article details > summary')"
IS_SEEN = "document.activeElement.matches(':focus-visible')"
BROKEN = Path(__file__).parent / "data" / "broken_site"
NAMES = "all => all.map(picture => picture.alt ?? picture.ariaLabel)"


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make site` builds it; where there is no browser, it is not built."""
    folder = tmp_path_factory.mktemp("site") / "site"
    command = [sys.executable, "-m", "tests.tooling.site", str(folder)]
    build = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert build.returncode == 0, build.stdout + build.stderr
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with serve_folder(site) as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_whole(browser: Browser, site: Path, address: str, scheme: str) -> None:
    walk = SiteWalk(
        f"{address}index.html",
        besides=(f"{address}search.html",),
        is_accessible=scheme == "light",  # barriers do not depend on colours
    )
    with open_watched(browser, color_scheme=scheme) as watch:
        walk.go(watch)
    assert walk.faults == []
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert {visited.removeprefix(address) for visited in walk.names} == pages
    assert pages >= {f"notebooks/{path.stem}.html" for path in NOTEBOOKS}


def test_day_and_night_differ(browser: Browser, address: str) -> None:
    colours = set()
    for scheme in ("light", "dark"):
        with open_watched(browser, color_scheme=scheme) as watch:
            watch.page.goto(address)
            colours.add(watch.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(colours) == 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_pictures_say_what_they_show(browser: Browser, address: str, path: Path) -> None:
    outputs = [output for cell in read_notebook(path).code for output in cell.outputs]
    with open_watched(browser) as watch:
        watch.page.goto(f"{address}notebooks/{path.stem}.html")
        shown = watch.page.locator("article figure > *:first-child").evaluate_all(NAMES)
    assert shown == [output.data["text/plain"] for output in outputs if output.is_picture]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_explanations_and_answers_are_closed_until_asked_for(
    browser: Browser, address: str, path: Path
) -> None:
    notebook = read_notebook(path)
    expected = sum(cell.source.count("<details>") for cell in notebook.prose)
    expected += sum("checks.judge(" in cell.source for cell in notebook.code)
    with open_watched(browser) as watch:
        watch.page.goto(f"{address}notebooks/{path.stem}.html")
        details = watch.page.locator("article details")
        assert details.count() == expected
        for one in details.all():
            hidden = one.locator(":scope > :not(summary)").first
            assert not hidden.is_visible()
            one.locator("summary").click()
            assert hidden.is_visible()


def test_axe_finds_what_is_wrong(browser: Browser) -> None:
    with open_watched(browser) as watch:
        watch.page.set_content("<html><body><img src='data:,'><button></button></body></html>")
        rules = {fault.partition(":")[0] for fault in find_barriers(watch.page)}
    assert rules >= {"button-name", "html-has-lang", "image-alt"}


def test_keyboard_alone_gets_through_a_notebook(browser: Browser, address: str) -> None:
    """Each explanation is reached by Tab and opened by Enter, and nothing holds the focus."""
    with open_watched(browser) as watch:
        page = watch.page
        page.goto(f"{address}notebooks/{NOTEBOOKS[2].stem}.html")
        page.keyboard.press("Tab")
        assert "skip" in page.evaluate("document.activeElement.className")
        page.keyboard.press("Enter")
        total, opened = page.locator("article details > summary").count(), 0
        for _ in range(600):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement === document.body"):
                break
            if page.evaluate(IS_SUMMARY):
                assert page.evaluate(IS_SEEN)
                page.keyboard.press("Enter")
                opened += page.evaluate("document.activeElement.parentElement.open")
    assert opened == total > 5


def test_nothing_is_cut_on_a_laptop_a_phone_and_paper(browser: Browser, address: str) -> None:
    pages = ("index", "questions", f"notebooks/{NOTEBOOKS[4].stem}", "teaching/index", "hub/README")
    for width in (1280, 390):
        with open_watched(browser, viewport={"width": width, "height": 900}) as watch:
            for name in pages:
                watch.page.goto(f"{address}{name}.html")
                wide = watch.page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, (name, width)
    with open_watched(browser) as watch:
        watch.page.emulate_media(media="print")
        watch.page.goto(f"{address}notebooks/{NOTEBOOKS[4].stem}.html")
        for part in (".skip-to-content", ".doors", ".sidebar-drawer"):
            assert not watch.page.locator(part).first.is_visible()


def test_each_page_has_its_doors(browser: Browser, address: str) -> None:
    with open_watched(browser) as watch:
        for page, source, opened in (
            ("index", "blob/main/README.md", "00_start_here"),
            ("notebooks/03_visibility_experiments", "blob/main/notebooks/03_", "03_visibility"),
            ("teaching/index", "tree/main/tests/tooling/guide", "00_start_here"),
        ):
            watch.page.goto(f"{address}{page}.html")
            doors = watch.page.locator(".doors a").evaluate_all(LINKS)
            binder, codespaces, code, feedback = map(unquote, doors)
            assert binder.startswith("https://mybinder.org/v2/gh/")
            assert f"urlpath=lab/tree/my-notebooks/{opened}" in binder
            assert codespaces.startswith("https://codespaces.new/")
            assert code.startswith(f"{read_repository()}/{source}")
            assert feedback.startswith(f"{read_repository()}/issues/new?title={page}: ")


def test_search_finds_a_word(browser: Browser, address: str) -> None:
    with open_watched(browser) as watch:
        watch.page.goto(f"{address}search.html?q=heartbeat")
        watch.page.locator("#search-results li a").first.wait_for()
    assert watch.complaints == []


def test_broken_site_is_found_out(browser: Browser) -> None:
    expected = json.loads((BROKEN / "faults.json").read_text())
    with serve_folder(BROKEN) as address, open_watched(browser) as watch:
        walk = SiteWalk(f"{address}index.html")
        walk.go(watch)
    faults = [fault.replace(address, "") for fault in walk.faults]
    assert faults == expected
