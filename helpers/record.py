"""The record of what a learner has answered: one line of JSON for each verdict of a check, in a
file beside the learner's copies of the notebooks. Nothing leaves the machine.

A line has the members of `Answer`. The file is there where `python -m helpers copies` made it, and
checks write only where it is: the committed notebooks, run by anyone, leave nothing behind.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

FILE_NAME = "my-answers.jsonl"

Verdict = Literal["right", "wrong", "not attempted"]


@dataclass(frozen=True)
class Answer:
    """One answer to one question, and what a check said of it.

    Attributes:
        notebook: its name without the number, such as create_queues.
        question: the question's name, or that of the exercise's check, such as own queue.
        answer: what was answered to a question; for an exercise what its check replied.
    """

    notebook: str
    question: str
    answer: str
    verdict: Verdict


def keep(answer: Answer, folder: Path | None = None) -> None:
    """Add the answer to the record in the folder, the notebook's own by default; if it has one.

    A record that cannot be written is no reason to stop a lesson: then nothing is kept.
    """
    with suppress(OSError):
        # Without O_CREAT, and in one write: two kernels may answer at once.
        record = os.open((folder or Path.cwd()) / FILE_NAME, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(record, to_line(answer).encode())
        finally:
            os.close(record)


def to_line(answer: Answer) -> str:
    """The answer as it stands in a record."""
    return json.dumps(asdict(answer), ensure_ascii=False) + "\n"


def read(record: Path) -> list[Answer]:
    """The answers of a record, oldest first; none where there is no such file.

    What is not a line of a record, such as half a line from a full disk, is stepped over.
    """
    try:
        lines = record.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return list(_parse(lines))


def _parse(lines: list[str]) -> Iterator[Answer]:
    for line in lines:
        with suppress(ValueError, TypeError):
            answer = Answer(**json.loads(line))
            if all(isinstance(value, str) for value in asdict(answer).values()):
                yield answer
