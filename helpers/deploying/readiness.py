"""Waiting for AWS: what was created a moment ago is not known everywhere at once.

A new role cannot be assumed for some seconds, a deleted queue's name is taken for a minute, a
queue can be purged once a minute, and a mapping takes a while to be enabled, changed or deleted.
In the embedded account everything but the mappings is ready at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import ClientError

from helpers.progress import Progress

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
    ("ResourceConflictException", "update is in progress"),
    ("ResourceConflictException", "in the following state: Pending"),
    ("ResourceInUseException", "event source mapping"),
)
"""Error codes, and words in their messages, that mean: ask again in a moment."""


class NotReadyInTime(TimeoutError):
    """AWS was waited for as long as is sensible."""


def call_when_ready(
    lab: Lab, call: Callable[[], Answer], limit: float = 90, pause: float = 5
) -> Answer:
    """The call's answer, asked for every `pause` seconds of lab time until AWS is ready.

    Raises:
        ClientError: AWS answered another error; or the same still after `limit` seconds.
    """
    answers: list[Answer] = []
    refusals: list[ClientError] = []

    def is_answered() -> bool:
        try:
            answers.append(call())
        except ClientError as error:
            if not _is_not_ready(error):
                raise
            refusals.append(error)
        return bool(answers)

    try:
        wait_until(lab, is_answered, "AWS is ready", limit, pause)
    except NotReadyInTime as late:
        raise refusals[-1] from late
    return answers[0]


def wait_until(
    lab: Lab, is_so: Callable[[], bool], what: str, limit: float = 120, pause: float = 1
) -> None:
    """Let time pass, with a bar if it is long, until something is so.

    Args:
        what: completes the sentence "waiting until ...".
        limit: seconds of lab time.
        pause: seconds of lab time between two looks.

    Raises:
        NotReadyInTime: it is not so after `limit` seconds.
    """
    waited = 0.0
    with Progress(limit, lambda: f"until {what}", "s") as progress:
        while not is_so():
            if waited >= limit:
                raise NotReadyInTime(
                    f"Waited {limit:g} s until {what}, in vain. Wait a minute, and run this again."
                )
            lab.advance(seconds=pause)
            waited += pause
            progress(waited)


def _is_not_ready(error: ClientError) -> bool:
    details = error.response.get("Error", {})
    return any(
        details.get("Code") == code and words in details.get("Message", "")
        for code, words in NOT_READY
    )
