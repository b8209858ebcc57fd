"""One queue for several tenants, and a burst of one of them.

The worker is a function whose work is declared: 1 second a message. Each tenant sends a message a
second, for 150 seconds; in second 10 `dee` sends 1,800 more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

from helpers.bank.queues import delete_queue, renew_queue, wait_until_empty
from helpers.deploying import modelled
from helpers.deploying.mappings import create_mapping, wait_for_mapping
from helpers.deploying.packages import delete_function
from helpers.deploying.roles import create_role, delete_role
from helpers.watching.metrics import Metric, read_metrics

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from helpers.lab import Lab

WORKER = "course-tenant-worker"
ROLE = f"{WORKER}-role"
QUEUE = "course-shared"
QUIET = ("ada", "ben", "cy")
NOISY = "dee"
BURST_AT, BURST, SECONDS = 10, 1800, 150
SENT_AT_ONCE = 10

QUEUE_OF_ALL = {
    "oldest": "ApproximateAgeOfOldestMessage",
    "visible": "ApproximateNumberOfMessagesVisible",
    "noisy groups": "ApproximateNumberOfNoisyGroups",
    "visible, quiet": "ApproximateNumberOfMessagesVisibleInQuietGroups",
}


def open_queue(lab: Lab, limit: int) -> str:
    """An empty queue and a new worker, `limit` messages at once, at a full minute; its URL."""
    delete_function(WORKER)
    role = create_role(ROLE, "AWSLambdaSQSQueueExecutionRole", "", [])
    modelled.deploy_function(lab, WORKER, modelled.Work(modelled.fixed(1), cold_start=0.2), role)
    queue = renew_queue(lab, QUEUE)
    boto3.client("sqs").set_queue_attributes(
        QueueUrl=queue.url, Attributes={"VisibilityTimeout": "180"}
    )
    uuid = create_mapping(
        lab, queue.arn, WORKER, BatchSize=1, ScalingConfig={"MaximumConcurrency": limit}
    )
    wait_for_mapping(lab, uuid)
    lab.advance(seconds=-lab.now().timestamp() % 60)  # metrics are by the minute
    return queue.url


def send_traffic(lab: Lab, url: str, group: str | None, limit: float = 3000) -> dict[str, str]:
    """Send for 150 seconds, with the burst in it, and wait until all is done.

    Args:
        group: what each message has as MessageGroupId: the "tenant", a name of its own
            ("message"), or nothing (None).
        limit: seconds of lab time that the work may take.

    Returns:
        The tenant of each message, by the message's id.
    """
    sqs = boto3.client("sqs")
    owners: dict[str, str] = {}
    for second in range(SECONDS):
        tenants = [*QUIET, NOISY]
        if second == BURST_AT:
            tenants += [NOISY] * BURST
        for first in range(0, len(tenants), SENT_AT_ONCE):
            some = tenants[first : first + SENT_AT_ONCE]
            answer = sqs.send_message_batch(
                QueueUrl=url, Entries=_entries(some, group, len(owners))
            )
            for sent in answer["Successful"]:
                owners[sent["MessageId"]] = some[int(sent["Id"])]
        lab.advance(seconds=1)
    wait_until_empty(lab, url, limit)
    return owners


def _entries(tenants: list[str], group: str | None, sent: int) -> list[dict[str, str]]:
    entries = []
    for number, tenant in enumerate(tenants):
        entry = {"Id": f"{number}", "MessageBody": f"order of {tenant}"}
        if group is not None:
            entry["MessageGroupId"] = tenant if group == "tenant" else f"message-{sent + number}"
        entries.append(entry)
    return entries


def measure_dwell(lab: Any, owners: dict[str, str]) -> pd.DataFrame:
    """How long each tenant's messages were in the queue before they were received.

    Args:
        lab: an embedded one; a real account keeps no trace of messages.
        owners: as `send_traffic` returns them.

    Returns:
        Index tenant; columns messages, median, p95, longest: seconds, rounded to 0.1.
    """
    import pandas as pd

    trace = lab.trace().dropna(subset=["message_id"])
    trace = trace[trace["message_id"].isin(owners)]
    moments = trace.pivot_table(index="message_id", columns="what", values="at", aggfunc="first")
    waits = (moments["received"] - moments["sent"]).groupby(moments.index.map(owners))
    table = pd.DataFrame(
        {
            "messages": waits.count(),
            "median": waits.median(),
            "p95": waits.quantile(0.95),
            "longest": waits.max(),
        }
    )
    return table.round(1).rename_axis("tenant")


def compare(dwells: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Dwells by case, as `helpers.plots.plot_neighbours` takes them."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "case": case,
                "quiet_p95": float(dwell.loc[list(QUIET), "p95"].max()),
                "noisy_p95": float(dwell["p95"].loc[NOISY]),
            }
            for case, dwell in dwells.items()
        ]
    )


def read_groups(lab: Lab, start: datetime, end: datetime) -> pd.DataFrame:
    """What CloudWatch says of the queue, of all its messages and of those of quiet tenants.

    Returns:
        One row for each minute from `start` to `end`; columns QUEUE_OF_ALL's keys.
    """
    asked = {
        name: Metric("AWS/SQS", metric, (("QueueName", QUEUE),), "Maximum")
        for name, metric in QUEUE_OF_ALL.items()
    }
    table = read_metrics(lab, asked, start, end)
    return table.reset_index(drop=True).rename_axis("minute")


def delete_all() -> list[str]:
    """Delete the worker, its role and the queue; the names of those that were there."""
    deletions = ((WORKER, delete_function), (ROLE, delete_role), (QUEUE, delete_queue))
    return [name for name, delete in deletions if delete(name)]
