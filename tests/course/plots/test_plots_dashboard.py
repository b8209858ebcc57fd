"""The dashboard's time axis, gaps, marks and large numbers."""

from __future__ import annotations

from datetime import datetime
from math import nan

import pandas as pd
import pytest
from matplotlib.figure import Figure

from helpers import plots
from helpers.watching import metrics


def read(hours: float, period: int, value: float = 1.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Metrics of a queue and a function, each value the same."""
    index = pd.date_range(
        "2026-01-05 09:00", periods=int(hours * 3600 / period), freq=f"{period}s", tz="UTC"
    )
    queue, function = (
        pd.DataFrame(dict.fromkeys(names, value), index=index)
        for names in (metrics.QUEUE_METRICS, metrics.FUNCTION_METRICS)
    )
    return queue, function


def draw(queue: pd.DataFrame, function: pd.DataFrame, **marks: datetime) -> Figure:
    figure = plots.plot_dashboard(queue, function, marks)
    figure.draw_without_rendering()
    return figure


@pytest.mark.parametrize(
    ("hours", "period", "label", "title"),
    [
        (0.1, 60, "minutes", "Messages a minute"),
        (1, 300, "minutes", "Messages in 5 minutes"),
        (24, 3600, "hours", "Messages an hour"),
        (24, 6 * 3600, "hours", "Messages in 6 hours"),
        (14 * 24, 86400, "days", "Messages a day"),
    ],
)
def test_time_has_a_unit_that_fits(hours: float, period: int, label: str, title: str) -> None:
    figure = draw(*read(hours, period))
    assert figure.axes[4].get_xlabel() == f"lab time in {label}"
    assert figure.axes[4].get_title(loc="left") == title


def test_ticks_count_what_the_label_says() -> None:
    axes = draw(*read(24, 3600)).axes[4]
    assert [text.get_text() for text in axes.get_xticklabels()][:3] == ["0", "3", "6"]
    assert list(axes.get_xticks())[:3] == [0, 180, 360]


def test_a_panel_without_a_datapoint_says_so() -> None:
    queue, function = read(1, 60)
    function["Duration"] = nan
    words = [[text.get_text() for text in axes.texts] for axes in draw(queue, function).axes]
    assert words == [[], [], [], ["no datapoint"], [], []]


def test_marks_are_told_in_the_unit_of_their_time() -> None:
    queue, function = read(24, 3600)
    begin = queue.index[0].to_pydatetime()
    hour = pd.Timedelta(hours=1)
    figure = draw(queue, function, restart=begin + 9 * hour, deploy=begin + hour / 2)
    assert figure.get_suptitle() == "A  deploy (30 min)      B  restart (9 hours)"
    letters = [text.get_text() for text in figure.axes[0].texts]
    assert sorted(letters) == ["A", "B"]


def test_names_of_many_marks_are_whole() -> None:
    queue, function = read(1, 60)
    begin = queue.index[0].to_pydatetime()
    marks = {f"release {number} of the receiver": begin for number in range(8)}
    figure = plots.plot_dashboard(queue, function, marks)
    figure.draw_without_rendering()
    (heading,) = (text for text in figure.texts if "release" in text.get_text())
    assert all(name in heading.get_text() for name in marks)
    assert heading.get_window_extent().x1 <= figure.bbox.x1
    assert heading.get_window_extent().y1 <= figure.bbox.y1 + 1


def test_thousands_are_set_apart() -> None:
    axes = draw(*read(1, 60, value=2_000_000)).axes[0]
    assert "1,200,000" in [text.get_text() for text in axes.get_yticklabels()]
