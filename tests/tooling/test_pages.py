"""The pages beside the code: short, their links alive, their picture drawn from the course."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from helpers import plots
from tests.tooling.environment import ROOT, read_project
from tests.tooling.picture import PICTURE

PAGES = sorted(ROOT.glob("*.md"))
LINES = {"README.md": 250, "CONTRIBUTING.md": 80, "ARCHITECTURE.md": 100}
LINK = re.compile(r"!?\[[^]]*\]\(([^)\s]+)\)")


def list_anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith(("https://", "http://")):
            continue  # no test leaves this machine
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in list_anchors(target), link


@pytest.mark.parametrize(("name", "most"), LINES.items())
def test_pages_are_short(name: str, most: int) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) < most


def test_commands_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8")))
        assert named <= targets, page.name


def test_folders_of_the_map_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    folders = re.findall(r"^\| `([\w/]+/)` \|", text, re.MULTILINE)
    assert len(folders) >= 5
    assert all((ROOT / folder).is_dir() for folder in folders)


def test_picture_is_the_map_of_the_course() -> None:
    drawn = {text.get_text() for axes in plots.draw_map().axes for text in axes.texts}
    words = {line for text in drawn for line in text.splitlines()}
    shown = set(re.findall(r">([^<>]+)</text>", PICTURE.read_text(encoding="utf-8")))
    assert words == shown, "run `.venv/bin/python -m tests.tooling.picture`"


def test_workflow_covers_what_is_supported() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text())
    matrix = workflow["jobs"]["locked"]["strategy"]["matrix"]
    project = read_project()["project"]
    assert isinstance(project, dict)
    assert f">={matrix['python'][0]}" == project["requires-python"]
    assert [system.split("-")[0] for system in matrix["os"]] == ["ubuntu", "macos", "windows"]
    targets = (ROOT / "Makefile").read_text()
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    for target in re.findall(r"^make (\w+)$", "\n".join(s.get("run", "") for s in steps), re.M):
        assert f"\n{target}:" in targets
    assert any(step.get("run") == ".ci/run" for step in steps)
    assert "schedule" in workflow[True]  # YAML reads the key `on` as a truth


def test_container_starts_the_course() -> None:
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
    file = (ROOT / ".devcontainer" / container["build"]["dockerfile"]).read_text()
    assert re.search(r"^FROM python:3\.1[1-4]-slim", file)
    for command in ("updateContentCommand", "postAttachCommand"):
        assert container[command].startswith("make ")


def test_hooks_run_what_is_installed() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    for hook in (hook for repository in config["repos"] for hook in repository["hooks"]):
        assert hook["language"] == "system", "no hook brings a version of its own"
        for name in re.findall(r"tests/\S+\.py", hook["entry"]):
            assert (ROOT / name).is_file()


def test_the_address_and_the_version_are_the_same_everywhere() -> None:
    project = read_project()["project"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["repository-code"] == project["urls"]["Repository"]  # type: ignore[index]
    assert cited["version"] == project["version"]  # type: ignore[index]
    assert f"## {cited['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    address = cited["repository-code"].partition("//")[2].replace("/", "%2F")
    assert address in (ROOT / "hub/README.md").read_text(encoding="utf-8")
