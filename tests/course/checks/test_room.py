"""The records of a room: who answered what at first, and what lies behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers import record
from helpers.__main__ import main
from helpers.checks import room
from helpers.checks.start_here import QUESTIONS
from helpers.record import Answer, Verdict

NOTEBOOK, NAME = "start_here", "received message"
RIGHT = str(QUESTIONS[NAME].right)
WRONG, *_ = map(str, QUESTIONS[NAME].misconceptions)


def write(path: Path, *tries: tuple[str, Verdict], notebook: str = NOTEBOOK) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [record.to_line(Answer(notebook, NAME, answer, verdict)) for answer, verdict in tries]
    path.write_text("".join(lines), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four learners: one right, two wrong first, one who has only run the cell."""
    write(tmp_path / "anna.jsonl", (RIGHT, "right"))
    write(tmp_path / "ben.jsonl", ("", "not attempted"), (WRONG, "wrong"), (RIGHT, "right"))
    write(tmp_path / "room" / "cleo" / record.FILE_NAME, (WRONG, "wrong"), (WRONG, "wrong"))
    write(tmp_path / "dan.jsonl", ("", "not attempted"))
    (tmp_path / "notes.txt").write_text("not a record")
    return tmp_path


def test_first_answers_are_counted_and_last_ones(folder: Path) -> None:
    table = room.tabulate_room(list(room.read_room(folder).values()))
    assert table.to_dict("index") == {
        ("00_start_here", NAME): {"answered": 3, "right at first": 1, "right by now": 2}
    }


def test_who_fell_for_what_is_told_with_what_lies_behind_it(folder: Path) -> None:
    (line,) = room.list_misconceptions(list(room.read_room(folder).values()))
    why = {str(answer): said for answer, said in QUESTIONS[NAME].misconceptions.items()}[WRONG]
    assert line == f"2 x {WRONG} in 00_start_here, {NAME}: {why}"


def test_an_answer_without_a_reply_of_its_own_has_the_hint(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", ("perhaps", "wrong"))
    (line,) = room.list_misconceptions(list(room.read_room(tmp_path).values()))
    assert line.endswith(QUESTIONS[NAME].hint)


def test_questions_of_another_course_are_stepped_over(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", (WRONG, "wrong"), notebook="of_another_course")
    records = list(room.read_room(tmp_path).values())
    assert room.tabulate_room(records).empty
    assert room.list_misconceptions(records) == []


def test_command_tells_the_room(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["progress", "--room", str(folder)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("4 learners\n")
    assert f"2 x {WRONG}" in said


def test_a_folder_without_records_says_how_they_come_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["progress", "--room", str(tmp_path)]) == 2
    assert "progress --export NAME.jsonl" in capsys.readouterr().err
