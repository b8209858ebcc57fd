"""The book's pages, in Markdown: for the site, and for the printed book."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from tests.tooling.guide.chapter import DETAILS, ROOT, Chapter, Section, Stop
from tests.tooling.guide.objectives import ASKED_BY
from tests.tooling.guide.plan import BREAK, LUNCH, plan_days, tell_time

LINK = re.compile(r"(?<!!)\[([^]]+)\]\((?!https?:)[^)]*\)")
"""A link from a notebook: from here it would lead elsewhere. Its words stay."""
ENVIRONMENT = "check_environment"
"""A check that is no exercise."""
HERE = "&emsp;"
"""In a column to be filled in with a pen."""


def render_pages(chapters: Sequence[Chapter]) -> dict[str, str]:
    """The text of each page, by its name without `.md`, in the order of the book."""
    return {
        "index": render_front(chapters),
        **{chapter.stem: render_chapter(chapter) for chapter in chapters},
        "objectives": render_objectives(chapters),
        "handouts": render_handouts(chapters),
        "glossary": render_glossary(chapters),
    }


def render_front(chapters: Sequence[Chapter]) -> str:
    """How to use the book, the plan of the days, and what goes wrong."""
    stops = sum(len(chapter.stops) for chapter in chapters)
    wrong = sum(len(stop.question.misconceptions) for c in chapters for stop in c.stops)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return "\n".join(
        [
            "# The teacher's book",
            "",
            f"{len(chapters)} notebooks, {stops} questions, and {wrong} wrong answers that are "
            "worth a talk. All of it is made from the notebooks and their checks.",
            "",
            "**At each stop** read the question aloud, and give the room a minute. Everybody "
            "votes; count the hands and write the numbers into the column *hands*. Only then run "
            "the cell. Ask somebody with a wrong answer to say why it seemed right: the table has "
            "what lies behind it. Then say what is under *Say*.",
            "",
            "**Instead of hands**: learners run `python -m helpers progress --export NAME.jsonl` "
            "and give you the file. `python -m helpers progress --room FOLDER` counts them all; "
            "with `make hub` the folder is `build/hub`, and nobody has to export anything.",
            "",
            "**Who is late** restarts the kernel, selects the cell that the room has reached, and "
            "chooses *Run, Run All Above Selected Cell*: the first cells of each notebook build "
            "what the ones before it built.",
            "",
            "## The whole course, with breaks",
            "",
            "The times are those of a room that votes and talks; who reads alone is faster.",
            "",
            *_render_plan(chapters),
            "",
            "## What goes wrong",
            "",
            unlink(_cut(readme, "**What usually goes wrong:**", "\n## ")),
            "",
            unlink(_cut(readme, "| You see | Do this |", "\n\n")),
            "",
        ]
    )


def render_questions(chapters: Sequence[Chapter]) -> str:
    """Which notebook answers what: for the site's readers, without an answer."""
    lines = [
        "# Which notebook answers my question?",
        "",
        "Look for your question, or for a word of it; each notebook stands by itself: its first "
        "cells build what it needs. The [glossary](teaching/glossary.md) has the words.",
        "",
    ]
    for chapter in chapters:
        link = f"[{chapter.number} {chapter.title}](notebooks/{chapter.path.name})"
        parts = [each.title for each in chapter.sections if each.stops or each.exercises]
        lines += [
            f"## {link}",
            "",
            chapter.question[:1].upper() + chapter.question[1:],
            "",
            *(f"- How do I {objective}?" for objective in chapter.objectives),
            "",
            f"In it: {'; '.join(parts)}." if parts else "",
            "",
        ]
    return "\n".join(lines)


def render_chapter(chapter: Chapter) -> str:
    """All that a teacher needs for one notebook."""
    return "\n".join(
        [
            f"# {chapter.number} {chapter.title}",
            "",
            f"{chapter.promise} [The notebook](../notebooks/{chapter.path.name})",
            "",
            f"> **The question:** {chapter.question}",
            "",
            "**Afterwards everybody can**",
            "",
            *(f"1. {objective}" for objective in chapter.objectives),
            "",
            f"## Times: {chapter.minutes} minutes in a room",
            "",
            *_render_times(chapter),
            "",
            "## Stops",
            "",
            *[line for stop in chapter.stops for line in _render_stop(chapter, stop)],
            "## Exercises",
            "",
            *[line for section in chapter.sections for line in _render_exercise(section)],
            *_render_aws(chapter),
            "",
        ]
    )


def _render_plan(chapters: Sequence[Chapter]) -> Iterator[str]:
    yield "| Day | Begins | | Minutes |"
    yield "|--:|--:|---|--:|"
    for item in plan_days(chapters):
        words = f"*{item.words}*" if item.words in (BREAK, LUNCH) else item.words
        yield f"| {item.day} | {tell_time(item.at)} | {words} | {item.minutes} |"


def _render_times(chapter: Chapter) -> Iterator[str]:
    yield "| From | Section | Stops |"
    yield "|--:|---|---|"
    now = 0.0
    for section in chapter.sections:
        names = ", ".join(stop.name for stop in section.stops)
        yield f"| {tell_time(round(now))} | {_name(section)} | {names} |"
        now += section.minutes


