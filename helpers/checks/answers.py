"""What a learner has answered, notebook by notebook: right, to look at again, not attempted."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol

from helpers import record
from helpers.checks.missing import find_heading
from helpers.checks.multiple_choice import Question, judge_answer, tell_other
from helpers.copies import COMMITTED, COPIES
from helpers.record import Answer, Verdict

if TYPE_CHECKING:
    import pandas as pd

_UNRECORDED = (
    "Your answers were not kept: this is an original. `make lab` opens copies that keep them."
)
P = ParamSpec("P")

# How the words of every check begin.
_VERDICTS: dict[str, Verdict] = {"Right": "right", "Not attempted": "not attempted"}


class Judge(Protocol):
    """What to say to an answer to the question of this name.

    `seen` is what the cell saw. If that is not what the question is about, as with a handler that
    has a typing error, no answer is right, and none goes into the record.
    """

    def __call__(self, name: str, answer: object, seen: Any = None) -> str: ...


def judge_in(
    module: str,
    questions: Mapping[str, Question],
    faults: Mapping[str, Callable[[Any], str]] | None = None,
) -> Judge:
    """The `judge` of a notebook's checks, whose verdicts go into the record.

    Args:
        faults: by question, what was seen instead of what it is about; "" if it was seen.
    """
    notebook = module.rpartition(".")[2]

    def judge(name: str, answer: object, seen: Any = None) -> str:
        if faults and seen is not None and answer is not ... and (fault := faults[name](seen)):
            return tell_other(fault)
        words = judge_answer(questions, name, answer)
        given = "" if answer is ... else str(answer)
        record.keep(Answer(notebook, name, given, _read_verdict(words)))
        return words

    return judge


def exercise(check: Callable[P, str]) -> Callable[P, str]:
    """A check of an exercise whose verdict goes into the record."""

    @wraps(check)
    def kept(*args: P.args, **kwargs: P.kwargs) -> str:
        words = check(*args, **kwargs)
        notebook = check.__module__.rpartition(".")[2]
        record.keep(Answer(notebook, _name(check.__name__), words, _read_verdict(words)))
        return words

    kept.is_exercise = True  # type: ignore[attr-defined]
    return kept


def tell_answers(module: str, folder: Path | None = None) -> str:
    """One line for the end of a notebook: what of it is right, and what is not yet.

    Args:
        module: the notebook's checks, such as helpers.checks.create_queues.
        folder: where the record is; the notebook's own by default.
    """
    path = (folder or Path.cwd()) / record.FILE_NAME
    if not path.exists():
        return _UNRECORDED
    notebook = module.rpartition(".")[2]
    state = _sum_up(notebook, record.read(path))
    parts = [f"{len(state.right)} of {len(state.asked)} right"]
    if state.wrong:
        again = (f'"{find_heading(name, notebook) or name}"' for name in state.wrong)
        parts.append(f"to look at again: {', '.join(again)}")
    if state.open:
        parts.append(f"not attempted: {len(state.open)}")
    return f"Your answers: {'; '.join(parts)}. All notebooks: python -m helpers progress"


def tabulate(answers: Iterable[Answer]) -> pd.DataFrame:
    """One row for each notebook that asks; index: its file's name without .ipynb.

    Columns: questions (how many it asks, exercises with them), right, look again, not attempted.
    The last answer to a question counts.
    """
    import pandas as pd

    answers = list(answers)
    rows = {
        book: (len(state.asked), len(state.right), len(state.wrong), len(state.open))
        for book, notebook in list_notebooks().items()
        for state in [_sum_up(notebook, answers)]
    }
    columns = ["questions", "right", "look again", "not attempted"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("notebook")


def list_to_look_at(answers: Iterable[Answer]) -> list[str]:
    """A line for each question whose last answer was wrong, or that took more than one answer:
    where it is asked, what was answered, and what the check said to it."""
    answers = list(answers)
    return [
        f"{book}, {name}: {_tell_tries(notebook, name, tries)}"
        for book, notebook in list_notebooks().items()
        for name in list_asked(notebook)
        if (tries := [one for one in answers if (one.notebook, one.question) == (notebook, name)])
        and any(one.verdict == "wrong" for one in tries)
    ]


def list_asked(notebook: str) -> list[str]:
    """The names of a notebook's questions, then of its exercises."""
    checks = importlib.import_module(f"helpers.checks.{notebook}")
    exercises = [_name(name) for name, one in vars(checks).items() if hasattr(one, "is_exercise")]
    return [*checks.QUESTIONS, *exercises]


