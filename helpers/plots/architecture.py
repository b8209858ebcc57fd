"""Boxes and arrows: the bank."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from helpers.plots.style import BLACK, BLUE, FONT_SIZE, GREEN, PURPLE, VERMILLION

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Box(NamedTuple):
    """A box and what is written in it; a unit is half an inch."""

    left: float
    bottom: float
    width: float
    colour: str
    name: str
    kind: str


class Arrow(NamedTuple):
    """An arrow, and words at a place beside it."""

    start: tuple[float, float]
    end: tuple[float, float]
    style: str
    words: str
    place: tuple[float, float]
    bend: float = 0.0


HEIGHT = 1.5
"""Of a box; `HEAD` is the length of an arrow's head."""
HEAD = 0.26


def draw_map() -> Figure:
    """The bank as boxes and arrows: who sends to whom, and what the key encrypts."""
    return draw_boxes(MAP_BOXES, MAP_ARROWS, 8)


MAP_BOXES = (
    Box(0.3, 3.2, 3.2, GREEN, "sender", "Lambda function"),
    Box(6.0, 3.2, 3.2, BLUE, "banking-queue", "SQS queue"),
    Box(12.4, 3.2, 3.2, GREEN, "receiver", "Lambda function"),
    Box(6.0, 6.2, 3.2, PURPLE, "banking-key", "KMS key"),
    Box(5.2, 0.3, 4.8, BLACK, "dead-letter queue", "SQS queue"),
    Box(12.4, 0.3, 3.2, VERMILLION, "ledger", "DynamoDB table"),
)

MAP_ARROWS = (
    Arrow((3.7, 3.95), (5.8, 3.95), "-", "sends", (4.7, 4.35)),
    Arrow((9.4, 3.95), (12.2, 3.95), "-", "Lambda polls", (10.8, 4.35)),
    Arrow((7.6, 3.0), (7.6, 2.0), "-", "after 5 receives", (9.3, 2.5)),
    Arrow((14.0, 3.0), (14.0, 2.0), "-", "books", (14.7, 2.5)),
    Arrow((7.6, 6.0), (7.6, 4.9), ":", "encrypts", (8.6, 5.45)),
    Arrow((5.8, 6.95), (1.9, 4.9), ":", "encrypts a secret", (2.3, 6.2)),
    Arrow((9.4, 6.95), (14.0, 4.9), ":", "encrypts a secret", (13.5, 6.2)),
)


def describe_map() -> str:
    """The content of `draw_map` in words."""
    return (
        "The sender function sends transactions to banking-queue. Lambda polls that queue: it asks "
        "for messages again and again. It invokes the receiver function, which books each "
        "transaction in the ledger, a table in DynamoDB, AWS's table service. A message that was "
        "received 5 times and not deleted moves to the dead-letter queue. banking-key, a key in "
        "KMS, AWS's Key Management Service, encrypts both queues and a secret that both functions "
        "share."
    )


def draw_boxes(boxes: Sequence[Box], arrows: Sequence[Arrow], height: float) -> Figure:
    """Boxes and arrows on a sheet 16 units wide and `height` units high."""
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyBboxPatch

    figure = Figure(figsize=(8.0, height / 2))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, 16)
    axes.set_ylim(0, height)
    axes.set_axis_off()
    for box in boxes:
        axes.add_patch(
            FancyBboxPatch(
                (box.left, box.bottom),
                box.width,
                HEIGHT,
                boxstyle="round,pad=0.1",
                linewidth=2,
                edgecolor=box.colour,
                facecolor="none",
            )
        )
        middle = box.left + box.width / 2
        write = partial(axes.text, middle, ha="center", va="center", fontsize=FONT_SIZE)
        write(box.bottom + 1.0, box.name, fontweight="bold")
        write(box.bottom + 0.4, box.kind)
    for arrow in arrows:
        _draw_arrow(axes, arrow)
        axes.text(*arrow.place, arrow.words, ha="center", va="center", fontsize=FONT_SIZE)
    return figure


def _draw_arrow(axes: Axes, arrow: Arrow) -> None:
    """A line, straight or bent, up to a head whose edge is whole, however the line is drawn."""
    from matplotlib.patches import PathPatch, Polygon
    from matplotlib.path import Path

    start, end = complex(*arrow.start), complex(*arrow.end)
    bend = (start + end) / 2 - 1j * (end - start) * arrow.bend
    along = HEAD * (end - bend) / abs(end - bend)
    neck = end - along
    curve = Path(
        [(point.real, point.imag) for point in (start, bend, neck)],
        [Path.MOVETO, Path.CURVE3, Path.CURVE3],
    )
    look = {"linestyle": arrow.style, "linewidth": 1.6, "edgecolor": BLACK, "facecolor": "none"}
    axes.add_patch(PathPatch(curve, **look))
    corners = (end, neck + 0.4j * along, neck - 0.4j * along)
    head = [(corner.real, corner.imag) for corner in corners]
    axes.add_patch(Polygon(head, facecolor=BLACK, edgecolor="none"))
