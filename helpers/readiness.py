"""Waiting for AWS: what was created a moment ago is not known everywhere at once.

A new role cannot be assumed for some seconds, a deleted queue's name is taken for a minute, and a
queue can be purged once a minute.
In the embedded account everything is ready at once, and nothing here waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from helpers.lab import Lab

Answer = TypeVar("Answer")

NOT_READY = (
    ("InvalidParameterValueException", "cannot be assumed by Lambda"),
    ("InvalidParameterValueException", "does not have permissions to call"),
    ("AccessDenied", "sts:AssumeRole"),
    ("AWS.SimpleQueueService.QueueDeletedRecently", ""),
    ("QueueDeletedRecently", ""),
    ("AWS.SimpleQueueService.PurgeQueueInProgress", ""),
)
"""Error codes, and words in their messages, that mean: ask again in a moment."""


def call_when_ready(
    lab: Lab, call: Callable[[], Answer], limit: float = 90, pause: float = 5
) -> Answer:
    """The call's answer, asked for every `pause` seconds of lab time until AWS is ready.

    Raises:
        ClientError: AWS answered another error, or was not ready after `limit` seconds.
    """
    waited = 0.0
    while True:
        try:
            return call()
        except ClientError as error:
            if waited >= limit or not _is_not_ready(error):
                raise
        lab.advance(seconds=pause)
        waited += pause


def _is_not_ready(error: ClientError) -> bool:
    details = error.response.get("Error", {})
    return any(
        details.get("Code") == code and words in details.get("Message", "")
        for code, words in NOT_READY
    )
