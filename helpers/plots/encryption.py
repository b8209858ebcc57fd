"""Keys as boxes and arrows: what an envelope is, and which kind of key to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.plots.architecture import Arrow, Box, draw_boxes
from helpers.plots.style import BLACK, BLUE, FONT_SIZE, GREEN, PURPLE, VERMILLION

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ENVELOPE_BOXES = (
    Box(0.6, 6.2, 4.6, VERMILLION, "data key", "used, then forgotten"),
    Box(11.0, 6.2, 4.4, PURPLE, "banking-key", "never leaves KMS"),
    Box(0.6, 3.3, 4.6, BLUE, "statement", "1,000,000 bytes"),
    Box(0.6, 0.4, 4.6, BLUE, "sealed statement", "by the data key"),
    Box(11.0, 0.4, 4.4, VERMILLION, "sealed data key", "by banking-key"),
)

ENVELOPE_ARROWS = (
    Arrow((10.8, 7.3), (5.5, 7.3), "-", "GenerateDataKey: a new one", (8.15, 7.65)),
    Arrow((10.8, 6.5), (5.5, 6.5), "--", "Decrypt: the same again", (8.15, 6.1)),
    Arrow((2.9, 6.0), (2.9, 5.0), ":", "encrypts, opens", (4.6, 5.5)),
    Arrow((2.9, 3.1), (2.9, 2.1), "-", "becomes", (4.05, 2.62)),
    Arrow((12.6, 6.0), (12.6, 2.1), "-", "GenerateDataKey", (10.8, 4.05)),
    Arrow((13.8, 2.1), (13.8, 6.0), "--", "Decrypt", (14.8, 4.05)),
)

CHOICE_BOXES = (
    Box(3.4, 6.2, 8.6, BLACK, "Does somebody take part", "who has no AWS permissions?"),
    Box(7.6, 3.3, 6.6, BLACK, "What is it", "that they shall do?"),
    Box(0.3, 0.4, 4.5, PURPLE, "symmetric", "queues, secrets, data"),
    Box(5.6, 0.4, 4.5, BLUE, "RSA, to encrypt", "the letterbox"),
    Box(11.0, 0.4, 4.6, GREEN, "RSA or ECC, to sign", "the seal"),
)

CHOICE_ARROWS = (
    Arrow((4.6, 6.0), (2.5, 2.1), "-", "no", (2.8, 4.2)),
    Arrow((10.9, 6.0), (10.9, 5.0), "-", "yes", (11.7, 5.5)),
    Arrow((9.3, 3.1), (7.9, 2.1), "-", "send you a secret", (6.5, 2.65)),
    Arrow((12.4, 3.1), (12.9, 2.1), "-", "check your word", (14.35, 2.65)),
)


def draw_envelope() -> Figure:
    """Envelope encryption: a data key encrypts, and a KMS key encrypts the data key."""
    figure = draw_boxes(ENVELOPE_BOXES, ENVELOPE_ARROWS, 8.2)
    _draw_paper(figure)
    return figure


def describe_envelope() -> str:
    """The content of `draw_envelope` in words."""
    return (
        "KMS makes a data key, and gives it out twice: in the open, and sealed by banking-key, "
        "which never leaves KMS. With the data key the program seals the statement, and then "
        "forgets it. Both sealed parts are kept together: the envelope. To open it, the program "
        "sends KMS the sealed data key, gets the same data key again, and opens the statement by "
        "itself."
    )


def draw_key_choice() -> Figure:
    """Symmetric or asymmetric: two questions, and three kinds of keys."""
    return draw_boxes(CHOICE_BOXES, CHOICE_ARROWS, 8.2)


def describe_key_choice() -> str:
    """The content of `draw_key_choice` in words."""
    return (
        "If everybody who takes part has AWS permissions, take a symmetric key: for queues, "
        "secrets and data. Otherwise ask what the others shall do. To send you a secret they need "
        "the public key of an RSA key that encrypts, as a letterbox takes in letters. To check "
        "your word they need the public key of an RSA or ECC key that signs, as one knows a seal."
    )


def _draw_paper(figure: Figure) -> None:
    """What is kept together lies in one frame."""
    from matplotlib.patches import FancyBboxPatch

    (axes,) = figure.axes
    axes.add_patch(
        FancyBboxPatch(
            (0.3, 0.15),
            15.4,
            2.0,
            boxstyle="round,pad=0.05",
            linewidth=1,
            linestyle="--",
            edgecolor=BLACK,
            facecolor="none",
        )
    )
    axes.text(
        8.1, 1.15, "the envelope:\nkept together", ha="center", va="center", fontsize=FONT_SIZE
    )
