"""What Sphinx is given to read, and that it refuses what it cannot follow."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.tooling.environment import ROOT
from tests.tooling.site.__main__ import LINKED, PAGES
from tests.tooling.site.reader import read_notebook, slug_heading

pytest.importorskip("sphinx", reason="Sphinx is missing: `make test` installs it.")


def picture(sentence: str) -> Any:
    shown = {"image/png": {"alt": sentence}}
    return new_output("display_data", {"image/png": "iVBORw0KGgo="}, metadata=shown)


def read(*outputs: Any) -> Any:
    notebook = new_notebook(cells=[new_code_cell("draw()", outputs=list(outputs))])
    return read_notebook(nbformat.writes(notebook)).cells[0].metadata


def test_picture_lends_its_sentence_to_its_cell() -> None:
    printed = new_output("stream", name="stdout", text="It falls.\n")
    assert read(picture("It falls."), printed) == {"mystnb": {"image": {"alt": "It falls."}}}
    assert read(printed) == {}


def test_two_pictures_in_a_cell_are_refused() -> None:
    with pytest.raises(ValueError, match="two pictures"):
        read(picture("It falls."), picture("It rises."))


def test_what_judges_an_answer_is_folded() -> None:
    cells = [new_code_cell(source) for source in ('print(checks.judge("order", a))', "print(a)")]
    judged, plain = read_notebook(nbformat.writes(new_notebook(cells=cells))).cells
    assert judged.metadata == {"tags": ["hide-output"]}
    assert plain.metadata == {}


def test_heading_is_named_as_in_jupyterlab() -> None:
    assert slug_heading("What a batch saves") == "What-a-batch-saves"


def test_dead_link_stops_the_build(tmp_path: Path) -> None:
    for name in ("notebooks", "tests/tooling"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("README.md", "LICENSE", "tests/__init__.py", *PAGES, *LINKED):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    start, *others = sorted((tmp_path / "notebooks").glob("*.ipynb"))
    for path in others:  # their titles are enough to link to, and quick to read
        notebook = nbformat.read(path, as_version=4)
        nbformat.write(new_notebook(cells=notebook.cells[:1]), path)
    start.write_text(start.read_text().replace("(01_create_a_kms_key.ipynb)", "(01_lost.ipynb)"))
    command = [sys.executable, "-m", "tests.tooling.site", "site"]
    build = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert build.returncode != 0
    assert "target not found: '01_lost.ipynb'" in build.stderr
