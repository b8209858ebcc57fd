"""The bank's two queues."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3

from helpers.deploying import tags
from helpers.deploying.readiness import call_when_ready, wait_until

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

QUEUE = "banking-queue"
DEAD_LETTER_QUEUE = "banking-dead-letter-queue"

DAY = 86_400
RECEIVES_BEFORE_DEAD = 5

SETTINGS = (
    "VisibilityTimeout",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "SqsManagedSseEnabled",
    "KmsDataKeyReusePeriodSeconds",
)


class Queue(NamedTuple):
    """A queue's two names: programs call it by `url`, policies and mappings by `arn`."""

    url: str
    arn: str


class Depth(NamedTuple):
    """How many messages are in a queue; approximate on AWS, exact in the embedded account."""

    visible: int
    in_flight: int
    delayed: int

    @property
    def total(self) -> int:
        return sum(self)


def find_queue(name: str) -> Queue | None:
    """The queue with this name, or None."""
    sqs = boto3.client("sqs")
    try:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        return None
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return Queue(str(url), str(answer["Attributes"]["QueueArn"]))


def create_dead_letter_queue(lab: Lab, key_arn: str) -> Queue:
    """banking-dead-letter-queue, encrypted. It keeps messages as long as SQS can, 14 days: the
    clock of a dead letter is that of its first sending, not of its move.
    """
    return _create_queue(
        lab,
        DEAD_LETTER_QUEUE,
        {"KmsMasterKeyId": key_arn, "MessageRetentionPeriod": str(14 * DAY)},
    )


def create_queue(lab: Lab, key_arn: str, dead_letter_queue_arn: str) -> Queue:
    """banking-queue: encrypted, 30 s invisible, kept for 1 day, received with 20 s of waiting,
    dead after 5 receives.
    """
    redrive = {
        "deadLetterTargetArn": dead_letter_queue_arn,
        "maxReceiveCount": RECEIVES_BEFORE_DEAD,
    }
    return _create_queue(
        lab,
        QUEUE,
        {
            "KmsMasterKeyId": key_arn,
            "VisibilityTimeout": "30",
            "MessageRetentionPeriod": str(DAY),
            "ReceiveMessageWaitTimeSeconds": "20",
            "RedrivePolicy": json.dumps(redrive),
        },
    )


def create_pair(
    lab: Lab, name: str, days: int, dead_letter_days: int, *, fresh: bool = False
) -> tuple[Queue, Queue]:
    """`name`-queue and `name`-dead-letter-queue for an experiment: a message is dead after one
    receive, and each queue keeps it for so many days since its sending. No KMS key.

    Args:
        fresh: those of the same names are deleted first; else they stay, and are set.
    """
    if fresh:
        delete_queue(f"{name}-queue")
        delete_queue(f"{name}-dead-letter-queue")
    dead = _create_queue(
        lab, f"{name}-dead-letter-queue", {"MessageRetentionPeriod": str(dead_letter_days * DAY)}
    )
    redrive = {"deadLetterTargetArn": dead.arn, "maxReceiveCount": 1}
    attributes = {
        "MessageRetentionPeriod": str(days * DAY),
        "RedrivePolicy": json.dumps(redrive),
    }
    return _create_queue(lab, f"{name}-queue", attributes), dead


def renew_queue(lab: Lab, name: str) -> Queue:
    """A new, empty queue for an experiment, FIFO if its name ends in .fifo; else as SQS sets it up.
    One of the same name is deleted first.
    """
    delete_queue(name)
    return _create_queue(lab, name, {"FifoQueue": "true"} if name.endswith(".fifo") else {})


def renew_pair(
    lab: Lab, name: str, dead_name: str, visibility: int = 30, receives: int = RECEIVES_BEFORE_DEAD
) -> tuple[Queue, Queue]:
    """A new, empty queue for an experiment and a dead-letter queue of its own, without a KMS key.
    Those of the same names are deleted first.

    Args:
        visibility: seconds for which a receive hides a message.
        receives: after so many in vain a message becomes a dead letter.
    """
    queue, dead = renew_queue(lab, name), renew_queue(lab, dead_name)
    redrive = {"deadLetterTargetArn": dead.arn, "maxReceiveCount": receives}
    boto3.client("sqs").set_queue_attributes(
        QueueUrl=queue.url,
        Attributes={"VisibilityTimeout": str(visibility), "RedrivePolicy": json.dumps(redrive)},
    )
    return queue, dead


