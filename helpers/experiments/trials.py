"""A handler tried on a queue of its own: what it does with each message, and where that ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3

from helpers.bank.dead_letters import read_dead_letters
from helpers.bank.queues import Queue, delete_queue, renew_pair
from helpers.deploying.invocations import read_log
from helpers.deploying.mappings import (
    create_mapping,
    delete_mapping,
    delete_mappings,
    wait_for_mapping,
)
from helpers.deploying.packages import delete_function, deploy_handler
from helpers.deploying.roles import create_role, delete_role
from helpers.watching import timeline

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

FUNCTION = "course-trial"
ROLE = f"{FUNCTION}-role"
QUEUE = "trial-queue"
DEAD_LETTER_QUEUE = "trial-dead-letter-queue"
BOOKED = "booked "
"""What the handler logs before the body of a message that it has dealt with."""
AMOUNTS = ("100", "200", "300", "seven", "500", "600", "700", "800", "900", "1000")
"""Cents in the bodies of a batch, with one among them that is no number."""
LOG_DELAY = 5
"""Seconds by which a log may be late on AWS."""
MOST = 10
"""Messages of a trial: one batch."""


@dataclass(frozen=True)
class Trial:
    """What became of the messages of one trial.

    Attributes:
        table: a row for each message, in the order of sending: index body; columns booked (how
            often the handler logged "booked" with this body) and end (deleted, dead letter).
        error: with which the handler failed last; "" if it never did.
        lives: the messages' lifelines, as `helpers.watching.timeline.read_lifelines` returns them,
            and a column more, booked: the seconds until the handler first logged "booked" with
            this body. None on a real account.
        runs: the handler's invocations in the same seconds, as `read_invocations` returns them;
            None on a real account.
    """

    table: pd.DataFrame
    error: str
    lives: pd.DataFrame | None
    runs: pd.DataFrame | None


def run_trial(
    lab: Lab,
    handler: Callable[[Any, Any], Any],
    bodies: Sequence[str],
    *,
    report: bool = False,
    visibility: int = 30,
    timeout: int = 5,
    at_once: int | None = None,
    batch_size: int = 10,
) -> Trial:
    """Deploy the handler, let Lambda poll a new queue for it, send the bodies in one batch, and
    wait until each message is deleted or dead, after 5 receives.

    Args:
        handler: defined in a notebook cell; it prints "booked" and the body of what it books.
        bodies: of 1 to 10 messages, all different.
        report: whether the mapping has ReportBatchItemFailures.
        visibility: seconds, of the queue.
        timeout: seconds, of the function.
        at_once: the function's reserved concurrency; None: it has none.

    Raises:
        ValueError: too many bodies, or the same twice; or the handler is none.
        ClientError: AWS refuses a setting, such as a visibility below the function's timeout.
    """
    if not 1 <= len(bodies) <= MOST or len({*bodies}) < len(bodies):
        raise ValueError(f"A trial takes 1 to {MOST} bodies, all different.")
    role = create_role(ROLE, "AWSLambdaSQSQueueExecutionRole", "", [])
    deploy_handler(lab, FUNCTION, handler, role, timeout)
    _limit(at_once)
    delete_mappings(lab, FUNCTION)  # of the trial before
    queue, dead = renew_pair(lab, QUEUE, DEAD_LETTER_QUEUE, visibility)
    settings = {"FunctionResponseTypes": ["ReportBatchItemFailures"]} if report else {}
    uuid = create_mapping(lab, queue.arn, FUNCTION, BatchSize=batch_size, **settings)
    try:
        wait_for_mapping(lab, uuid)
        start = lab.now()
        names = _send(queue, bodies)
        lab.run_until_idle()
    finally:
        delete_mapping(lab, uuid)
    lives = timeline.follow_messages(lab, queue.url, names, start)
    runs = timeline.follow_invocations(lab, FUNCTION, start)
    lab.advance(seconds=LOG_DELAY)
    log = read_log(FUNCTION, start)
    if lives is not None:
        lives["booked"] = lives["message"].map(_find_bookings(log, start))
    lines = [line for _, line in log]
    return Trial(_tell(bodies, dead, lines), _find_error(lines), lives, runs)


def delete_trial() -> list[str]:
    """Delete what the trials created; the names of what was deleted."""
    deletions = (
        (FUNCTION, delete_function),
        (ROLE, delete_role),
        (QUEUE, delete_queue),
        (DEAD_LETTER_QUEUE, delete_queue),
    )
    return [name for name, delete in deletions if delete(name)]


def _limit(at_once: int | None) -> None:
    functions = boto3.client("lambda")
    if at_once is None:
        functions.delete_function_concurrency(FunctionName=FUNCTION)
    else:
        functions.put_function_concurrency(
            FunctionName=FUNCTION, ReservedConcurrentExecutions=at_once
        )


def _send(queue: Queue, bodies: Sequence[str]) -> dict[str, str]:
    """The bodies by the ids of their messages, all sent in one batch."""
    entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(bodies)]
    answer = boto3.client("sqs").send_message_batch(QueueUrl=queue.url, Entries=entries)
    if answer.get("Failed"):
        raise ValueError(f"SQS did not take all bodies: {answer['Failed'][0]['Message']}")
    return {each["MessageId"]: bodies[int(each["Id"])] for each in answer["Successful"]}


def _find_bookings(log: Sequence[tuple[datetime, str]], start: datetime) -> dict[str, float]:
    """The seconds until each body was booked for the first time."""
    seconds: dict[str, float] = {}
    for time, line in log:
        if line.startswith(BOOKED):
            seconds.setdefault(line.removeprefix(BOOKED), (time - start).total_seconds())
    return seconds


def _find_error(lines: Sequence[str]) -> str:
    """As Lambda's log has it, "ValueError: ...", without the lines that led there."""
    errors = [line for line in lines if line.startswith("[ERROR] ")]
    return errors[-1].splitlines()[0].removeprefix("[ERROR] ") if errors else ""


def _tell(bodies: Sequence[str], dead: Queue, lines: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    letters = {letter.body for letter in read_dead_letters(dead.url)}
    rows = [
        (lines.count(BOOKED + body), "dead letter" if body in letters else "deleted")
        for body in bodies
    ]
    return pd.DataFrame(rows, columns=["booked", "end"], index=pd.Index(bodies, name="body"))
