"""Queues and topics: AWS::SQS and AWS::SNS."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.resource_types import (
    Place,
    Properties,
    ResourceType,
    as_mapping,
    changed,
    ignore_missing,
    without,
)
from helpers.embedded.services.cloudformation.tagging import Tagging, retag
from helpers.embedded.services.cloudformation.template_text import is_true

_QUEUE_TAGS = Tagging("sqs", "QueueUrl", "TagQueue", "UntagQueue", in_mapping=True)
_TOPIC_TAGS = Tagging("sns", "ResourceArn")
_NO_QUEUE = "NonExistentQueue"

_QUEUE_DEFAULTS = {
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoThroughputLimit": "perQueue",
    "KmsDataKeyReusePeriodSeconds": "300",
    "SqsManagedSseEnabled": "true",
    "DelaySeconds": "0",
    "KmsMasterKeyId": "",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "RedriveAllowPolicy": "",
    "RedrivePolicy": "",
    "VisibilityTimeout": "30",
}
"""What an attribute is again when its property is taken out of the template."""


class Queue(ResourceType):
    kind = "AWS::SQS::Queue"
    named_by = "QueueName"
    longest_name = 80
    fixed = frozenset({"FifoQueue"})
    is_tagged = True

    def named(self, place: Place, properties: Properties) -> Properties:
        if properties.get("QueueName") or not is_true(properties.get("FifoQueue")):
            return super().named(place, properties)
        return properties | {"QueueName": place.name(self.longest_name, ".fifo")}

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        name = wanted["QueueName"]
        if api.succeeds(_NO_QUEUE, "sqs", "GetQueueUrl", QueueName=name):
            raise self.already_there(name)
        attributes = without(wanted, "QueueName", "Tags")
        answer = api.call(
            "sqs",
            "CreateQueue",
            QueueName=name,
            Attributes=attributes,
            tags=as_mapping(wanted.get("Tags")),
        )
        return str(answer["QueueUrl"])

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        own = ("QueueName", "FifoQueue", "Tags")
        before, after = without(old, *own), without(new, *own)
        gone = {name: _QUEUE_DEFAULTS.get(name, "") for name in before.keys() - after.keys()}
        if "KmsMasterKeyId" in gone:  # without a key of its own a queue has that of SQS
            gone.setdefault("SqsManagedSseEnabled", "true")
        elif "KmsMasterKeyId" in after:  # one of both at a time
            gone.pop("SqsManagedSseEnabled", None)
        if before != after:
            api.call("sqs", "SetQueueAttributes", QueueUrl=identity, Attributes=gone | after)
        retag(api, _QUEUE_TAGS, identity, old, new)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        api.succeeds(_NO_QUEUE, "sqs", "DeleteQueue", QueueUrl=identity)

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        name = properties["QueueName"]
        return {"Arn": api.arn("sqs", name), "QueueName": name, "QueueUrl": identity}


class QueuePolicy(ResourceType):
    kind = "AWS::SQS::QueuePolicy"
    laid_on = ("Queues",)

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        self.update(api, "", {}, wanted)
        return place.name(80)

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        attributes = {"Policy": new["PolicyDocument"]}
        for url in new["Queues"]:
            api.call("sqs", "SetQueueAttributes", QueueUrl=url, Attributes=attributes)
        gone = [url for url in old.get("Queues", ()) if url not in new["Queues"]]
        self.delete(api, identity, {"Queues": gone})

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        for url in properties["Queues"]:
            nothing = {"Policy": ""}
            api.succeeds(_NO_QUEUE, "sqs", "SetQueueAttributes", QueueUrl=url, Attributes=nothing)


class Topic(ResourceType):
    kind = "AWS::SNS::Topic"
    named_by = "TopicName"
    longest_name = 256
    fixed = frozenset({"FifoTopic"})
    is_tagged = True
    _OWN = ("TopicName", "Subscription", "Tags")

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        arn = api.arn("sns", wanted["TopicName"])
        if api.succeeds("NotFound", "sns", "GetTopicAttributes", TopicArn=arn):
            raise self.already_there(arn)
        api.call(
            "sns",
            "CreateTopic",
            Name=wanted["TopicName"],
            Attributes=without(wanted, *self._OWN),
            Tags=wanted.get("Tags"),
        )
        return arn

    def complete(self, api: AccountApi, identity: str, wanted: Properties) -> None:
        """Subscribing twice is subscribing once (API Subscribe)."""
        for each in wanted.get("Subscription", ()):
            api.call("sns", "Subscribe", TopicArn=identity, **each)

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        before, after = without(old, *self._OWN), without(new, *self._OWN)
        for name in before.keys() | after.keys():
            if before.get(name) != after.get(name):
                api.call(
                    "sns",
                    "SetTopicAttributes",
                    TopicArn=identity,
                    AttributeName=name,
                    AttributeValue=after.get(name, ""),
                )
        self.complete(api, identity, new)
        retag(api, _TOPIC_TAGS, identity, old, new)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        """A topic takes its subscriptions along (API DeleteTopic)."""
        api.succeeds("NotFound", "sns", "DeleteTopic", TopicArn=identity)

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        return {"TopicArn": identity, "TopicName": properties["TopicName"]}


class Subscription(ResourceType):
    kind = "AWS::SNS::Subscription"
    fixed = frozenset({"Endpoint", "Protocol", "TopicArn"})

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        answer = api.call(
            "sns",
            "Subscribe",
            TopicArn=wanted.get("TopicArn"),
            Protocol=wanted.get("Protocol"),
            Endpoint=wanted.get("Endpoint"),
            Attributes=without(wanted, *self.fixed),
            ReturnSubscriptionArn=True,
        )
        return str(answer["SubscriptionArn"])

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        for name in sorted((old.keys() | new.keys()) - self.fixed):
            if changed(old, new, name):
                api.call(
                    "sns",
                    "SetSubscriptionAttributes",
                    SubscriptionArn=identity,
                    AttributeName=name,
                    AttributeValue=new.get(name, ""),
                )

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        api.succeeds("NotFound", "sns", "Unsubscribe", SubscriptionArn=identity)


class TopicPolicy(ResourceType):
    kind = "AWS::SNS::TopicPolicy"
    laid_on = ("Topics",)

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        self.update(api, "", {}, wanted)
        return place.name(256)

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        for arn in new["Topics"]:
            self._put(api, arn, new["PolicyDocument"])
        gone = [arn for arn in old.get("Topics", ()) if arn not in new["Topics"]]
        self.delete(api, identity, {"Topics": gone})

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        """A topic has the policy again that it is made with: its owner's alone."""
        for arn in properties["Topics"]:
            try:
                self._put(api, arn, _owners_alone(arn, api.account_id))
            except ClientError as error:
                ignore_missing(error, "NotFound")

    @staticmethod
    def _put(api: AccountApi, arn: str, policy: Any) -> None:
        api.call(
            "sns",
            "SetTopicAttributes",
            TopicArn=arn,
            AttributeName="Policy",
            AttributeValue=json.dumps(policy),
        )


def _owners_alone(arn: str, account_id: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html"""
    actions = (
        "GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission",
        "DeleteTopic", "Subscribe", "ListSubscriptionsByTopic", "Publish",
    )  # fmt: skip
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in actions],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": account_id}},
    }
    return {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}


TYPES = (Queue(), QueuePolicy(), Topic(), Subscription(), TopicPolicy())
