"""The notebooks as lessons: the index, the questions, and solutions that the checks accept."""

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.course.conftest import run_cell

FOLDER = Path(__file__).parents[2] / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))
SOLUTION = re.compile(r"<summary>Solution</summary>\s*```python\n(.*?)```", re.DOTALL)
STUB = re.compile(r"^(\w+ = \.\.\.|# your code)$", re.MULTILINE)


def read_cells(path: Path) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in cells]


def run_with_solutions(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What each exercise prints, by cell id, when its stub is replaced by its solution."""
    printed: dict[str, str] = {}
    namespace: dict[str, Any] = {}
    solution = ""
    for cell in read_cells(path):
        if cell["cell_type"] == "markdown":
            found = SOLUTION.search(cell["source"])
            solution = found[1] if found else ""
            continue
        code = cell["source"]
        if solution:
            assert STUB.search(code), f"no stub in {cell['id']}"
            code = STUB.sub(lambda stub: solution.rstrip(), code, count=1)  # noqa: B023
        capsys.readouterr()
        run_cell(code, namespace, f"{path.name}:{cell['id']}")
        if solution:
            printed[cell["id"]] = capsys.readouterr().out
            solution = ""
    return printed


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_solutions_are_accepted(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = run_with_solutions(path, capsys)
    assert len(printed) >= 2, "a Modify and a Make exercise"
    for name, text in printed.items():
        assert text.splitlines()[-1].startswith("Right"), f"{name}: {text}"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_stubs_are_not_attempted(path: Path) -> None:
    """As saved: an exercise that nobody did must not look done."""
    for cell in read_cells(path):
        if (
            cell["cell_type"] == "code"
            and STUB.search(cell["source"])
            and "check" in cell["source"]
        ):
            output = "".join("".join(output.get("text", [])) for output in cell["outputs"])
            assert "Not attempted yet" in output, cell["id"]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_three_predictions_at_least_each_with_a_question(path: Path) -> None:
    code = "\n".join(cell["source"] for cell in read_cells(path) if cell["cell_type"] == "code")
    asked = re.findall(r'checks\.judge\("([^"]+)"', code)
    assert len(asked) >= 3
    checks = importlib.import_module(f"helpers.checks.{path.stem[3:]}")
    assert set(asked) == checks.QUESTIONS.keys()


def test_index_lists_every_notebook_and_no_other() -> None:
    index = "\n".join(cell["source"] for cell in read_cells(FOLDER / "00_start_here.ipynb"))
    rows = re.findall(r"^\| \[[^]]+\]\(([^)]+\.ipynb)\) \| \d+ minutes \|", index, re.MULTILINE)
    assert rows == [path.name for path in PATHS]


def estimate_minutes(path: Path) -> tuple[int, int]:
    """To read, at 200 words a minute without the solutions; and to do: half a minute for a code
    cell, one for a prediction, three for a Modify, five for a Make."""
    cells = read_cells(path)
    text = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")
    code = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    prose = re.sub(r"<[^>]+>|\]\([^)]*\)", " ", SOLUTION.sub("", text))
    words = sum(any(map(str.isalnum, word)) for word in prose.split())
    predictions = "".join(code).count("checks.judge(")
    exercises = 3 * text.count("## Modify") + 5 * text.count("## Make")
    return int(words / 200 + 0.5), int(len(code) / 2 + predictions + exercises + 0.5)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_time_is_what_it_counts_up_to(path: Path) -> None:
    read, do = estimate_minutes(path)
    assert read + do <= 35
    text = "\n".join(cell["source"] for cell in read_cells(path))
    assert f"| Time | {read} minutes to read, {do} to do |" in text
    index = "\n".join(cell["source"] for cell in read_cells(FOLDER / "00_start_here.ipynb"))
    assert f"]({path.name}) | {read + do} minutes |" in index


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    text = "\n".join(cell["source"] for cell in read_cells(path))
    for link in re.findall(r"\]\((?!https:)([^)#]+)\)", text):
        assert (FOLDER / link).exists(), link


def test_quoted_code_is_what_the_functions_run() -> None:
    """Notebook 04 reads the receiver together with the learner: line by line it is the source."""
    sources = (FOLDER.parent / "helpers" / "bank" / "functions").glob("*.py")
    lines = {line.strip() for path in sources for line in path.read_text("utf-8").splitlines()}
    text = "\n".join(
        SOLUTION.sub("", cell["source"])
        for cell in read_cells(FOLDER / "04_receive_with_lambda.ipynb")
        if cell["cell_type"] == "markdown"
    )
    quoted = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert quoted
    for line in "".join(quoted).splitlines():
        assert line.strip() in {*lines, "..."}, line
