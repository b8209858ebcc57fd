"""Five learners in one room, at the same time, each on a server of their own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("jupyterhub", reason="JupyterHub is missing: `make test` installs it.")
pytest.importorskip("resource", reason="A room needs Linux or macOS.")

from helpers import record
from tests.hub.__main__ import enter_all, run_all
from tests.hub.room_client import ROOT, MemoryWatch, Room, open_room

NAMES = [f"learner-{number}" for number in range(5)]
NOTEBOOK = ROOT / "notebooks" / "06_test_the_pipeline.ipynb"
GIGABYTE = 1e9
MOST = 0.6
"""Gigabytes that a learner takes, as hub/README.md says; values.yaml has it, too."""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with open_room(tmp_path_factory.mktemp("room"), memory="900M") as room:
        asyncio.run(enter_all(room, NAMES))
        yield room


def test_five_learners_run_a_notebook_at_once(room: Room) -> None:
    with MemoryWatch({name: room.find_server(name) for name in NAMES}) as watch:
        learners = asyncio.run(run_all(room, NAMES, NOTEBOOK))
    assert {learner.name: learner.failed for learner in learners} == {name: [] for name in NAMES}
    proof = "100 sent = 88 booked + 12 dead-lettered"
    assert all(proof in "".join(learner.printed) for learner in learners)
    assert all(0.1 < taken / GIGABYTE < MOST for taken in watch.most.values())


def test_each_learner_has_copies_of_their_own_without_outputs(room: Room) -> None:
    names = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    for learner in NAMES:
        copies = Path(room.folder, learner, "my-notebooks")
        assert {path.name for path in copies.glob("*.ipynb")} == names
        cells = json.loads((copies / NOTEBOOK.name).read_text())["cells"]
        assert not any(cell.get("outputs") for cell in cells)
        assert Path(copies, record.FILE_NAME).read_text(), "the run above has left its answers"


def test_far_too_much_at_once_is_an_error_in_the_cell(room: Room) -> None:
    (seen,) = [asyncio.run(room.run(NAMES[0], ["big = bytearray(10**11)", "print('still here')"]))]
    assert [error.splitlines()[-1] for error in seen.failed] == ["MemoryError: "]
    assert seen.printed == ["still here\n"]


def test_too_much_in_all_ends_the_kernel_and_nothing_else(room: Room) -> None:
    server, other = room.find_server(NAMES[1]), room.find_server(NAMES[2])
    cells = [
        "import time",
        "kept = [bytearray(b'x' * 10**8) for _ in range(10)]",
        "time.sleep(60)",
    ]
    seen = asyncio.run(room.run(NAMES[1], cells))
    assert [error.splitlines()[-1] for error in seen.failed] == ["the kernel is gone"]
    assert room.find_server(NAMES[1]) == server
    assert room.find_server(NAMES[2]) == other
    again = asyncio.run(room.run(NAMES[1], ["print(1 + 1)"]))
    assert again.printed == ["2\n"]
