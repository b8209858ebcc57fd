"""URLs of queues: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit


class QueueName(NamedTuple):
    """What a queue's URL says, or its name alone, which SQS takes as well."""

    owner: str | None
    """The account; None: the URL names none."""
    name: str


def parse_queue_url(url: str) -> QueueName:
    parts = urlsplit(url).path.strip("/").split("/")
    owner = parts[-2] if len(parts) > 1 and parts[-2].isdigit() else None
    return QueueName(owner, parts[-1])
