"""From rows to lines, labels, colours and words."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from helpers import plots


def frame(
    visible: list[int], in_flight: list[int], dead: list[int], step: int = 10
) -> pd.DataFrame:
    columns = {"visible": visible, "in_flight": in_flight, "dead_lettered": dead}
    return pd.DataFrame(columns, index=range(0, step * len(visible), step))


RUN = frame([100, 0, 0, 0, 0], [0, 12, 12, 12, 0], [0, 0, 0, 0, 12])


def test_each_count_is_a_step_line_with_its_fixed_look() -> None:
    (axes,) = plots.plot_queue_depth(RUN).axes
    looks = [
        (to_hex(line.get_color()).upper(), line.get_linestyle(), line.get_drawstyle())
        for line in axes.lines
    ]
    assert looks == [
        ("#0072B2", "-", "steps-post"),
        ("#D55E00", "--", "steps-post"),
        ("#000000", ":", "steps-post"),
    ]
    for line, column in zip(axes.lines, RUN.columns, strict=True):
        assert np.array_equal(line.get_ydata(), RUN[column])
        assert np.array_equal(line.get_xdata(), RUN.index)


def test_axes_begin_at_zero_and_are_named() -> None:
    figure = plots.plot_queue_depth(RUN)
    (axes,) = figure.axes
    assert axes.get_ylim()[0] == 0
    assert axes.get_ylim()[1] > 100
    assert axes.get_xlim() == (0, 40)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("lab time in seconds", "messages")
    assert tuple(figure.get_size_inches()) == (7.0, 3.5)
    assert axes.get_legend() is None


BIG = frame([1_000_000, 500_000, 0], [0, 120_000, 0], [0, 0, 20_000], step=40_000)
TINY = frame([1, 0], [0, 1], [0, 0], step=1)
EQUAL = frame([10] * 5, [10] * 5, [10] * 5)


@pytest.mark.parametrize("rows", [RUN, BIG, TINY, EQUAL])
def test_labels_have_their_lines_colours_and_do_not_touch(rows: pd.DataFrame) -> None:
    figure = plots.plot_queue_depth(rows)
    (axes,) = figure.axes
    figure.draw_without_rendering()
    assert not figure.legends
    assert [text.get_text() for text in axes.texts] == ["visible", "in flight", "dead-letter queue"]
    for text, line in zip(axes.texts, axes.lines, strict=True):
        assert text.get_color() == line.get_color()
    boxes = [text.get_window_extent() for text in axes.texts]
    for place, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:place])
        assert box.x1 <= figure.bbox.x1


def test_a_label_stands_at_its_own_line_and_off_the_others() -> None:
    (axes,) = plots.plot_queue_depth(BIG).axes
    heights = [axes.get_ylim()[1] * text.get_position()[1] for text in axes.texts]
    moments = [axes.get_xlim()[1] * text.get_position()[0] for text in axes.texts]
    for column, height, moment in zip(BIG.columns, heights, moments, strict=True):
        levels = BIG.loc[:moment].iloc[-1]
        assert levels[column] == max(level for level in levels if level < height)


ZIGZAG = frame([0, 100] * 50, [100, 0] * 50, [0] * 100)
LOW = frame([50, 40, 30, 20, 10, 0, 10, 20], [0, 5, 5, 5, 5, 5, 0, 0], [0] * 8)
"""There is room above the dead-letter queue's line, but only beyond the other's."""


@pytest.mark.parametrize("rows", [ZIGZAG, LOW])
def test_lines_that_leave_no_place_are_named_above_them(rows: pd.DataFrame) -> None:
    figure = plots.plot_queue_depth(rows)
    (legend,) = figure.legends
    words = [text.get_text() for text in legend.get_texts()]
    assert words == ["visible", "in flight", "dead-letter queue"]
    assert not figure.axes[0].texts


def test_large_counts_and_long_times_can_be_read() -> None:
    figure = plots.plot_queue_depth(BIG)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    assert "1,000,000" in [text.get_text() for text in axes.get_yticklabels()]
    assert axes.get_xlabel() == "lab time in hours"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (RUN.iloc[:0], "needs at least one moment"),
        (RUN.rename(columns={"visible": "waiting"}), "knows no waiting. Columns: visible, in_fl"),
    ],
)
def test_counts_that_cannot_be_drawn_are_refused(rows: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plots.plot_queue_depth(rows)
    with pytest.raises(ValueError, match=message):
        plots.describe_queue_depth(rows)


@pytest.mark.parametrize("rows", [1, 2])
def test_nothing_to_see_is_drawn_too(rows: int) -> None:
    empty = frame([0] * rows, [0] * rows, [0] * rows)
    plots.plot_queue_depth(empty).draw_without_rendering()
    assert plots.describe_queue_depth(empty) == (
        "The queue stayed empty; 0 messages in the dead-letter queue."
    )


def test_sentence_says_what_the_rows_say() -> None:
    assert plots.describe_queue_depth(RUN) == (
        "The queue held 100 messages at 0 s, and it was empty at 40 s. From 10 s to 40 s, 12 "
        "messages stayed in the queue, in flight or visible. 12 messages had moved to the "
        "dead-letter queue by 40 s."
    )


def test_sentence_without_dead_letters() -> None:
    good = frame([5, 0, 0], [0, 5, 0], [0, 0, 0], step=1)
    assert plots.describe_queue_depth(good) == (
        "The queue held 5 messages at 0 s, and it was empty at 2 s. "
        "The dead-letter queue did not grow."
    )


def test_sentence_of_a_redrive() -> None:
    back = frame([0, 0, 0, 0], [0, 2, 2, 0], [9, 0, 0, 2])
    assert plots.describe_queue_depth(back).endswith(
        " 9 messages left the dead-letter queue, and 2 moved there again."
    )


def test_sentence_of_an_unfinished_run() -> None:
    cut = frame([1, 1], [0, 0], [3, 4], step=1)
    assert plots.describe_queue_depth(cut) == (
        "The queue held 1 message at 0 s, and 1 were left at 1 s. "
        "1 message had moved to the dead-letter queue by 1 s."
    )


def test_map_names_all_that_its_sentence_names() -> None:
    figure = plots.draw_map()
    words = {text.get_text() for text in figure.axes[0].texts}
    assert {"banking-key", "banking-queue", "sender", "receiver", "ledger"} <= words
    for name in ("banking-key", "banking-queue", "dead-letter queue", "ledger"):
        assert name in words
        assert name in plots.describe_map()


@pytest.mark.parametrize(
    "draw",
    [
        plots.draw_map,
        plots.draw_envelope,
        plots.draw_key_choice,
        plots.draw_receiver_permissions,
        plots.draw_sender_permissions,
    ],
)
def test_words_of_a_drawing_are_not_cut_and_do_not_touch(draw: Callable[[], Figure]) -> None:
    figure = draw()
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts if text.get_text()]
    for place, box in enumerate(boxes):
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert not any(box.overlaps(other) for other in boxes[:place])


def test_matplotlib_and_pandas_are_imported_when_they_are_needed() -> None:
    program = (
        "import sys; from helpers import costs, metrics, plots, timeline; "
        "print(sorted({'matplotlib', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
