"""The pipeline without a notebook, and the command line around it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from helpers import Lab, open_lab
from helpers import __main__ as command
from helpers.bank import ledger, rehearsal

ROOT = Path(__file__).parents[3]


def test_the_share_that_was_asked_for_fails(lab: Lab) -> None:
    result = rehearsal.rehearse(lab, 60, 0.25)
    assert result.table["messages"].to_dict() == {
        "sent": 60, "booked": 45, "dead-lettered": 15, "difference": 0,
    }  # fmt: skip
    assert result.is_balanced


def test_more_than_one_invocation_sends(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "AT_ONCE", 20)
    result = rehearsal.rehearse(lab, 50, 0)
    assert result.table["messages"]["booked"] == 50
    assert list(result.count_sendings()["sent"]) == [20, 20, 10]


def test_a_bank_in_use_is_not_emptied_unasked(lab: Lab) -> None:
    rehearsal.rehearse(lab, 10, 0.5)
    with pytest.raises(rehearsal.BankInUse, match="5 bookings and 5 dead letters"):
        rehearsal.rehearse(lab, 10, 0.5)
    assert len(ledger.read_bookings()) == 5
    assert rehearsal.rehearse(lab, 10, 0, reset=True).table["messages"]["booked"] == 10


@pytest.mark.parametrize(("transactions", "fail"), [(0, 0.1), (10, -0.1), (10, 1.1)])
def test_numbers_out_of_range(lab: Lab, transactions: int, fail: float) -> None:
    with pytest.raises(ValueError, match="1 transaction or more, and a share from 0 to 1"):
        rehearsal.rehearse(lab, transactions, fail)


def test_command_prints_the_table_and_the_proof(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--lab", "embedded", "run", "--transactions", "40", "--fail", "0.05"]) == 0
    printed = capsys.readouterr().out
    assert "40 sent = 38 booked + 2 dead-lettered; EUR" in printed


def test_status_tells_whether_the_books_balance(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A booking disappears before the books are looked at."""
    reconcile = rehearsal.reconcile

    def lose_one(*arguments: object) -> object:
        entry = f"transaction/{ledger.read_bookings().index[0]}"
        boto3.client("dynamodb").delete_item(TableName=ledger.TABLE, Key={"entry": {"S": entry}})
        return reconcile(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(rehearsal, "reconcile", lose_one)
    assert command.main(["--lab", "embedded", "run", "--transactions", "10"]) == 1
    assert "neither booked nor dead-lettered" in capsys.readouterr().out


def test_errors_are_words_and_a_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--lab", "embedded", "run", "--transactions", "0"]) == 2
    assert "A rehearsal takes 1 transaction or more" in capsys.readouterr().err
    monkeypatch.delenv("LAB_ACCOUNT_ID", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert command.main(["--lab", "aws", "clean", "--dry-run"]) == 2
    assert "LAB_ACCOUNT_ID is not set. A lab costs money" in capsys.readouterr().err
    assert command.main(["--lab", "embedded", "clean"]) == 0
    with open_lab():
        pass  # and the door is gone


def test_python_dash_m() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "helpers", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "clean" in told.stdout
