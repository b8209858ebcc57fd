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


def draw_receiver_permissions() -> Figure:
    """Lambda's poller, the queue, its key and the receiver; what each asks of the others."""
    return draw_boxes(RECEIVER_BOXES, RECEIVER_ARROWS, 5.6)


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


RECEIVER_BOXES = (
    Box(0.2, 3.5, 2.6, GREEN, "poller", "part of Lambda"),
    Box(8.0, 3.5, 2.8, BLUE, "banking-queue", "opens bodies"),
    Box(13.5, 3.5, 2.3, PURPLE, "banking-key", "KMS key"),
    Box(0.2, 0.4, 2.6, GREEN, "receiver", "has the role"),
)

RECEIVER_ARROWS = (
    Arrow(
        (3.0, 4.25),
        (7.8, 4.25),
        "-",
        "sqs:GetQueueAttributes\nsqs:ReceiveMessage\n\nsqs:DeleteMessage",
        (5.4, 4.33),
    ),
    Arrow((11.0, 4.25), (13.3, 4.25), ":", "kms:Decrypt\n\nfor the role", (12.15, 4.25)),
    Arrow((1.5, 3.3), (1.5, 2.1), "-", "acts as its role, invokes it", (4.2, 2.7)),
)


def describe_sender_permissions() -> str:
    """The content of `draw_sender_permissions` in words."""
    return (
        "The sender function acts as its role and needs sqs:SendMessage on the queue. To "
        "encrypt the body, SQS calls kms:GenerateDataKey and kms:Decrypt on the key with the same "
        "role. So the role must have both permissions on the key."
    )


def describe_receiver_permissions() -> str:
    """The content of `draw_receiver_permissions` in words."""
    return (
        "Lambda's poller acts as the receiver's role, which needs sqs:GetQueueAttributes, "
        "sqs:ReceiveMessage and sqs:DeleteMessage on the queue. To decrypt the bodies, SQS calls "
        "kms:Decrypt on the key with the same role. The poller invokes the receiver with the "
        "messages, and deletes those that the receiver has processed."
    )
