"""Who needs which permission for what: boxes, and arrows with the actions that are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.plots.architecture import Arrow, Box, draw_boxes
from helpers.plots.style import BLUE, GREEN, PURPLE

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_sender_permissions() -> Figure:
    """The sender function, the queue and its key; what each asks of the next."""
    return draw_boxes(SENDER_BOXES, SENDER_ARROWS, 2.7)


SENDER_BOXES = (
    Box(0.2, 0.6, 2.5, GREEN, "sender", "acts as its role"),
    Box(6.3, 0.6, 2.8, BLUE, "banking-queue", "encrypts bodies"),
    Box(13.5, 0.6, 2.3, PURPLE, "banking-key", "KMS key"),
)

SENDER_ARROWS = (
    Arrow((2.9, 1.35), (6.1, 1.35), "-", "sqs:SendMessage", (4.5, 1.75)),
    Arrow(
        (9.3, 1.35),
        (13.3, 1.35),
        ":",
        "kms:GenerateDataKey\nkms:Decrypt\n\nin the role's name",
        (11.3, 1.45),
    ),
)


def describe_sender_permissions() -> str:
    """The content of `draw_sender_permissions` in words."""
    return (
        "The sender function acts as its role and needs sqs:SendMessage on the queue. The queue "
        "encrypts the body, and for that asks the key, in the name of the same role, for "
        "kms:GenerateDataKey and kms:Decrypt: both must be allowed to the role on the key."
    )