def compare_settings(*names: str) -> pd.DataFrame:
    """What decides over a message in each of these queues, as SQS keeps it: texts, in seconds.

    Returns:
        Index queue, in this order; columns `SETTINGS`, "-" where the queue has no such setting,
        and maxReceiveCount.

    Raises:
        ValueError: there is no queue of one of these names.
    """
    import pandas as pd

    sqs = boto3.client("sqs")
    rows = []
    for name in names:
        queue = find_queue(name)
        if queue is None:
            raise ValueError(f"There is no queue {name!r}. Run the cell that creates it first.")
        answer = sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["All"])
        found = answer["Attributes"]
        redrive = json.loads(found.get("RedrivePolicy", "{}"))
        row = {setting: found.get(setting, "-") for setting in SETTINGS}
        rows.append(row | {"maxReceiveCount": str(redrive.get("maxReceiveCount", "-"))})
    return pd.DataFrame(rows, index=pd.Index(names, name="queue"))


def measure_depth(url: str, sqs: Any = None) -> Depth:
    """The queue's three counts, asked for by `sqs`, a client, or by one made for it."""
    names = {
        "visible": "ApproximateNumberOfMessages",
        "in_flight": "ApproximateNumberOfMessagesNotVisible",
        "delayed": "ApproximateNumberOfMessagesDelayed",
    }
    sqs = sqs or boto3.client("sqs")
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names.values()))
    return Depth(**{count: int(answer["Attributes"][name]) for count, name in names.items()})


def wait_until_empty(lab: Lab, url: str, limit: float) -> None:
    """Let time pass until the queue has no message, visible, in flight or delayed.

    Where the counts lag it is empty when they say so for as long as they may.

    Args:
        limit: seconds of lab time.

    Raises:
        NotReadyInTime: messages were left after `limit` seconds.
    """
    sqs, empty_since = boto3.client("sqs"), None

    def is_empty() -> bool:
        nonlocal empty_since
        if measure_depth(url, sqs).total:
            empty_since = None
            return False
        empty_since = empty_since or lab.now()
        return (lab.now() - empty_since).total_seconds() >= lab.lag

    wait_until(lab, is_empty, f"{url.rpartition('/')[2]} is empty", limit)


def purge_queue(lab: Lab, url: str) -> None:
    """Delete all messages of the queue, and let the minute pass that SQS takes for it."""
    sqs = boto3.client("sqs")
    call_when_ready(lab, lambda: sqs.purge_queue(QueueUrl=url))
    lab.advance(seconds=60)


def delete_queue(name: str) -> bool:
    """Delete the queue and its messages, if the course created it."""
    sqs = boto3.client("sqs")
    queue = find_queue(name)
    if queue is None or not tags.is_ours(sqs.list_queue_tags(QueueUrl=queue.url).get("Tags", {})):
        return False
    sqs.delete_queue(QueueUrl=queue.url)
    return True


def free_names(lab: Lab, *names: str) -> None:
    """Delete these queues, if the course created them, and wait until their names can be used.

    SQS keeps the name of a deleted queue for 60 seconds.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
    """
    if [name for name in names if delete_queue(name)]:
        lab.advance(seconds=60)


def _create_queue(lab: Lab, name: str, attributes: dict[str, str]) -> Queue:
    """Create the queue, or give the one of this name these attributes."""
    sqs = boto3.client("sqs")
    queue = find_queue(name)
    if queue is not None:
        sqs.set_queue_attributes(QueueUrl=queue.url, Attributes=attributes)
        return queue
    call_when_ready(
        lab,
        lambda: sqs.create_queue(QueueName=name, Attributes=attributes, tags=tags.AS_MAPPING),
    )
    wait_until(lab, lambda: find_queue(name) is not None, f"{name} is known")
    created = find_queue(name)
    assert created is not None
    return created
