"""What runs cost: amounts, bars, settings compared, and words."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers import plots
from helpers.watching import costs, metrics
from tests.course.conftest import Run

COSTS = pd.DataFrame(
    {"amount": [41_000, 310.5, 36], "cents": [1.64, 0.51, 0.01]},
    index=["SQS standard requests", "Lambda duration", "KMS requests"],
)


def test_a_bar_for_each_item_the_dearest_above() -> None:
    shuffled = COSTS.iloc[[2, 0, 1]]
    figure = plots.plot_costs(shuffled, "2026-11-23")
    figure.draw_without_rendering()
    (axes,) = figure.axes
    assert [bar.get_width() for bar in axes.patches] == [1.64, 0.51, 0.01]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["SQS standard requests", "Lambda duration", "KMS requests"]
    words = [text.get_text() for text in axes.texts]
    assert words == ["1.64 ¢  (41,000)", "0.51 ¢  (310.5)", "0.01 ¢  (36)"]
    assert "2026-11-23" in axes.get_xlabel()
    assert all(text.get_window_extent().x1 <= figure.bbox.x1 for text in axes.texts)


DEAR = pd.DataFrame(
    {"amount": [1_000_000, 1_000_000, 3], "cents": [1e8, 1667, 0.0001]},
    index=["a key that has a name of many words", "Lambda duration", "KMS requests"],
)


def test_a_dear_run_is_told_in_dollars_and_whole() -> None:
    figure = plots.plot_costs(DEAR, "2026-11-23")
    figure.draw_without_rendering()
    (axes,) = figure.axes
    words = [text.get_text() for text in axes.texts]
    assert words == ["$1,000,000  (1,000,000)", "$16.67  (1,000,000)", "$0.000001  (3)"]
    assert axes.get_xlabel().startswith("US dollars")
    assert all(text.get_window_extent().x1 <= figure.bbox.x1 for text in axes.texts)
    assert not axes.xaxis.get_offset_text().get_text()


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (DEAR, "Together $1,000,017, by the prices of D; 100% of it is for a key that"),
        (COSTS, "Together 2.16 US cents, by the prices of D; 76% of it is for SQS standard"),
        (COSTS * 0, "Together 0 US cents, by the prices of D."),
        (COSTS.iloc[:1], "Together 1.64 US cents, by the prices of D; 100% of it is for SQS"),
    ],
)
def test_costs_in_words(rows: pd.DataFrame, sentence: str) -> None:
    assert plots.describe_costs(rows, "D").startswith(sentence)
    plots.plot_costs(rows, "D").draw_without_rendering()


def test_costs_need_rows() -> None:
    with pytest.raises(ValueError, match="at least one item"):
        plots.plot_costs(COSTS.iloc[:0], "D")
    with pytest.raises(ValueError, match=r"needs the column cents.*estimate_costs"):
        plots.plot_costs(COSTS[["amount"]], "D")


def test_amounts_of_a_run_are_those_of_its_metrics(run: Run) -> None:
    start = run.lab.now() - pd.Timedelta(minutes=30)
    queue = metrics.read_queue_metrics(run.lab, "banking-queue", start)
    function = metrics.read_function_metrics(run.lab, run.bank.receiver, start)
    amounts = costs.count_amounts(queue, function, memory_mb=128)
    published = run.lab.trace().query(f"function == '{run.bank.receiver}'")["at"] // 60
    finished = published < run.lab.trace()["at"].iloc[-1] // 60 + 1
    assert 0 < amounts["Lambda requests"] <= finished.sum()
    assert amounts["Lambda duration"] == pytest.approx(
        (function["Invocations"] * function["Duration"]).sum() / 1000 / 8
    )
    assert set(costs.estimate_costs(amounts).index) == set(amounts)


@pytest.mark.parametrize(("sent_at_once", "sends"), [(10, 3), (1, 25)])
def test_requests_are_calls(sent_at_once: int, sends: int) -> None:
    queue = pd.DataFrame({"NumberOfMessagesSent": [25.0, None], "NumberOfEmptyReceives": [15, 15]})
    function = pd.DataFrame({"Invocations": [4, None], "Duration": [500.0, None]})
    assert costs.count_amounts(queue, function, 512, sent_at_once, cold_milliseconds=2000) == {
        "SQS standard requests": sends + 2 * 4 + 30,
        "Lambda requests": 4,
        "Lambda duration": 2.0,
    }


def test_a_call_sends_ten_messages_at_most() -> None:
    with pytest.raises(ValueError, match="1 to 10 messages, not 11"):
        costs.count_amounts(pd.DataFrame(), pd.DataFrame(), sent_at_once=11)


def test_key_requests_by_the_formula_of_aws() -> None:
    assert costs.estimate_key_requests(3600, producers=2, consumers=1) == 60
