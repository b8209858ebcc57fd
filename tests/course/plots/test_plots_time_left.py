"""The part of a life that matters is the largest thing in its picture."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from helpers import plots
from helpers.plots.style import BLACK, BLUE

HOUR = 3600.0
LIFE = [
    ("rent", "visible", 0, 23 * HOUR, 0, "received"),
    ("rent", "in flight", 23 * HOUR, 23 * HOUR + 30, 1, "visible again"),
    ("rent", "visible", 23 * HOUR + 30, 23 * HOUR + 30, 1, "dead-lettered"),
    ("rent", "dead-letter queue", 23 * HOUR + 30, 24 * HOUR, 1, "expired"),
]
COLUMNS = ["message", "state", "begins", "ends", "receive_count", "then"]


def rows(*spans: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(spans or LIFE, columns=COLUMNS)


def test_the_hour_that_is_left_is_the_largest_mark_and_the_largest_word() -> None:
    figure = plots.plot_time_left(rows())
    figure.canvas.draw()
    sizes = {}
    for axes in figure.axes:
        for patch in axes.patches:
            box = patch.get_window_extent()
            sizes[to_hex(patch.get_facecolor()), axes] = box.width * box.height
    largest = max(sizes, key=lambda mark: sizes[mark])
    assert largest[0] == to_hex(BLACK)
    waited = next(size for (colour, _), size in sizes.items() if colour == to_hex(BLUE).lower())
    assert sizes[largest] > 3 * waited
    words = [text for axes in figure.axes for text in axes.texts]
    assert max(words, key=lambda text: text.get_fontsize()).get_text().startswith("1 hour in")


def test_what_it_says_comes_from_the_rows() -> None:
    assert plots.describe_time_left(rows()) == (
        "The message moved to the dead-letter queue when it was 23 hours old, and expired when it "
        "was 24 hours old. The time to find it was 1 hour."
    )
    longer = rows(*LIFE[:-1], ("rent", "dead-letter queue", 23 * HOUR, 96 * HOUR, 1, "expired"))
    assert "to find it was 3 days." in plots.describe_time_left(longer)


def test_a_message_that_is_no_expired_dead_letter_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="none did"):
        plots.plot_time_left(rows(*LIFE[:-1]))


def test_a_real_account_has_no_rows(capsys: pytest.CaptureFixture[str]) -> None:
    plots.show_time_left(None)
    assert "keeps no trace" in capsys.readouterr().out
