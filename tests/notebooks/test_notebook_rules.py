"""Every notebook keeps every rule; and every rule refuses the notebook that breaks it."""

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.notebooks.execute import METADATA
from tests.notebooks.rules import RULES
from tests.notebooks.rules.notebook import Json, Notebook, read_notebook
from tests.notebooks.rules.style import notebook_size

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))

# Not lessons, so not of a lesson's size.
EXEMPT = {"00_start_here.ipynb": "the index: a map, the clock and a check of the environment"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_keeps_the_rules(path: Path) -> None:
    notebook = read_notebook(path)
    found = [f"{name}: {why}" for name, rule in RULES.items() for why in rule(notebook)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_has_the_size_of_a_lesson(path: Path) -> None:
    if path.name not in EXEMPT:
        assert not list(notebook_size(read_notebook(path)))


# Below: tiny notebooks, each with one thing wrong.


def printed(text: str, name: str = "stdout") -> Json:
    return {"output_type": "stream", "name": name, "text": [text]}


def shown(kind: str = "display_data", **data: str) -> Json:
    data = {mime.replace("_", "/"): value for mime, value in data.items()}
    return {"output_type": kind, "data": data, "metadata": {}}


ERROR = {"output_type": "error", "ename": "KeyError", "evalue": "'a'", "traceback": ["KeyError"]}
FIGURE = shown(text_html="<figure><svg></svg></figure>", text_plain="<Figure size 700x350>")


def prose(source: str) -> Json:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code(source: str, *outputs: Json, tags: tuple[str, ...] = ()) -> Json:
    metadata = {"tags": list(tags)} if tags else {}
    return {
        "cell_type": "code",
        "metadata": metadata,
        "source": source,
        "outputs": list(outputs),
    }


def notebook(*cells: Json, title: str = "# Send a message", **changes: Any) -> Notebook:
    numbers = count(1)
    raw: list[Json] = []
    for index, cell in enumerate([prose(title), *cells]):
        run = {"execution_count": next(numbers)} if cell["cell_type"] == "code" else {}
        raw.append({"id": f"cell-{index}", **run, **cell})
    content = {"cells": raw, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return Notebook("made_up.ipynb", content | changes)


def long_function(lines: int) -> str:
    return "def f():\n" + "    f()\n" * lines


PERFECT = notebook(
    prose("## Look\n\n```python\n# a comment, no heading\n```"),
    code("from helpers import open_lab\nlab = open_lab()"),
    code("for _ in range(2):\n    lab.advance(seconds=1)"),
    code("print(lab.now(), 100 % 7, 'a;b')", printed("2026-01-05 09:00:02 2 a;b\n")),
    code("# NBVAL_SKIP\nprint('only on AWS')", printed("only on AWS\n")),
    code("import random\nrandom.Random(7).random()", shown("execute_result", text_plain="0.3")),
    code("random.seed(7)\nvalue = random.random()"),
    code("plot_depth(rows)\nprint('It falls.')", FIGURE, printed("It falls to 0 in 30 s.\n")),
    code("{}['a']", ERROR, tags=("raises-exception",)),
    code("import time\n" + long_function(9) + "    time.sleep(1)", tags=("handler",)),
    code(long_function(5)),
)

REFUSED = [
    ("notebook_metadata", notebook(metadata={})),
    ("notebook_metadata", notebook(metadata=METADATA | {"widgets": {}})),
    (
        "notebook_metadata",
        notebook(metadata=METADATA | {"language_info": {"name": "python", "version": "3.11"}}),
    ),
    ("notebook_metadata", notebook(metadata=METADATA | {"kernelspec": {"name": "mine"}})),
    ("notebook_metadata", notebook(nbformat_minor=4)),
    ("cell_metadata", notebook(code("x = 1") | {"metadata": {"execution": {"shell": "12:00"}}})),
    ("cell_tags", notebook(code("x = 1", tags=("raise-exception",)))),
    ("cell_tags", notebook(code("x = 1", tags=("nbval-ignore-output",)))),
    ("cell_ids", notebook(code("x = 1") | {"id": None})),
    ("cell_ids", notebook(code("x = 1") | {"id": "not an id"})),
    ("cell_ids", notebook(code("x = 1") | {"id": "cell-0"})),
    ("execution_counts", notebook(code("x = 1") | {"execution_count": None})),
    ("execution_counts", notebook(code("x = 1"), code("y = 1") | {"execution_count": 3})),
    ("execution_counts", notebook(code(""))),
    ("plain_python", notebook(code("%matplotlib inline"))),
    ("plain_python", notebook(code("%%time\nx = 1"))),
    ("plain_python", notebook(code("files = !ls"))),
    ("plain_python", notebook(code("open_lab?"))),
    ("plain_python", notebook(code("get_ipython().run_line_magic('time', 'x')"))),
    ("semicolon", notebook(code("plot_depth(rows);"))),
    ("result_history", notebook(code("x = _"))),
    ("result_history", notebook(code("print(Out[2])", printed("2\n")))),
    ("redrawn_output", notebook(code("clear_output(wait=True)"))),
    ("redrawn_output", notebook(code("display.update_display(1)"))),
    ("redrawn_output", notebook(code("display(1, display_id='a')"))),
    ("nbval_marker", notebook(code("x = 1  # NBVAL_SKIP"))),
    ("nbval_marker", notebook(code("#NBVAL_SKIP\nx = 1"))),
    ("nbval_marker", notebook(code("# NBVAL_IGNORE_OUTPUT\nx = 1"))),
    ("nbval_marker", notebook(code("# nbval_skip\nx = 1"))),
    ("path_trick", notebook(code("import sys\nsys.path.insert(0, '..')"))),
    ("path_trick", notebook(code("from sys import path"))),
    ("hidden_module", notebook(code("from helpers.embedded import clock"))),
    ("hidden_module", notebook(code("from helpers import embedded"))),
    ("hidden_module", notebook(code("import moto.core as core"))),
    ("own_process", notebook(code("import os\nos.system('date')"))),
    ("wall_clock", notebook(code("from datetime import datetime\nx = datetime.now()"))),
    ("wall_clock", notebook(code("import datetime\nx = datetime.datetime.now()"))),
    ("wall_clock", notebook(code("import time\nx = time.time()"))),
    ("wall_clock", notebook(code("from time import perf_counter"))),
    ("unseeded_random", notebook(code("import random\nx = random.choice([1, 2])"))),
    ("unseeded_random", notebook(code("x = random.Random()"))),
    ("unseeded_random", notebook(code("random.seed()\nx = random.random()"))),
    ("unseeded_random", notebook(code("x = np.random.default_rng()"))),
    ("unseeded_random", notebook(code("x = np.random.normal()"))),
    ("unseeded_random", notebook(code("x = uuid.uuid4()"))),
    ("missing_output", notebook(code("print(1)"))),
    ("missing_output", notebook(code("x = 1\nx"))),
    ("stderr_output", notebook(code("warn('x')", printed("UserWarning: x\n", "stderr")))),
    ("error_output", notebook(code("{}['a']", ERROR))),
    ("error_output", notebook(code("x = 1", tags=("raises-exception",)))),
    ("host_path", notebook(code("print(p)", printed("/home/me/course\n")))),
    ("host_path", notebook(code("x = open('C:\\\\Users\\\\me')"))),
    ("host_path", notebook(code("f()", shown(text_plain="'/tmp/ipykernel_77/1.py'")))),
    ("host_path", notebook(prose("Look in `/root/.aws/config`."))),
    ("memory_address", notebook(code("f", shown(text_plain="<function f at 0x7f1c2a>")))),
    ("memory_address", notebook(code("q", shown(text_plain="<Queue object at somewhere>")))),
    ("memory_address", notebook(code("t", shown(text_html='<table id="T_0a1b2">')))),
    ("compared_type", notebook(code("w", shown(**{"application/vnd.widget": "1"})))),
    ("figure_sentence", notebook(code("plot_depth(rows)", FIGURE))),
    ("cell_length", notebook(code("x = 1\n" * 16))),
    ("function_length", notebook(code(long_function(6)))),
    ("one_title", notebook(prose("# And another"))),
    ("one_title", notebook(prose("And another\n======"))),
    ("one_title", notebook(title="No title")),
    ("one_title", notebook(prose("# Late"), title="Early")),
]


def test_perfect_notebook_passes() -> None:
    assert [why for rule in RULES.values() for why in rule(PERFECT)] == []


@pytest.mark.parametrize(
    ("name", "broken"), REFUSED, ids=[f"{name}-{n}" for n, (name, _) in enumerate(REFUSED)]
)
def test_broken_notebook_is_refused_by_its_rule_alone(name: str, broken: Notebook) -> None:
    assert [rule for rule in RULES if list(RULES[rule](broken))] == [name]


def test_each_rule_has_a_notebook_it_refuses() -> None:
    assert {name for name, _ in REFUSED} == set(RULES)


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ([prose("a"), code("x = 1")] * 20, "41 cells"),
        ([prose("a"), code("x = 1\n" * 5)] * 15, "5 lines in the median"),
        ([prose("a"), code("x = 1"), code("x = 1")] * 10, "0.55 Markdown"),
        ([prose("a"), prose("b"), code("x = 1")] * 10, "2.10 Markdown"),
    ],
)
def test_lesson_of_the_wrong_size_is_refused(cells: list[Json], why: str) -> None:
    (found,) = notebook_size(notebook(*cells))
    assert why in found


def test_lesson_of_the_right_size_passes() -> None:
    assert not list(notebook_size(notebook(*[prose("a"), code("x = 1\n" * 4)] * 14)))
