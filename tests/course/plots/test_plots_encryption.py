"""The pictures of the keys: complete, legible, and told by their sentences."""

from collections.abc import Callable

import pytest
from matplotlib.figure import Figure

from helpers import plots

PICTURES = [
    (
        plots.draw_envelope,
        plots.describe_envelope,
        ["data key", "encrypted data key", "banking-key", "account statement", "never leaves KMS"],
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
