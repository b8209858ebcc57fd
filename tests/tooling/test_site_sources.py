"""What Sphinx is given to read, and that it refuses what it cannot follow."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.tooling.environment import ROOT
from tests.tooling.site.__main__ import LINKED, PAGES, point_outside
from tests.tooling.site.doors import read_repository
from tests.tooling.site.reader import read_notebook, slug_heading

pytest.importorskip("sphinx", reason="Sphinx is missing: `make test` installs it.")


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


def test_a_link_to_what_the_site_does_not_have_leads_to_the_repository() -> None:
    home = read_repository()
    text = "[a](../README.md) [b](../tests/course) [c](../Makefile) [d](https://e.org) [f](gone.md)"
    assert point_outside("hub/README.md", text) == (
        f"[a](../README.md) [b]({home}/tree/main/tests/course) [c]({home}/blob/main/Makefile) "
        "[d](https://e.org) [f](gone.md)"
    )
