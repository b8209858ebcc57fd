"""The pictures of the keys: complete, legible, and told by their sentences."""

from collections.abc import Callable

import pytest
from matplotlib.figure import Figure

from helpers import plots

PICTURES = [
    (
        plots.draw_envelope,
        plots.describe_envelope,
        ["data key", "sealed data key", "banking-key", "statement", "never leaves KMS"],
    ),
    (plots.draw_key_choice, plots.describe_key_choice, ["symmetric", "send you a secret"]),
]


@pytest.mark.parametrize(("draw", "describe", "names"), PICTURES)
def test_sentence_names_what_the_picture_names(
    draw: Callable[[], Figure], describe: Callable[[], str], names: list[str]
) -> None:
    words = {text.get_text() for text in draw().axes[0].texts}
    for name in names:
        assert name in words
        assert name in describe()


@pytest.mark.parametrize("draw", [draw for draw, *_ in PICTURES])
def test_words_are_not_cut_and_do_not_touch(draw: Callable[[], Figure]) -> None:
    figure = draw()
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts if text.get_text()]
    for place, box in enumerate(boxes):
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert not any(box.overlaps(other) for other in boxes[:place])