def _render_stop(chapter: Chapter, stop: Stop) -> Iterator[str]:
    section = next(each for each in chapter.sections if stop in each.stops)
    yield f"### {stop.name[0].upper()}{stop.name[1:]}"
    yield ""
    yield unlink(stop.prompt)
    yield ""
    yield "| Answer | | What lies behind it | Hands |"
    yield "|---|---|---|---|"
    yield f"| **{tell_answer(stop)}** | right | {stop.question.why} | {HERE} |"
    for answer, reply in stop.question.misconceptions.items():
        yield f"| {_quote(answer)} | | {reply} | {HERE} |"
    yield f"| any other | | {stop.question.hint} | {HERE} |"
    yield ""
    if section.explanation and stop is section.stops[-1]:
        yield f"**Say:** {unlink(section.explanation.strip())}"
        yield ""


def _render_exercise(section: Section) -> Iterator[str]:
    for exercise in section.exercises:
        task = DETAILS.sub("", "\n".join(section.prose)).partition("\n")[2].strip()
        yield f"### {section.title}"
        yield ""
        yield unlink(task)
        yield ""
        if exercise.hint:
            yield f"**Hint:** {exercise.hint}"
            yield ""
        if exercise.solution:
            yield "**Solution:**"
            yield ""
            yield exercise.solution
            yield ""


def _render_aws(chapter: Chapter) -> Iterator[str]:
    """What somebody will ask who knows AWS."""
    section = chapter.find_section("On real AWS")
    if section:
        yield "## When somebody asks how it is on AWS"
        yield ""
        yield unlink(DETAILS.sub("", "\n".join(section.prose)).partition("\n")[2].strip())


def render_objectives(chapters: Sequence[Chapter]) -> str:
    """Every objective, every question and every misconception, with the cell and the check."""
    lines = [
        "# Objectives, questions and misconceptions",
        "",
        "Each objective with what asks for it; below, each question with the cell that shows the "
        "answer. A cell is called by its id in the notebook's file.",
        "",
    ]
    for chapter in chapters:
        lines += [f"## {chapter.number} {chapter.title}", ""]
        lines += ["| Objective | Asked by |", "|---|---|"]
        lines += [f"| {words} | {', '.join(names)} |" for words, names in list_asked(chapter)]
        lines += ["", "| Question or check | Cell | Misconceptions |", "|---|---|---|"]
        for stop in chapter.stops:
            wrong = "; ".join(map(_quote, stop.question.misconceptions))
            lines.append(f"| {stop.name} | `{stop.cell}` | {wrong} |")
        lines += [f"| {each.check} | `{each.cell}` | |" for each in chapter.exercises]
        lines.append("")
    return "\n".join(lines)


def list_asked(chapter: Chapter) -> list[tuple[str, list[str]]]:
    """Each objective, and the questions and checks that ask for it. What nobody has sorted yet
    asks for all of them together."""
    there = [stop.name for stop in chapter.stops] + [each.check for each in chapter.exercises]
    sorted_ones = ASKED_BY.get(chapter.stem, ())
    rows = [
        (objective, [name for name in names if name in there or name == ENVIRONMENT])
        for objective, names in zip_longest(chapter.objectives, sorted_ones, fillvalue=())
        if objective
    ]
    rest = [name for name in there if not any(name in names for _, names in rows)]
    return [*rows, ("all of them", rest)] if rest else rows


def render_handouts(chapters: Sequence[Chapter]) -> str:
    """A page for each notebook, to be given out."""
    lines = ["# Handouts", "", "One page for each notebook, to be printed and given out.", ""]
    for chapter in chapters:
        lines += [
            f"## {chapter.title}",
            "",
            f"*{chapter.question}*",
            "",
            unlink(chapter.key_points),
            "",
            "| Word | Means |",
            "|---|---|",
            *(f"| {term.name} | {unlink(term.meaning)} |" for term in chapter.terms),
            "",
            "What I will change at work: " + "_" * 50,
            "",
        ]
    return "\n".join(lines)


def render_glossary(chapters: Sequence[Chapter]) -> str:
    """Each term once, as the first notebook has it that needs it."""
    lines = ["# Glossary", "", "Each word where it is needed first; links lead there.", ""]
    for term, first in sorted(collect_terms(chapters).items(), key=lambda item: item[0].lower()):
        meaning, chapter = first
        where = f"[{chapter.number}](../notebooks/{chapter.path.name})"
        lines += [f"**{term}**: {unlink(meaning)} {where}", ""]
    return "\n".join(lines)


def collect_terms(chapters: Sequence[Chapter]) -> dict[str, tuple[str, Chapter]]:
    """The terms, each with its first meaning and the notebook that has it."""
    found: dict[str, tuple[str, Chapter]] = {}
    for chapter in chapters:
        for term in chapter.terms:
            found.setdefault(term.name, (term.meaning, chapter))
    return found


def render_notes(stop: Stop) -> str:
    """What the speaker sees beside the slide of a question."""
    wrong = [f"- {_quote(answer)}: {said}" for answer, said in stop.question.misconceptions.items()]
    return "\n".join([f"Right: **{tell_answer(stop)}**. {stop.question.why}", "", *wrong])


def tell_answer(stop: Stop) -> str:
    """The right answer, or the numbers between which one is right."""
    right = stop.question.right
    return f"{right[0]} to {right[1]}" if isinstance(right, tuple) else str(right)


def _quote(answer: str | int) -> str:
    return f'"{answer}"' if isinstance(answer, str) else str(answer)


def _name(section: Section) -> str:
    if section.title == "Begin":
        return "The question, the objectives, the set-up"
    return section.title


def unlink(text: str) -> str:
    """The text with the words of its links alone, but for those to the web."""
    return LINK.sub(r"\1", text)


def _cut(text: str, begin: str, end: str) -> str:
    """From one mark to the next; nothing, if the first is not there."""
    _, mark, rest = text.partition(begin)
    return mark + rest.partition(end)[0]
