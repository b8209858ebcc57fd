"""The bank as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.plots.style import BLACK, BLUE, FONT_SIZE, GREEN, PURPLE, VERMILLION

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_map() -> Figure:
    """The bank as boxes and arrows: who sends to whom, and what the key encrypts."""
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyBboxPatch

    figure = Figure(figsize=(8.0, 4.0), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, 16)
    axes.set_ylim(0, 8)
    axes.set_axis_off()
    for x, y, width, colour, name, what in MAP_BOXES:
        axes.add_patch(
            FancyBboxPatch(
                (x, y),
                width,
                1.5,
                boxstyle="round,pad=0.1",
                linewidth=2,
                edgecolor=colour,
                facecolor="white",
            )
        )
        axes.text(
            x + width / 2,
            y + 1.0,
            name,
            ha="center",
            va="center",
            fontsize=FONT_SIZE,
            fontweight="bold",
        )
        axes.text(x + width / 2, y + 0.4, what, ha="center", va="center", fontsize=FONT_SIZE)
    for start, end, style, words, (x, y) in MAP_ARROWS:
        axes.annotate(
            "",
            end,
            start,
            arrowprops={
                "arrowstyle": "-|>",
                "linestyle": style,
                "linewidth": 1.6,
                "color": BLACK,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
        axes.text(x, y, words, ha="center", va="center", fontsize=FONT_SIZE)
    return figure


MAP_BOXES = (
    (0.3, 3.2, 3.2, GREEN, "sender", "Lambda function"),
    (6.0, 3.2, 3.2, BLUE, "banking-queue", "SQS queue"),
    (12.4, 3.2, 3.2, GREEN, "receiver", "Lambda function"),
    (6.0, 6.2, 3.2, PURPLE, "banking-key", "KMS key"),
    (5.2, 0.3, 4.8, BLACK, "dead-letter queue", "SQS queue"),
    (12.4, 0.3, 3.2, VERMILLION, "ledger", "DynamoDB table"),
)
"""Left, bottom, width, colour, name and kind of each box."""

MAP_ARROWS = (
    ((3.7, 3.95), (5.8, 3.95), "-", "sends", (4.7, 4.35)),
    ((9.4, 3.95), (12.2, 3.95), "-", "Lambda polls", (10.8, 4.35)),
    ((7.6, 3.0), (7.6, 2.0), "-", "after 5 receives", (9.3, 2.5)),
    ((14.0, 3.0), (14.0, 2.0), "-", "books", (14.7, 2.5)),
    ((7.6, 6.0), (7.6, 4.9), ":", "encrypts", (8.6, 5.45)),
    ((5.8, 6.95), (1.9, 4.9), ":", "seals the secret", (2.6, 6.2)),
    ((9.4, 6.95), (14.0, 4.9), ":", "seals the secret", (13.2, 6.2)),
)
"""Start, end, line style, words and their place for each arrow."""


def describe_map() -> str:
    """The content of `draw_map` in words."""
    return (
        "The sender function sends transactions to banking-queue. Lambda polls that queue and "
        "invokes the receiver function, which books each transaction in the ledger, a DynamoDB "
        "table. A message that was received 5 times in vain moves to the dead-letter queue. "
        "banking-key encrypts both queues and the signing secret of both functions."
    )
