"""The short part of the comparison: the key's notebook, and transactions through the bank."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.notebooks.real_account import NOTEBOOKS
from tests.parity.comparison import compare
from tests.parity.differences import BY_DESIGN, GAPS, TIMES
from tests.parity.server import PYTHON, client_environment, serve_ministack

ROOT = Path(__file__).parents[2]
COMMAND = (
    "import sys; from tests.parity import bridge; bridge.install(); "
    "from helpers.__main__ import main; sys.exit(main())"
)

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="ministack is missing: `make .venv/ministack/ready` installs it."
)


def run_command(address: str, *arguments: str) -> str:
    """What `python -m helpers` prints on an account behind this address."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, **client_environment(address)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_notebook_of_the_key_says_what_it_says_here() -> None:
    (path,) = (path for path in NOTEBOOKS if path.name.startswith("01"))
    found = compare(path)
    assert len(found) > 10
    assert not [str(each) + "\n" + each.there for each in found if not each.is_expected]


def test_transactions_go_through_a_bank_and_nothing_is_left() -> None:
    """In real time: LAB=aws, another implementation of AWS, and no notebook."""
    with serve_ministack() as address:
        told = run_command(address, "run", "--transactions", "30", "--fail", "0")
        assert "30 sent = 30 booked + 0 dead-lettered" in told
        looked = run_command(address, "clean", "--dry-run")
        assert "would delete: SQS queue anna-banking-queue" in looked
        assert "Nothing with the tag lab=anna is left." in run_command(address, "clean")
        assert "Nothing with the tag lab=anna was found." in run_command(address, "clean")


def test_differences_name_cells_that_exist_once_and_pages_of_aws() -> None:
    cells = [cell for each in (*BY_DESIGN, *GAPS) for cell in each.cells] + [*TIMES]
    known = {
        f"{path.name[:2]}/{line.split(chr(34))[3]}"
        for path in NOTEBOOKS
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith('   "id": ')
    }
    assert not {cell for cell, times in Counter(cells).items() if times > 1}
    assert set(cells) <= known
    assert all(each.source.startswith("https://docs.aws.amazon.com/") for each in GAPS)
