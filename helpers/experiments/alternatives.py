"""What stands beside a standard queue, to compare: FIFO queues, topics and streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

from helpers.bank.queues import Queue, delete_queue, renew_queue
from helpers.bank.topics import delete_topic, subscribe_queues, take_messages
from helpers.deploying import tags

if TYPE_CHECKING:
    from helpers.lab import Lab

__all__ = [
    "SHARD",
    "create_queues",
    "create_stream",
    "delete_alternatives",
    "delete_stream",
    "delete_topic",
    "read_stream",
    "send_numbered",
    "subscribe_queues",
    "take_messages",
]

SHARD = "shardId-000000000000"
"""The name of a stream's first shard."""


def create_queues(lab: Lab, *names: str) -> list[Queue]:
    """New, empty queues, FIFO where a name ends in .fifo. One of the same name is deleted first."""
    return [renew_queue(lab, name) for name in names]


def send_numbered(url: str, count: int, group: str = "") -> None:
    """Send messages 0, 1, 2 ... one by one; for a FIFO queue all in this message group."""
    sqs = boto3.client("sqs")
    for number in map(str, range(count)):
        fifo = {"MessageGroupId": group, "MessageDeduplicationId": number} if group else {}
        sqs.send_message(QueueUrl=url, MessageBody=number, **fifo)


def create_stream(name: str) -> None:
    """A Kinesis stream with one shard, or the one of this name."""
    kinesis = boto3.client("kinesis")
    try:
        kinesis.create_stream(StreamName=name, ShardCount=1)
    except kinesis.exceptions.ResourceInUseException:
        return
    kinesis.get_waiter("stream_exists").wait(StreamName=name)
    kinesis.add_tags_to_stream(StreamName=name, Tags=tags.AS_MAPPING)


def read_stream(name: str) -> list[str]:
    """Every record of the stream's first shard, from the oldest on."""
    kinesis = boto3.client("kinesis")
    place = kinesis.get_shard_iterator(
        StreamName=name, ShardId=SHARD, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    return [
        record["Data"].decode() for record in kinesis.get_records(ShardIterator=place)["Records"]
    ]


def delete_stream(name: str) -> bool:
    """Delete the stream and its records, if the course created it."""
    kinesis = boto3.client("kinesis")
    try:
        found = kinesis.list_tags_for_stream(StreamName=name)["Tags"]
    except kinesis.exceptions.ResourceNotFoundException:
        return False
    if not tags.is_ours(found):
        return False
    kinesis.delete_stream(StreamName=name)
    return True


def delete_alternatives(*names: str) -> list[str]:
    """Delete the queues, topics and streams of these names; what there was of them."""
    deletions = (delete_queue, delete_topic, delete_stream)
    return [name for name in names if sum(delete(name) for delete in deletions)]
