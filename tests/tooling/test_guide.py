"""The teacher's book says what the notebooks and their checks say, all of it, and prints well."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from helpers.checks.multiple_choice import Question
from tests.course.test_notebooks import estimate_minutes
from tests.tooling.guide.chapter import CELL, TALK, VOTE, Chapter, Stop, read_chapters
from tests.tooling.guide.pages import (
    collect_terms,
    list_asked,
    render_chapter,
    render_glossary,
    render_notes,
    render_pages,
)
from tests.tooling.guide.plan import BEGIN, END, PAUSES, plan_days
from tests.tooling.guide.printed import render_html

CHAPTERS = read_chapters()
BY_NUMBER = [pytest.param(chapter, id=chapter.stem) for chapter in CHAPTERS]
ASKING = [pytest.param(chapter, id=chapter.stem) for chapter in CHAPTERS if chapter.stops]
PAGES = render_pages(CHAPTERS)


@pytest.mark.parametrize("chapter", ASKING)
def test_every_question_and_every_wrong_answer_is_in_the_book(chapter: Chapter) -> None:
    checks = importlib.import_module(f"helpers.checks.{chapter.stem.partition('_')[2]}")
    assert {stop.name for stop in chapter.stops} == set(checks.QUESTIONS)
    page = render_chapter(chapter)
    for question in checks.QUESTIONS.values():
        assert page.count(question.why) >= 1
        for reply in question.misconceptions.values():
            assert reply in page
    assert all(stop.prompt for stop in chapter.stops)


@pytest.mark.parametrize("chapter", BY_NUMBER)
def test_every_exercise_has_its_solution(chapter: Chapter) -> None:
    page = render_chapter(chapter)
    for exercise in chapter.exercises:
        assert exercise.solution
        assert exercise.solution in page


@pytest.mark.parametrize("chapter", ASKING)
def test_times_are_those_of_the_notebook_and_the_talk(chapter: Chapter) -> None:
    read, do = estimate_minutes(chapter.path)
    talk = TALK * len(chapter.stops)
    assert sum(each.minutes for each in chapter.sections) == pytest.approx(read + do + talk, abs=3)
    assert (CELL, VOTE) == (0.5, 1)


def test_a_day_has_its_breaks_and_an_end() -> None:
    plan = list(plan_days(CHAPTERS))
    assert [item.words for item in plan if item.words not in PAUSES] == [
        f"{chapter.number} {chapter.title}" for chapter in CHAPTERS
    ]
    worked = 0
    for item, following in pairwise(plan):
        assert BEGIN <= item.at <= item.at + item.minutes <= END
        worked = 0 if item.words in PAUSES else worked + item.minutes
        assert worked <= 100
        if following.day == item.day:
            assert following.at == item.at + item.minutes
        else:
            worked = 0


@pytest.mark.parametrize("chapter", BY_NUMBER)
def test_every_question_asks_for_an_objective(chapter: Chapter) -> None:
    rows = list_asked(chapter)
    assert [words for words, _ in rows if words != "all of them"] == chapter.objectives
    asked = {name for _, names in rows for name in names}
    assert asked >= {stop.name for stop in chapter.stops}
    assert asked >= {exercise.check for exercise in chapter.exercises}


def test_each_term_is_defined_once() -> None:
    defined = Counter(re.findall(r"^\*\*(.+?)\*\*: \S", render_glossary(CHAPTERS), re.MULTILINE))
    assert set(defined.values()) == {1}
    assert set(defined) == set(collect_terms(CHAPTERS))
    used = {term.name for chapter in CHAPTERS for term in chapter.terms}
    assert used == set(defined)
    assert len(defined) > 30


def test_every_notebook_has_a_page_and_a_handout() -> None:
    for chapter in CHAPTERS:
        assert chapter.question
        assert chapter.title in PAGES["handouts"]
        assert f"# {chapter.number} {chapter.title}" in PAGES[chapter.stem]


def test_paper_has_no_link_that_leads_nowhere() -> None:
    html = render_html(PAGES, "The book")
    links = re.findall(r'href="([^"]+)"', html)
    assert links
    assert [link for link in links if not link.startswith("https://")] == []
    assert html.count("<section") == len(PAGES)


def test_a_speaker_sees_the_answer_and_the_wrong_ones() -> None:
    question = Question("b", "So it is.", {"a": "That is a habit."}, "Look.", ("a", "b"))
    notes = render_notes(Stop("name", "Predict", question, "cell"))
    assert notes == 'Right: **b**. So it is.\n\n- "a": That is a habit.'
    stop = Stop("name", "Predict", Question((4, 9), "So.", {}, "Look."), "cell")
    assert render_notes(stop).startswith("Right: **4 to 9**.")


def test_a_pdf_is_printed(tmp_path: Path) -> None:
    from tests.tooling.guide.printed import print_pdf

    page = tmp_path / "book.html"
    page.write_text(render_html({"index": "# The book\n\ntext\n"}, "The book"), encoding="utf-8")
    if not print_pdf(page, tmp_path / "book.pdf"):
        pytest.skip("There is no Chromium to print with.")
    assert (tmp_path / "book.pdf").read_bytes().startswith(b"%PDF-")
