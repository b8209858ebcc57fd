"""The record of answers, and what it tells the learner."""

import multiprocessing
from pathlib import Path

import pytest

from helpers import record
from helpers.__main__ import main
from helpers.checks import answers, create_queues, start_here
from helpers.checks.missing import find_heading
from helpers.copies import make_copies
from helpers.record import Answer
from tests.course.test_notebooks import PATHS, read_cells


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's folder, in which a notebook of hers runs."""
    make_copies(copies=tmp_path / "my-notebooks")
    monkeypatch.chdir(tmp_path / "my-notebooks")
    return tmp_path / "my-notebooks"


def read(folder: Path) -> list[Answer]:
    return record.read(folder / record.FILE_NAME)


def test_answers_are_kept_with_their_verdicts(copies: Path) -> None:
    right = create_queues.QUESTIONS["order"].right
    for answer in (..., "no such answer", right):
        create_queues.judge("order", answer)
    assert [(one.answer, one.verdict) for one in read(copies)] == [
        ("", "not attempted"),
        ("no such answer", "wrong"),
        (str(right), "right"),
    ]


def test_the_committed_notebooks_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    create_queues.judge("order", "a")
    assert not list(tmp_path.iterdir())
    assert "make lab" in create_queues.tell_answers()


def test_a_notebook_tells_its_own(copies: Path) -> None:
    names = answers.list_asked("create_queues")
    assert names[-2:] == ["repair", "own queue"]  # the exercises, after the questions
    first, second = list(create_queues.QUESTIONS)[:2]
    create_queues.judge(first, create_queues.QUESTIONS[first].right)
    create_queues.judge(second, -5)
    start_here.judge(next(iter(start_here.QUESTIONS)), "?")  # another notebook's
    told = create_queues.tell_answers()
    assert f"1 of {len(names)} right" in told
    assert f'look at again: "{find_heading(second, "create_queues")}";' in told
    assert f"not attempted: {len(names) - 2}." in told


def test_an_exercise_is_kept(copies: Path) -> None:
    @answers.exercise
    def check_something(words: str) -> str:
        return words

    assert check_something("Not yet: it is too short.") == "Not yet: it is too short."
    check_something("Right: it is long enough.")
    assert [(one.question, one.verdict) for one in read(copies)] == [
        ("something", "wrong"),
        ("something", "right"),
    ]


def test_the_table_and_what_to_look_at_again(copies: Path) -> None:
    name, question = next((n, q) for n, q in create_queues.QUESTIONS.items() if q.misconceptions)
    wrong, why = next(iter(question.misconceptions.items()))
    create_queues.judge(name, wrong)
    table = answers.tabulate(read(copies))
    assert table.loc["02_create_queues", "look again"] == 1
    assert (table["questions"] == table[["right", "look again", "not attempted"]].sum(axis=1)).all()
    (line,) = answers.list_to_look_at(read(copies))
    assert line.startswith(f"02_create_queues, {name}: you answered {wrong}.")
    assert why in line
    right = question.right
    create_queues.judge(name, right[0] if isinstance(right, tuple) else right)
    assert answers.list_to_look_at(read(copies)) == [f"{line} (right by now)"]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_each_notebook_ends_with_what_was_answered_in_it(path: Path) -> None:
    code = [cell["source"] for cell in read_cells(path) if cell["cell_type"] == "code"]
    assert "checks.tell_answers()" in code[-1]


def test_every_notebook_that_asks_is_in_the_table() -> None:
    table = answers.tabulate([])
    assert len(table) >= 9
    assert (table["not attempted"] >= 3).all()


@pytest.mark.parametrize("spoilt", [b"\xff\xfe", b"[1]\n", b'{"notebook": 1}\n', b'{"notebook"'])
def test_a_spoilt_line_is_stepped_over(copies: Path, spoilt: bytes) -> None:
    create_queues.judge("order", "a")
    with (copies / record.FILE_NAME).open("ab") as file:
        file.write(spoilt)
    assert len(read(copies)) == 1
    assert "02_create_queues" in answers.tell_progress(copies)


def test_no_record_is_no_error(tmp_path: Path) -> None:
    assert "Nothing is answered yet" in answers.tell_progress(tmp_path)


def test_two_kernels_answer_at_once(copies: Path) -> None:
    context = multiprocessing.get_context("spawn")
    kernels = [context.Process(target=_answer, args=(copies, str(n))) for n in range(2)]
    for kernel in kernels:
        kernel.start()
    for kernel in kernels:
        kernel.join()
    assert sorted(one.answer for one in read(copies)) == ["0"] * 200 + ["1"] * 200


def _answer(folder: Path, name: str) -> None:
    for _ in range(200):
        record.keep(Answer("create_queues", "order", name, "wrong"), folder)


def test_answers_can_be_given_away_and_nothing_is_overwritten(copies: Path, tmp_path: Path) -> None:
    create_queues.judge("order", "a")
    target = tmp_path / "ada.jsonl"
    assert "1 answers are in" in answers.export_record(target, copies)
    assert record.read(target) == read(copies)
    with pytest.raises(ValueError, match="stays as it is"):
        answers.export_record(target, copies)


def test_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["progress"]) == 0
    assert capsys.readouterr().out
