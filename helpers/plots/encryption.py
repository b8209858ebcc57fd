"""Keys as boxes and arrows: what an envelope is, and which kind of key to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.plots.architecture import Arrow, Box, draw_boxes
from helpers.plots.style import BLACK, BLUE, FONT_SIZE, GREEN, PURPLE, VERMILLION

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ENVELOPE_BOXES = (
    Box(0.6, 6.2, 4.6, VERMILLION, "data key", "in plaintext, then deleted"),
    Box(10.6, 6.2, 4.8, PURPLE, "banking-key", "never leaves KMS"),
    Box(0.6, 3.3, 4.6, BLUE, "account statement", "1,000,000 bytes"),
    Box(0.6, 0.4, 4.6, BLUE, "encrypted statement", "by the data key"),
    Box(10.6, 0.4, 4.8, VERMILLION, "encrypted data key", "by banking-key"),
)

ENVELOPE_ARROWS = (
    Arrow((10.4, 7.3), (5.5, 7.3), "-", "GenerateDataKey: a new one", (7.95, 7.65)),
    Arrow((10.4, 6.5), (5.5, 6.5), "--", "Decrypt: the same again", (7.95, 6.1)),
    Arrow((2.9, 6.0), (2.9, 5.0), ":", "encrypts, decrypts", (4.9, 5.5)),
    Arrow((2.9, 3.1), (2.9, 2.1), "-", "becomes", (4.05, 2.62)),
    Arrow((12.4, 6.0), (12.4, 2.1), "-", "GenerateDataKey", (10.6, 4.05)),
    Arrow((13.6, 2.1), (13.6, 6.0), "--", "Decrypt", (14.6, 4.05)),
)

CHOICE_BOXES = (
    Box(3.4, 6.2, 8.6, BLACK, "Does somebody take part", "who has no AWS permissions?"),
    Box(7.6, 3.3, 6.6, BLACK, "What must they do", "with the public key?"),
    Box(0.3, 0.4, 4.5, PURPLE, "symmetric", "queues, secrets, data"),
    Box(5.6, 0.4, 4.5, BLUE, "RSA, to encrypt", "the letterbox"),
    Box(11.0, 0.4, 4.6, GREEN, "RSA or ECC, to sign", "the seal"),
)

CHOICE_ARROWS = (
    Arrow((4.6, 6.0), (2.5, 2.1), "-", "no", (2.8, 4.2)),
    Arrow((10.9, 6.0), (10.9, 5.0), "-", "yes", (11.7, 5.5)),
    Arrow((9.3, 3.1), (7.9, 2.1), "-", "send you a secret", (6.5, 2.65)),
    Arrow((11.4, 3.1), (11.9, 2.1), "-", "check what you say", (14.2, 2.65)),
)


def draw_envelope() -> Figure:
    """Envelope encryption: a data key encrypts, and a KMS key encrypts the data key."""
    figure = draw_boxes(ENVELOPE_BOXES, ENVELOPE_ARROWS, 8.2)
    _draw_paper(figure)
    return figure


def describe_envelope() -> str:
    """The content of `draw_envelope` in words."""
    return (
        "KMS makes a data key and returns it twice: as plaintext, and encrypted with banking-key, "
        "which never leaves KMS. The program encrypts the account statement with the plaintext "
        "data key, and then deletes that key from memory. It stores the encrypted statement and "
        "the encrypted data key together: the envelope. To decrypt, the program sends the "
        "encrypted data key to KMS, gets the plaintext data key back, and decrypts the statement "
        "itself."
    )


def draw_key_choice() -> Figure:
    """Symmetric or asymmetric: two questions, and three kinds of keys."""
    return draw_boxes(CHOICE_BOXES, CHOICE_ARROWS, 8.2)


def describe_key_choice() -> str:
    """The content of `draw_key_choice` in words."""
    return (
        "If everybody who takes part has AWS permissions, use a symmetric key: for queues, secrets "
        "and data. If others must send you a secret, use an RSA key that encrypts, and give them "
        "its public key. If others must check that something comes from you, use an RSA or ECC "
        "key that signs, and give them its public key."
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
