"""From the account's trace to invocations, and from those to bars, crosses and words."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

from helpers import plots
from helpers.watching import timeline
from tests.course.conftest import Run

COLUMNS = ["environment", "function", "begins", "ends", "outcome", "messages"]


def rows(*invocations: tuple[Any, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(invocations, columns=COLUMNS)
    return frame.astype({"environment": "Int64", "messages": "Int64"})


MIXED = rows(
    (1, "f", 0.0, 3.0, "success", 10),
    (2, "f", 1.0, 4.0, "error", 7),
    (1, "f", 3.0, 9.0, "timeout", 1),
    (None, "f", 5.0, 5.0, "throttled", 4),
)


def test_every_invocation_of_a_run_is_in_the_rows(run: Run) -> None:
    invocations = timeline.read_invocations(run.lab, run.bank.receiver)
    assert set(invocations["outcome"]) == {"success"}
    assert invocations["environment"].iloc[0] == 1
    assert invocations["begins"].iloc[0] == 0
    received = run.lab.trace().query("what == 'received' and queue == 'banking-queue'")
    assert invocations["messages"].sum() == len(received)


def test_an_environment_runs_one_invocation_at_a_time(run: Run) -> None:
    invocations = timeline.read_invocations(run.lab, run.bank.receiver)
    for _, own in invocations.sort_values("begins").groupby("environment"):
        assert (own["begins"].iloc[1:].to_numpy() >= own["ends"].iloc[:-1].to_numpy()).all()


def test_a_function_that_never_ran_has_no_rows(run: Run) -> None:
    none = timeline.read_invocations(run.lab, "no-such-function")
    assert none.empty
    assert plots.describe_environments(none) == "Nothing ran."
    (axes,) = plots.plot_environments(none).axes
    assert [text.get_text() for text in axes.texts] == ["nothing ran"]


def test_bars_crosses_and_numbers() -> None:
    figure = plots.plot_environments(MIXED)
    (axes,) = figure.axes
    ran = MIXED[MIXED["outcome"] != "throttled"]
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]
    assert bars == list(zip(ran["begins"], ran["ends"], strict=True))
    assert [round(bar.get_y() + bar.get_height() / 2) for bar in axes.patches] == [0, 1, 0]
    assert [bar.get_hatch() for bar in axes.patches] == ["", "////", "xxxx"]
    assert [text.get_text() for text in axes.texts] == ["10", "7", "1"]
    (crosses,) = axes.lines
    assert list(crosses.get_xdata()) == [5]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["1", "2", "throttled"]


def words_above(figure: Figure) -> str:
    (legend,) = figure.legends
    return " ".join(text.get_text() for text in legend.get_texts())


def test_numbers_are_explained_where_there_are_any() -> None:
    crowd = rows(*((number, "f", 0.0, 1.0, "success", 10) for number in range(1, 17)))
    few, many = plots.plot_environments(crowd.iloc[:15]), plots.plot_environments(crowd)
    assert [len(figure.axes[0].texts) for figure in (few, many)] == [15, 0]
    assert "(number: messages)" in words_above(few)
    assert words_above(many) == "success"


def test_every_fifth_of_many_environments_is_named() -> None:
    crowd = rows(
        *((number, "f", 0.0, 1.0, "success", 10) for number in range(1, 24)),
        (None, "f", 5.0, 5.0, "throttled", 4),
    )
    (axes,) = plots.plot_environments(crowd).axes
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["1", "5", "10", "15", "20", "throttled"]


@pytest.mark.parametrize(
    ("invocations", "sentence"),
    [
        (
            MIXED,
            "3 invocations in 2 execution environments, at most 2 at the same time, until 9 s: "
            "1 succeeded, 1 failed and 1 timed out. Each brought 1 to 10 messages. "
            "1 attempt was throttled.",
        ),
        (
            MIXED.iloc[:1],
            "1 invocation in 1 execution environment, at most 1 at the same time, until 3 s: "
            "1 succeeded. Each brought 10 messages. None was throttled.",
        ),
        (MIXED.iloc[3:], "Nothing ran; 1 attempt was throttled."),
    ],
)
def test_sentence(invocations: pd.DataFrame, sentence: str) -> None:
    assert plots.describe_environments(invocations) == sentence
    plots.plot_environments(invocations).draw_without_rendering()


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (pd.DataFrame({"begins": [], "ends": []}), "needs the column environment, outcome and"),
        (rows((1, "f", 0.0, 1.0, "lost", 1)), "No outcome 'lost'. Outcomes: success, error"),
        (
            rows(*((n, "f", 0.0, 1.0, "success", 1) for n in range(61))),
            "61 environments do not fit",
        ),
    ],
)
def test_bad_rows_are_refused(bad: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plots.plot_environments(bad)
