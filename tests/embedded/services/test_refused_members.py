"""What a service here would keep and never obey is refused in words, and nothing is made."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.service import NotInEmbeddedAccount


@pytest.mark.parametrize(
    ("service", "call", "given", "named"),
    [
        ("kms", "create_key", {"CustomKeyStoreId": "store"}, "CustomKeyStoreId"),
        ("kms", "create_key", {"XksKeyId": "key"}, "XksKeyId"),
        (
            *("logs", "create_log_group"),
            {"logGroupName": "/bank", "deletionProtectionEnabled": True},
            "deletionProtectionEnabled",
        ),
        ("logs", "create_log_group", {"logGroupName": "/bank", "logGroupClass": "DELIVERY"}, "DEL"),
        (
            "sns",
            "create_topic",
            {"Name": "topic", "DataProtectionPolicy": "{}"},
            "DataProtectionPolicy",
        ),
    ],
)
def test_it_is_refused_in_words(
    lab: EmbeddedAccount, service: str, call: str, given: dict[str, Any], named: str
) -> None:
    client = boto3.client(service)
    with pytest.raises(NotInEmbeddedAccount, match=named):
        getattr(client, call)(**given)
    assert not boto3.client("kms").list_keys()["Keys"]
    assert not boto3.client("logs").describe_log_groups()["logGroups"]
    assert not boto3.client("sns").list_topics()["Topics"]


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("ArchivePolicy", '{"MessageRetentionPeriod": 1}'),
        ("FifoThroughputScope", "MessageGroup"),
        ("SQSSuccessFeedbackRoleArn", "arn:aws:iam::123456789012:role/feedback"),
        ("TracingConfig", "Active"),
    ],
)
def test_an_attribute_that_no_topic_here_has_is_refused(
    lab: EmbeddedAccount, attribute: str, value: str
) -> None:
    sns = boto3.client("sns")
    with pytest.raises(NotInEmbeddedAccount, match=attribute):
        sns.create_topic(Name="topic", Attributes={attribute: value})
    topic = sns.create_topic(Name="topic")["TopicArn"]
    with pytest.raises(NotInEmbeddedAccount, match=attribute):
        sns.set_topic_attributes(TopicArn=topic, AttributeName=attribute, AttributeValue=value)


def test_an_attribute_of_a_topic_is_one_of_sns(lab: EmbeddedAccount) -> None:
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="topic")["TopicArn"]
    with pytest.raises(ClientError, match="Invalid parameter: AttributeName"):
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Colour", AttributeValue="red")
    sns.set_topic_attributes(TopicArn=topic, AttributeName="SignatureVersion", AttributeValue="2")
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SignatureVersion"] == "2"
