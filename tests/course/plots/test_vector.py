"""A shown figure: a vector picture in the page's colours, with its words."""

import re
from html import unescape
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from helpers import plots
from helpers.plots.style import BLUE, GREEN, PURPLE, VERMILLION, MovingPicture
from helpers.plots.vector import CROWD, draw_svg
from tests.course.test_notebooks import PATHS, read_cells

WHITE, JUPYTERLAB_DARK = "#ffffff", "#111111"
COLOUR = re.compile(r"#[0-9a-f]{6}\b")


def bars(number: int) -> Figure:
    figure = Figure()
    figure.subplots().barh(range(number), range(number), edgecolor="black", facecolor="white")
    return figure


def tell_luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return sum(part * share for part, share in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def tell_contrast(one: str, other: str) -> float:
    darker, lighter = sorted((tell_luminance(one), tell_luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colour", [BLUE, VERMILLION, GREEN, PURPLE])
@pytest.mark.parametrize("page", [WHITE, JUPYTERLAB_DARK])
def test_colours_stand_out_by_day_and_by_night(colour: str, page: str) -> None:
    assert tell_contrast(colour, page) > 3  # https://www.w3.org/TR/WCAG22/#non-text-contrast


@pytest.mark.parametrize("draw", [plots.draw_map, plots.draw_envelope, lambda: bars(3)])
def test_all_other_colours_are_the_pages_own(draw: type[Figure]) -> None:
    used = set(COLOUR.findall(draw_svg(draw(), "words")))
    assert used <= {colour.lower() for colour in (BLUE, VERMILLION, GREEN, PURPLE)}
    assert "--page" in draw_svg(bars(3), "words")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_pictures_of_the_notebooks_have_no_colours_but_these(path: Path) -> None:
    """A pale one would glare by night, and hide the letters on it, which are the page's own."""
    shown = [
        "".join(output["data"]["text/html"])
        for cell in read_cells(path)
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]
    used = {colour for html in shown if "<svg" in html for colour in COLOUR.findall(html)}
    assert used <= {colour.lower() for colour in (BLUE, VERMILLION, GREEN, PURPLE)}


def test_the_same_figure_gives_the_same_characters() -> None:
    assert draw_svg(plots.draw_map(), "words") == draw_svg(plots.draw_map(), "words")


def test_two_pictures_in_a_page_share_no_name_and_refer_to_their_own() -> None:
    seen = []
    for figure in (plots.draw_map(), plots.draw_envelope(), bars(2)):
        svg = draw_svg(figure, "words")
        names = re.findall(r'id="([^"]+)"', svg)
        assert len(set(names)) == len(names) > 0
        assert set(re.findall(r'(?:href="|url\()#([^")]+)', svg)) == set(names)
        seen.append(set(names))
    assert all(one.isdisjoint(other) for one, other in pairwise(seen))


def test_a_crowd_of_shapes_stays_small() -> None:
    assert "<image" not in draw_svg(bars(CROWD), "words")
    crowded = draw_svg(bars(20 * CROWD), "words")
    assert "<image" in crowded
    assert len(crowded) < 250_000


def test_nothing_reaches_beyond_the_picture() -> None:
    svg = draw_svg(plots.draw_map(), "words")
    assert svg.startswith("<svg ")
    for part in ("<style", "<metadata", "<!--", "<?xml", "\n"):
        assert part not in svg


def test_shown_figure_has_its_sentence_for_eyes_ears_and_comparison(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: calls.append(data))
    plots.show(plots.draw_map(), "less < more")
    (data,) = calls
    assert data["text/plain"] == "less < more"
    assert 'aria-label="less &lt; more"' in data["text/html"]
    assert "<figcaption>less &lt; more</figcaption>" in data["text/html"]


def test_moving_picture_keeps_its_style_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: calls.append(data))
    svg = '<svg width="720" height="90" fill="#FFFFFF"><style>.a>b{fill:red}</style>100 %</svg>'
    plots.show(MovingPicture(svg), 'said "so"')
    page = calls[0]["text/html"]
    source, words = re.findall(r'(?:src|alt)="([^"]+)"', page)[::-1]
    assert unquote(unescape(source)) == f"data:image/svg+xml,{svg}"
    assert unescape(words) == 'said "so"'
    assert 'width="720" height="90"' in page
    assert "<style" not in page
