"""What stands beside a standard queue, to compare: FIFO queues, topics and streams."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

import boto3

from helpers.aws.door import name_behind
from helpers.bank.queues import Queue, delete_queue, renew_queue
from helpers.deploying import tags

if TYPE_CHECKING:
    from helpers.lab import Lab

SHARD = "shardId-000000000000"
"""The name of a stream's first shard."""


def create_queues(lab: Lab, *names: str) -> list[Queue]:
    """New, empty queues, FIFO where a name ends in .fifo. One of the same name is deleted first."""
    return [renew_queue(lab, name) for name in names]


def take_messages(url: str, count: int) -> list[str]:
    """Receive and delete up to `count` messages, fewer if the queue is empty; their bodies."""
    sqs = boto3.client("sqs")
    bodies: list[str] = []
    while len(bodies) < count:
        most = min(10, count - len(bodies))
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            bodies.append(message["Body"])
        if not answer.get("Messages"):
            break
    return bodies


def send_numbered(url: str, count: int, group: str = "") -> None:
    """Send messages 0, 1, 2 ... one by one; for a FIFO queue all in this message group."""
    sqs = boto3.client("sqs")
    for number in map(str, range(count)):
        fifo = {"MessageGroupId": group, "MessageDeduplicationId": number} if group else {}
        sqs.send_message(QueueUrl=url, MessageBody=number, **fifo)


def subscribe_queues(topic_arn: str, queues: Iterable[Queue]) -> None:
    """Let the topic send each message to each of the queues, as it was published."""
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    for queue in queues:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue.arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"Policy": policy})
        sns.subscribe(
            TopicArn=topic_arn,
            Protocol="sqs",
            Endpoint=queue.arn,
            Attributes={"RawMessageDelivery": "true"},
        )


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


def delete_topic(name: str) -> bool:
    """Delete the topic and its subscriptions, if the course created it."""
    sns = boto3.client("sns")
    for page in sns.get_paginator("list_topics").paginate():
        for arn in (topic["TopicArn"] for topic in page["Topics"]):
            if arn.endswith(f":{name_behind(name)}") and tags.is_ours(
                sns.list_tags_for_resource(ResourceArn=arn)["Tags"]
            ):
                for each in sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]:
                    sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])
                sns.delete_topic(TopicArn=arn)
                return True
    return False


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
