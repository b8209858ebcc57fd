"""The notebooks in a real JupyterLab in a real browser, judged by the file that it saves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.notebooks.rules.notebook import Notebook, read_notebook

from .lab_page import LabPage
from .lab_server import serve_lab

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = Path(__file__).parents[2] / "notebooks"
MUST_FAIL = Path(__file__).parent / "data" / "must_fail.ipynb"
NAMES = ("00_start_here.ipynb", "03_visibility_experiments.ipynb", "06_test_the_pipeline.ipynb")


def copy_unrun(source: Path, folder: Path) -> None:
    """A copy with nothing run in it: all that is found there afterwards was made there."""
    content: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    (folder / source.name).write_text(json.dumps(content), encoding="utf-8")


def find_faults(notebook: Notebook) -> list[str]:
    """What a run left undone, or ended in an error."""
    unrun = [f"cell {cell.number} was not run" for cell in notebook.code if not count(cell.raw)]
    errors = [
        f"cell {cell.number}: {output.text}"
        for cell in notebook.code
        for output in cell.outputs
        if output.kind in ("error", "stderr")
    ]
    return unrun + errors


def count(cell: dict[str, Any]) -> int:
    return int(cell["execution_count"] or 0)


def find_sentences(notebook: Notebook) -> list[str]:
    """What its pictures show, each in a sentence."""
    outputs = [output for cell in notebook.code for output in cell.outputs]
    return [output.data["text/plain"] for output in outputs if output.is_picture]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's notebooks, and one that must fail."""
    folder = tmp_path_factory.mktemp("notebooks")
    for source in (*FOLDER.glob("*.ipynb"), MUST_FAIL):
        copy_unrun(source, folder)
    return folder


@pytest.fixture(scope="module")
def address(
    browser: Browser, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with serve_lab(folder, tmp_path_factory.mktemp("jupyterlab")) as address:
        yield address


@pytest.fixture
def open_notebook(browser: Browser, address: str) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1300, "height": 1100})
    yield lambda name: LabPage.open(page, address, name)
    page.close()


@pytest.mark.parametrize("name", NAMES)
def test_notebook_runs_to_its_end(open_notebook: Any, folder: Path, name: str) -> None:
    lab = open_notebook(name)
    lab.run_all()
    lab.save()
    assert find_faults(read_notebook(folder / name)) == []
    seen, sentences = lab.read_pictures(), find_sentences(read_notebook(FOLDER / name))
    assert seen == [[sentence, sentence] for sentence in sentences]
    assert sentences


def test_notebook_runs_after_a_restart_in_its_middle(open_notebook: Any, folder: Path) -> None:
    name = NAMES[0]
    cells = read_notebook(FOLDER / name).code
    lab = open_notebook(name)
    lab.run_above(len(cells) // 2)
    lab.restart()
    lab.run_all()
    lab.save()
    saved = read_notebook(folder / name)
    assert find_faults(saved) == []
    assert [count(cell.raw) for cell in saved.code] == list(range(1, len(cells) + 1))


def test_notebook_that_fails_is_found_out(open_notebook: Any, folder: Path) -> None:
    lab = open_notebook(MUST_FAIL.name)
    lab.run_all()
    lab.save()
    unrun, error = find_faults(read_notebook(folder / MUST_FAIL.name))
    assert unrun == "cell 4 was not run"
    assert error.startswith("cell 3: ZeroDivisionError\ndivision by zero")
