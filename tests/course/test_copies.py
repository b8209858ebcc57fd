"""A learner's copies: without outputs, never overwritten, and fresh again when asked."""

import subprocess
from pathlib import Path

import nbformat
import pytest

from helpers.__main__ import main
from helpers.copies import COMMITTED, COPIES, make_copies, reset_copy

BOOKS = sorted(COMMITTED.glob("*.ipynb"))


def test_copies_are_the_notebooks_without_what_they_printed(tmp_path: Path) -> None:
    copies = make_copies(copies=tmp_path / "mine")
    assert [copy.name for copy in copies] == [book.name for book in BOOKS]
    for book, copy in zip(BOOKS, copies, strict=True):
        fresh = nbformat.read(copy, as_version=4)
        nbformat.validate(fresh)
        written = nbformat.read(book, as_version=4)
        assert [cell.source for cell in fresh.cells] == [cell.source for cell in written.cells]
        assert any(cell.get("outputs") for cell in written.cells)
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in fresh.cells)
    assert len(list((tmp_path / "mine").glob("*.ipynb"))) == len(BOOKS)


def test_a_copy_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    mine, lost, *_ = make_copies(copies=tmp_path)
    mine.write_text("my answers")
    lost.unlink()
    assert make_copies(copies=tmp_path) == [lost]
    assert mine.read_text() == "my answers"


@pytest.mark.parametrize("number", ["03", "3", "A1", "a1"])
def test_a_reset_keeps_each_old_copy_beside_the_fresh_one(tmp_path: Path, number: str) -> None:
    fresh, kept = reset_copy(number, copies=tmp_path)
    assert kept is None
    unused = fresh.read_text()
    for answers in ("first", "second"):
        fresh.write_text(answers)
        assert reset_copy(number, copies=tmp_path)[0] == fresh
        assert fresh.read_text() == unused
    stem = fresh.stem
    assert (tmp_path / f"{stem}.old-1.ipynb").read_text() == "first"
    assert (tmp_path / f"{stem}.old-2.ipynb").read_text() == "second"


@pytest.mark.parametrize("number", ["42", "", "../03", "three"])
def test_an_unknown_number_is_told_which_there_are(
    capsys: pytest.CaptureFixture[str], number: str
) -> None:
    assert main(["reset", number]) == 2
    assert (
        f"No notebook has the number {number!r}. Choose one of: 00, 01" in capsys.readouterr().err
    )


def test_without_the_repository_there_is_nothing_to_copy(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Clone the course's repository"):
        make_copies(tmp_path, tmp_path / "mine")


def test_git_ignores_the_copies() -> None:
    ignored = subprocess.run(["git", "check-ignore", "-q", COPIES / "x.ipynb"], cwd=COMMITTED)
    assert ignored.returncode == 0
