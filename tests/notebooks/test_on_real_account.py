"""With LAB=aws the same cells run, ask AWS for nothing new, and touch nobody else's things."""

from pathlib import Path

import pytest

from helpers.aws.skipping import MARK

from .kernel import list_errors
from .real_account import NOTEBOOKS, OTHERS, read_requests, run


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_same_cells_run(path: Path) -> None:
    found = run(path)
    assert not list_errors(found.cells)
    for cell in found.cells:
        if mark := MARK.match(cell.source):
            assert cell.outputs[0].text == f"{mark[1]} This cell is skipped.\n"
    assert sorted(found.requests) == read_requests(path), (
        "The notebook asks AWS for something else than recorded. If a real account answers it, "
        "too: python -m tests.notebooks.real_account"
    )
    assert found.left == OTHERS, "what other people had, and nothing else"
