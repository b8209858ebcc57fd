"""A notebook as its teacher sees it: its question, its stops, its exercises, its times."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import nbformat

from helpers.checks.multiple_choice import Question

ROOT = Path(__file__).parents[3]
DETAILS = re.compile(r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", re.DOTALL)
SOLUTION = re.compile(r"<details>\s*<summary>Solution.*?</details>", re.DOTALL)
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
JUDGED = re.compile(r'checks\.judge\(\s*"([^"]+)"')
CHECKED = re.compile(r"checks\.(check_\w+)\(")
PROMPT = re.compile(r"\*\*(?:Predict|Investigate)\b.*", re.DOTALL)
DEFINED = re.compile(r"\*([^*]+)\*: (.+?)(?=(?<=[.;]) \*[^*]+\*: |$)", re.DOTALL)
WORDS_A_MINUTE = 200
CELL, VOTE, MODIFY, MAKE = 0.5, 1, 3, 5
"""Minutes for a cell to run, a prediction, and an exercise of each kind, as the notebooks count."""
TALK = 1.5
"""Minutes in which a room talks about an answer; who reads alone does not need them."""


@dataclass(frozen=True)
class Stop:
    """A question at which the room votes."""

    name: str
    prompt: str
    question: Question
    cell: str
    """The id of the cell that shows the answer, and asks for it."""


@dataclass(frozen=True)
class Exercise:
    """A Modify or a Make: what to do, and the way that the notebook shows."""

    check: str
    cell: str
    hint: str
    solution: str


@dataclass
class Section:
    """What stands under one heading."""

    title: str
    prose: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    exercises: list[Exercise] = field(default_factory=list)
    explanation: str = ""
    """What the notebook says after the answer."""

    @property
    def minutes(self) -> float:
        """What it takes in a room."""
        text = re.sub(r"<[^>]+>|\]\([^)]*\)", " ", SOLUTION.sub("", "\n".join(self.prose)))
        reading = sum(any(map(str.isalnum, word)) for word in text.split()) / WORDS_A_MINUTE
        exercise = MODIFY if self.title.startswith("Modify") else MAKE
        doing = CELL * len(self.code) + (VOTE + TALK) * len(self.stops)
        return reading + doing + exercise * self.title.startswith(("Modify", "Make"))


class Term(NamedTuple):
    """A word of the field, and what it means."""

    name: str
    meaning: str


@dataclass
class Chapter:
    """One notebook."""

    path: Path
    title: str
    promise: str
    question: str
    objectives: list[str]
    sections: list[Section]
    key_points: str
    terms: list[Term]

    @property
    def stem(self) -> str:
        return self.path.stem

    @property
    def number(self) -> str:
        return self.stem.partition("_")[0]

    @property
    def stops(self) -> list[Stop]:
        return [stop for section in self.sections for stop in section.stops]

    @property
    def exercises(self) -> list[Exercise]:
        return [each for section in self.sections for each in section.exercises]

    @property
    def minutes(self) -> int:
        """In a room, in steps of five."""
        return 5 * round(sum(section.minutes for section in self.sections) / 5)

    def find_section(self, title: str) -> Section | None:
        return next((section for section in self.sections if section.title == title), None)


def read_chapters(folder: Path = ROOT / "notebooks") -> list[Chapter]:
    """All notebooks that have questions of their own, in the order of the course."""
    paths = sorted(folder.glob("[0-9][0-9]_*.ipynb")) + sorted(folder.glob("A[0-9]_*.ipynb"))
    return [read_chapter(path) for path in paths]


def read_chapter(path: Path) -> Chapter:
    """The notebook, taken apart at its headings.

    Raises:
        KeyError: a cell asks a question that its checks do not have.
    """
    cells = nbformat.read(path, as_version=4).cells
    questions = _find_questions(path)
    sections = list(_cut(cells, questions))
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    title, promise = cells[0].source.split("\n\n", 1)
    asked = re.search(r"\*\*The question:\*\* (.+)", prose)
    points = next((s for s in sections if s.title == "Key points"), Section(""))
    told = "\n".join(points.prose).partition("**Glossary:**")
    return Chapter(
        path,
        title.removeprefix("# "),
        re.sub(r"\s*[^.]*\]\(.*", "", promise, flags=re.DOTALL).strip(),
        asked[1] if asked else "",
        re.findall(r"^\d\. (.+?)[,.]?$", prose.partition("**The question")[0], re.MULTILINE),
        sections,
        told[0].replace("## Key points", "").strip(),
        [Term(*found) for found in _find_terms(told[2])],
    )


def _find_questions(path: Path) -> dict[str, Question]:
    name = f"helpers.checks.{path.stem.partition('_')[2]}"
    try:
        return dict(importlib.import_module(name).QUESTIONS)
    except (ModuleNotFoundError, AttributeError):
        return {}


def _cut(cells: list[nbformat.NotebookNode], questions: dict[str, Question]) -> Iterator[Section]:
    """The sections, each with what belongs to it. An explanation may stand in the next one's cell,
    before its heading."""
    section = Section("Begin")
    prompt = ""
    for cell in cells:
        if cell.cell_type == "code":
            section.code.append(cell.source)
            for name in JUDGED.findall(cell.source):
                section.stops.append(Stop(name, prompt, questions[name], cell.id))
            _add_exercises(section, cell)
            continue
        for part in _split(cell.source):
            if found := HEADING.match(part):
                yield section
                section = Section(found[1])
            section.prose.append(part)
            for summary, text in DETAILS.findall(part):
                if "Explain" in summary:
                    section.explanation += text.strip() + "\n\n"
            if asked := PROMPT.search(DETAILS.sub("", part)):
                prompt = asked[0].strip()
    yield section


def _split(source: str) -> list[str]:
    """A cell's prose in parts that begin with its headings; none is in a block of code."""
    fences = [match.span() for match in FENCED.finditer(source)]
    cuts = [
        match.start()
        for match in HEADING.finditer(source)
        if not any(start <= match.start() < end for start, end in fences)
    ]
    parts = [source[start:end] for start, end in zip([0, *cuts], [*cuts, None], strict=True)]
    return [part.strip() for part in parts if part.strip()]


def _add_exercises(section: Section, cell: nbformat.NotebookNode) -> None:
    if not section.title.startswith(("Modify", "Make")):
        return
    folded = dict(DETAILS.findall("\n".join(section.prose)))
    for check in CHECKED.findall(cell.source):
        hint, solution = (folded.get(word, "").strip() for word in ("Hint", "Solution"))
        section.exercises.append(Exercise(check, cell.id, hint, solution))


def _find_terms(text: str) -> Iterator[tuple[str, str]]:
    for name, meaning in DEFINED.findall(text.strip().partition("\n\n")[0]):
        yield name[0].lower() + name[1:] if name[1:2].islower() else name, meaning.strip()
