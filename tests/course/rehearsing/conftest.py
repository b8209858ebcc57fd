"""Consumers of payments, each right or with one bug, as somebody would have them on disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

CONSUMERS = Path(__file__).parent / "consumers"

PAYMENTS = [
    {
        "payment": f"pay-{number:03}",
        "account": f"acct-{'ab'[number % 2]}",
        "cents": 1000 + number,
        "state": f"state-{number}",
        "version": number,
    }
    for number in range(4)
]


@pytest.fixture
def consumer(tmp_path: Path) -> Callable[[str], Path]:
    """The folder of a consumer, by its name: its template, and its code in src."""

    def make(name: str) -> Path:
        (file,) = CONSUMERS.glob(f"*/{name}.py")
        (tmp_path / "src").mkdir()
        shutil.copy(CONSUMERS / "template.yaml", tmp_path)
        shutil.copy(file, tmp_path / "src" / "app.py")
        if "powertools" in name:
            (tmp_path / "src" / "requirements.txt").write_text("aws-lambda-powertools\nboto3\n")
        return tmp_path

    return make
