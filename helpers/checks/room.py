"""What a room has answered: the records of all its learners, summed up for their teacher."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import record
from helpers.checks.answers import list_asked, list_notebooks
from helpers.record import Answer

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["answered", "right at first", "right by now"]


def read_room(folder: Path) -> dict[str, list[Answer]]:
    """The answers of each learner whose record lies anywhere below the folder: exported ones, under
    any name that ends in .jsonl, and those of the learners of `make hub`.

    Raises:
        ValueError: there is none.
    """
    found = {str(path.relative_to(folder)): record.read(path) for path in folder.rglob("*.jsonl")}
    records = {name: answers for name, answers in sorted(found.items()) if answers}
    if not records:
        raise ValueError(
            f"No record with an answer is below {folder}. Learners write theirs with "
            "python -m helpers progress --export NAME.jsonl"
        )
    return records


def tabulate_room(records: Sequence[Sequence[Answer]]) -> pd.DataFrame:
    """One row for each question or exercise that somebody answered; index: notebook, question.

    Columns: answered, right at first, right by now, each a number of learners.
    """
    import pandas as pd

    rows = {
        (book, question): _count(records, notebook, question)
        for book, notebook in list_notebooks().items()
        for question in list_asked(notebook)
    }
    index = pd.MultiIndex.from_tuples(rows, names=["notebook", "question"])
    table = pd.DataFrame(list(rows.values()), columns=COLUMNS, index=index)
    return table[table["answered"] > 0]


def list_misconceptions(records: Sequence[Sequence[Answer]]) -> list[str]:
    """A line for each wrong answer that somebody gave first, the most frequent first: where, how
    many learners, and what lies behind it."""
    lines: list[tuple[int, str]] = []
    for book, notebook in list_notebooks().items():
        questions = importlib.import_module(f"helpers.checks.{notebook}").QUESTIONS
        for name, question in questions.items():
            said = {str(wrong): why for wrong, why in question.misconceptions.items()}
            wrong = Counter(
                tries[0].answer.strip().lower()
                for tries in (_list_tries(answers, notebook, name) for answers in records)
                if tries and tries[0].verdict == "wrong"
            )
            lines += [
                (
                    number,
                    f"{number} x {answer} in {book}, {name}: {said.get(answer, question.hint)}",
                )
                for answer, number in wrong.items()
            ]
    return [words for _, words in sorted(lines, key=lambda line: -line[0])]


def tell_room(folder: Path) -> str:
    """What `python -m helpers progress --room FOLDER` prints.

    Raises:
        ValueError: no record is there.
    """
    records = list(read_room(folder).values())
    learners = f"{len(records)} learner{'s' * (len(records) != 1)}"
    wrong = list_misconceptions(records) or ["nobody: no first answer to a question was wrong."]
    table = tabulate_room(records).to_string()
    return "\n".join([learners, table, "", "Who fell for what, at first:", *wrong])


def _count(
    records: Sequence[Sequence[Answer]], notebook: str, question: str
) -> tuple[int, int, int]:
    tries = [_list_tries(answers, notebook, question) for answers in records]
    answered = [each for each in tries if each]
    first = sum(each[0].verdict == "right" for each in answered)
    return len(answered), first, sum(each[-1].verdict == "right" for each in answered)


def _list_tries(answers: Sequence[Answer], notebook: str, question: str) -> list[Answer]:
    """One learner's attempts at a question, oldest first."""
    return [
        one
        for one in answers
        if (one.notebook, one.question) == (notebook, question) and one.verdict != "not attempted"
    ]
