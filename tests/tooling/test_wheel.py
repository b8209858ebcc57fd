"""The course as an installed package: nothing of it needs the checkout that it was built from."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.tooling.environment import ROOT

RUN = ("--nbval", "--nbval-current-env", "--nbval-cell-timeout", "60", "-q", "notebooks")
WHERE = "import helpers; from helpers.data_files import find_data; print(find_data('prices.csv'))"


def run(folder: Path, *command: str | Path) -> str:
    """What a command prints that nothing in the environment leads to the checkout."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment: the wheel, and the packages that the tests have.

    Those are found by a path file. Python does not follow the path files of that folder again,
    the one of the checkout among them.
    """
    folder = tmp_path_factory.mktemp("wheel")
    run(ROOT, sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    run(folder, sys.executable, "-m", "venv", "--without-pip", "fresh")
    python = folder / "fresh" / Path(sys.executable).relative_to(sys.prefix)
    (wheel,) = folder.glob("*.whl")
    uv = (sys.executable, "-m", "uv", "pip", "install", "--python", python)
    run(folder, *uv, "--offline", "--no-deps", wheel)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(run(folder, python, "-c", where).strip())
    (packages / "tools.pth").write_text(sysconfig.get_path("purelib"))
    return python


def test_notebooks_run_beside_the_wheel(installed: Path, tmp_path: Path) -> None:
    assert str(ROOT) not in run(tmp_path, installed, "-c", WHERE)
    (tmp_path / "notebooks").mkdir()
    for number in ("00", "04"):
        (notebook,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
        shutil.copy(notebook, tmp_path / "notebooks")
    run(tmp_path, installed, "-m", "pytest", "-p", "no:cacheprovider", *RUN)


def test_a_strangers_project_is_rehearsed_and_tested(installed: Path, tmp_path: Path) -> None:
    """As the pages say: the command, a test with the fixture, and a notebook of one's own."""
    shutil.copytree(ROOT / "tests" / "course" / "rehearsing" / "example", tmp_path / "shop")
    shop = tmp_path / "shop"
    command = ("-m", "helpers", "rehearse", "template.yaml", "--messages", "messages.jsonl")
    out = run(shop, installed, *command, "--storm", "dies", "--junit", "rehearsal.xml")
    assert out.splitlines()[-1] == "Green in every storm."
    assert 'failures="0"' in (shop / "rehearsal.xml").read_text()
    nbval = ("--nbval", "--nbval-current-env")
    passed = run(shop, installed, "-m", "pytest", "-q", "-p", "no:cacheprovider", *nbval)
    assert "4 passed" in passed
