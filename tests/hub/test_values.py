"""What Kubernetes is told is what was measured, and what an image of repo2docker holds."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import yaml

from tests.tooling.environment import ROOT, read_project

VALUES = yaml.safe_load((ROOT / "hub/values.yaml").read_text(encoding="utf-8"))
PAGE = (ROOT / "hub/README.md").read_text(encoding="utf-8")


def test_a_learner_is_given_what_one_was_measured_to_take() -> None:
    (row,) = re.findall(r"memory of a learner at the peak \| ([\d.]+) GB \| ([\d.]+) GB", PAGE)
    memory = VALUES["singleuser"]["memory"]
    sizes = {name: int(size.removesuffix("M")) / 1024 for name, size in memory.items()}
    assert max(map(float, row)) <= sizes["guarantee"] * 1.074 + 0.01  # GiB and GB
    assert sizes["limit"] >= 1.4 * sizes["guarantee"]


def test_the_image_is_that_of_the_course() -> None:
    version = read_project()["project"]["version"]  # type: ignore[index]
    assert version.startswith(VALUES["singleuser"]["image"]["tag"])
    assert f"sqs-lambda-course:{VALUES['singleuser']['image']['tag']}" in PAGE


def test_start_makes_copies_and_then_does_what_it_is_asked(tmp_path: Path) -> None:
    assert os.access(ROOT / "start", os.X_OK)
    environment = {**os.environ, "LAB_COPIES": str(tmp_path / "my-notebooks")}
    environment["PATH"] = f"{ROOT / '.venv/bin'}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        [ROOT / "start", "echo", "served"],
        cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == "served\n", done.stderr
    assert len(list((tmp_path / "my-notebooks").glob("*.ipynb"))) >= 9


def test_link_opens_a_notebook_that_is_there() -> None:
    (link,) = re.findall(r"git-pull\?\S+", PAGE)
    (path,) = re.findall(r"urlpath=lab%2Ftree%2F[\w-]+%2F(\S+)", link)
    assert (ROOT / path.replace("%2F", "/")).is_file()
