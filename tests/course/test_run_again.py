"""A learner goes back: cells run again, with other answers, and all of them a second time.

What a cell prints is compared with its committed output, which nbval holds to the first run.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from helpers.checks.multiple_choice import Question
from tests.course.conftest import run_cell
from tests.course.test_notebooks import PATHS, read_cells

JUDGED = re.compile(r'checks\.judge\("([^"]+)", (\w+)[,)]')
ALL_OVER = "all cells twice over"
VERDICT = re.compile(r"^(Right|Not right|Not attempted|Not yet|The answer must be)\b")
# What these tell grows with all that was run before, or with chance, and their text says so: they
# are compared when a whole notebook was run anew.
OF_ALL_BEFORE = {
    "02_create_queues": {"order-run"},
    "05_send_with_lambda": {"aws-run"},
    "07_monitor": {"picture", "dashboard", "costs"},
}


class Learner:
    """Runs cells of one notebook in one kernel, and looks at what they print."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path, self._capsys = path, capsys
        self.cells = [cell for cell in read_cells(path) if cell["cell_type"] == "code"]
        self.questions: dict[str, Question] = importlib.import_module(
            f"helpers.checks.{path.stem[3:]}"
        ).QUESTIONS
        self.shown: list[str] = []  # the sentences of the pictures that a cell shows
        self._kernel: dict[str, Any] = {}
        self.found: list[str] = []

    def run(self, cell: dict[str, Any], what: str, **answers: object) -> str:
        """Runs a cell with these answers in place of its dots; what it prints."""
        code = cell["source"]
        for name, answer in answers.items():
            code = re.sub(rf"^{name} = \.\.\.$", f"{name} = {answer!r}", code, flags=re.MULTILINE)
        self._capsys.readouterr()
        self.shown.clear()
        try:
            run_cell(code, self._kernel, f"{self.path.name}:{cell['id']}")
        except Exception as error:
            self.found.append(f"{cell['id']}, {what}: {type(error).__name__}: {error}")
        return "\n".join([self._capsys.readouterr().out, *self.shown])

    def compare(self, cell: dict[str, Any], what: str, printed: str) -> None:
        """Notes a cell that prints another thing than its committed output, verdicts apart."""
        if what != ALL_OVER and cell["id"] in OF_ALL_BEFORE.get(self.path.stem, ()):
            return
        expected, seen = _seen(committed(cell)), _seen(printed)
        if seen != expected:
            self.found.append(f"{cell['id']}, {what}: prints\n{seen}\nand not\n{expected}")

    def answer(self, number: int, name: str, variable: str) -> None:
        """A wrong answer, the dots, the right one: each given where it is asked for, and judged."""
        cell, question = self.cells[number], self.questions[name]
        stub = re.compile(rf"^{variable} = \.\.\.$", re.MULTILINE)
        asking = next(one for one in self.cells[number::-1] if stub.search(one["source"]))
        for what, answer, verdict in (
            ("wrong", next(iter(question.misconceptions)), "Not right"),
            ("dots", ..., "Not attempted"),
            ("right", _right(question), "Right"),
        ):
            if asking is not cell:
                self.run(asking, what, **{variable: answer})
            printed = self.run(cell, what, **{variable: answer})
            self.compare(cell, what, printed)
            verdicts = [found[1] for found in map(VERDICT.match, printed.splitlines()) if found]
            if verdict not in verdicts:
                self.found.append(f"{cell['id']}, {what}: the verdict is not {verdict}:\n{printed}")


def committed(cell: dict[str, Any]) -> str:
    """What the cell printed when it was saved, and then the sentences of its pictures."""
    printed = [one["text"] for one in cell["outputs"] if one["output_type"] == "stream"]
    shown = [
        ["\n", *one["data"]["text/plain"]]
        for one in cell["outputs"]
        if one["output_type"] == "display_data"
    ]
    return "".join("".join(part) for part in [*printed, *shown])


def _seen(printed: str) -> str:
    lines = (line.rstrip() for line in printed.splitlines())
    return "\n".join(line for line in lines if line and not VERDICT.match(line))


def _sentence(shown: Any) -> str:
    return str(shown["text/plain"] if isinstance(shown, dict) else shown)


def _right(question: Question) -> object:
    return question.right[0] if isinstance(question.right, tuple) else question.right


@pytest.fixture(params=PATHS, ids=lambda path: path.name)
def learner(
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Learner:
    monkeypatch.setenv("LAB_PROGRESS", "off")
    # Of a picture its sentence is compared; tests/course/plots look at the drawing.
    monkeypatch.setattr("helpers.plots.vector.draw_svg", lambda *_: "")
    monkeypatch.setattr("helpers.plots.vector.embed_svg", lambda *_: "")
    learner = Learner(request.param, capsys)
    monkeypatch.setattr(
        "IPython.display.display", lambda shown, **_: learner.shown.append(_sentence(shown))
    )
    return learner


def test_a_learner_who_goes_back_sees_the_same(learner: Learner) -> None:
    for number, cell in enumerate(learner.cells):
        learner.compare(cell, "first", learner.run(cell, "first"))
        if "lab.close()" in cell["source"]:
            continue
        learner.compare(cell, "twice in a row", learner.run(cell, "twice in a row"))
        for name, variable in JUDGED.findall(cell["source"]):
            learner.answer(number, name, variable)
    for cell in learner.cells:
        learner.compare(cell, ALL_OVER, learner.run(cell, ALL_OVER))
    assert not learner.found, "\n\n".join(learner.found)