def tell_progress(folder: Path = COPIES) -> str:
    """What `python -m helpers progress` prints: the table, and what to look at again."""
    path = folder / record.FILE_NAME
    if not (answers := record.read(path)):
        return f"Nothing is answered yet in {folder.name}/. make lab opens your copies there."
    again = list_to_look_at(answers) or ["nothing: no answer was wrong."]
    return "\n".join([tabulate(answers).to_string(), "", "Look at again:", *again])


def export_record(target: Path, folder: Path = COPIES) -> str:
    """Write the learner's answers, as they stand in the record, to a file that can be given away.

    Raises:
        ValueError: nothing is answered yet, or the file is there already.
    """
    if not (answers := record.read(folder / record.FILE_NAME)):
        raise ValueError(f"Nothing is answered yet in {folder.name}/, so nothing was written.")
    if target.exists():
        raise ValueError(f"{target} is there already, and stays as it is. Name another file.")
    target.write_text("".join(map(record.to_line, answers)), encoding="utf-8")
    return (
        f"{len(answers)} answers are in {target}. Nothing else is in it; give it to your teacher."
    )


@dataclass(frozen=True)
class _State:
    """The names of a notebook's questions, by the verdict of the last answer to each."""

    right: list[str]
    wrong: list[str]
    open: list[str]

    @property
    def asked(self) -> list[str]:
        return [*self.right, *self.wrong, *self.open]


def _sum_up(notebook: str, answers: Iterable[Answer]) -> _State:
    last = {one.question: one.verdict for one in answers if one.notebook == notebook}
    asked = list_asked(notebook)
    return _State(
        right=[name for name in asked if last.get(name) == "right"],
        wrong=[name for name in asked if last.get(name) == "wrong"],
        open=[name for name in asked if last.get(name) not in ("right", "wrong")],
    )


def _tell_tries(notebook: str, name: str, tries: list[Answer]) -> str:
    questions = importlib.import_module(f"helpers.checks.{notebook}").QUESTIONS
    wrong = [one.answer for one in tries if one.verdict == "wrong"]
    if name not in questions:
        words = wrong[-1]
    else:
        # Run again with the same answer is no other answer.
        distinct = ", ".join(answer for answer, _ in groupby(wrong))
        words = f"you answered {distinct}. {_explain(questions[name], wrong[-1])}"
    return f"{words} (right by now)" if tries[-1].verdict == "right" else words


def _explain(question: Question, answer: str) -> str:
    said = {str(wrong): why for wrong, why in question.misconceptions.items()}
    return said.get(answer.strip().lower(), question.hint)


def list_notebooks() -> dict[str, str]:
    """The notebooks that ask: their files' names without .ipynb, and without the number."""
    books = sorted(path.stem for path in COMMITTED.glob("*_*.ipynb"))
    named = {book: book.partition("_")[2] for book in books}
    return {
        book: notebook
        for book, notebook in named.items()
        if importlib.util.find_spec(f"helpers.checks.{notebook}")
    }


def _read_verdict(words: str) -> Verdict:
    return next((v for begin, v in _VERDICTS.items() if words.startswith(begin)), "wrong")


def _name(check: str) -> str:
    return check.removeprefix("check_").replace("_", " ")
