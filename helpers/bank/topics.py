"""SNS topics that hand messages on to queues, and what has arrived there."""

from __future__ import annotations

import json
from collections.abc import Iterable

import boto3

from helpers.aws.door import name_behind
from helpers.bank.queues import Queue
from helpers.deploying import tags


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
