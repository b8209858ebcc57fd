"""Pictures of plans: what they draw, and what they say."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers import plots

BACKLOG = pd.DataFrame({2: [0, 100, 50, 0, 0], 5: [0, 100, 0, 0, 0]}, index=range(1, 6))


def test_a_formula_is_a_line_and_runs_are_points() -> None:
    rows = pd.DataFrame({"formula": [0.4, 0.1], "run": [0.5, 0.1]}, index=[5, 6])
    (axes,) = plots.plot_prediction(rows, "limit", "seconds").axes
    line, points = axes.lines
    assert list(line.get_ydata()) == [0.4, 0.1]
    assert list(points.get_ydata()) == [0.5, 0.1]
    assert points.get_linestyle() == "None"
    words = plots.describe_prediction(rows, "limit", "seconds")
    assert words.startswith(
        "From limit 5 to 6, seconds: 0.50 to 0.10 in the simulation, 0.40 to 0.10 by"
    )
    assert words.endswith("at most 0.10 apart.")


def test_a_line_for_each_setting_by_minute() -> None:
    (axes,) = plots.plot_by_minute(BACKLOG, "limit", "messages").axes
    assert [line.get_label() for line in axes.lines] == ["2", "5"]
    assert list(axes.lines[0].get_xdata()) == [60, 120, 180, 240, 300]
    assert plots.describe_drain(BACKLOG, "With limit") == (
        "The backlog grows to 100 messages. With limit 2: gone by minute 4; 5: gone by minute 3."
    )
    assert plots.describe_dead_letters(BACKLOG.cumsum()) == (
        "Dead letters by maxReceiveCount: 150 with 2, 100 with 5."
    )


@pytest.mark.parametrize("columns", [0, 6])
def test_lines_that_nobody_could_tell_apart(columns: int) -> None:
    rows = pd.DataFrame({each: [1, 2] for each in range(columns)})
    with pytest.raises(ValueError, match="plot_by_minute takes 1 to 5 columns"):
        plots.plot_by_minute(rows, "limit", "messages")


def test_slower_work() -> None:
    rows = pd.DataFrame({"factor": [1.0, 2.5], "p95": [0.1, 7.0], "busy": [4.0, 10.0]})
    (axes,) = plots.plot_slow_down(rows).axes
    assert list(axes.lines[0].get_ydata()) == [0.1, 7.0]
    assert plots.describe_slow_down(rows) == (
        "When the work takes 1 and 2.5 times as long, 95 % of the messages wait 0.1 and 7 seconds "
        "at most."
    )


def test_two_bars_for_each_case() -> None:
    rows = pd.DataFrame(
        {"case": ["no groups", "groups"], "quiet_p95": [84.0, 0.2], "noisy_p95": [86.0, 101.0]}
    )
    (axes,) = plots.plot_neighbours(rows).axes
    assert sorted(bar.get_width() for bar in axes.patches) == [0.2, 84.0, 86.0, 101.0]
    assert "groups: the other tenants 0.2 s, the noisy one 101 s." in plots.describe_neighbours(
        rows
    )


def test_cost_against_latency_shows_where_you_run() -> None:
    rows = pd.DataFrame(
        {
            "batch_size": [1, 10, 10],
            "window": [0, 0, 1],
            "p95": [0.2, 0.2, 1.5],
            "usd": [40.0, 39.0, 15.0],
            "is_yours": [True, False, False],
        }
    )
    (axes,) = plots.plot_cost_against_latency(rows).axes
    assert (axes.lines[2].get_xdata(), axes.lines[2].get_ydata()) == ([40.0], [0.2])
    assert plots.describe_cost_against_latency(rows) == (
        "You run batches of 1 and a window of 0 s (40.00 USD a month, 0.2 s). The cheapest of "
        "3 settings is batches of 10 and a window of 1 s (15.00 USD a month, 1.5 s)."
    )
    with pytest.raises(ValueError, match="plot_cost_against_latency needs the column"):
        plots.plot_cost_against_latency(rows.drop(columns="usd"))
