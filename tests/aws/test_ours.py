"""What a request names must be the lab's own: by its name, its tag or its function."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.model import OperationModel

from helpers.aws import operations
from helpers.aws.ours import NotOurs, Ours
from helpers.aws.real_account import RealAccount
from helpers.embedded.account import EmbeddedAccount
from tests.notebooks.real_account import NOTEBOOKS, read_requests

HERE = "us-east-1:123456789012"
OWN_KEY, OWN_MAPPING = "1" * 8, "2" * 8
OURS = Ours("anna-", "123456789012", "us-east-1", OWN_KEY.__eq__, OWN_MAPPING.__eq__)


def operation(service: str, name: str) -> OperationModel:
    client = boto3.client(service, region_name="us-east-1")
    return client.meta.service_model.operation_model(name)


def redrive(arn: str) -> dict[str, str]:
    return {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "5"})}


CASES: list[tuple[str, str, str, list[Any], list[Any]]] = [
    (
        "sqs",
        "SendMessage",
        "QueueUrl",
        ["https://sqs.us-east-1.amazonaws.com/123456789012/anna-q"],
        [
            "https://sqs.us-east-1.amazonaws.com/123456789012/prod",
            "https://sqs.us-east-1.amazonaws.com/111122223333/anna-q",
            "https://sqs.us-east-1.amazonaws.com/123456789012/annabel",
            "prod",
        ],
    ),
    ("sqs", "SetQueueAttributes", "Attributes",
        [redrive(f"arn:aws:sqs:{HERE}:anna-d"), {"KmsMasterKeyId": "alias/aws/sqs"},
         {"KmsMasterKeyId": OWN_KEY}, {"KmsMasterKeyId": ""}, {"RedrivePolicy": ""}],
        [redrive(f"arn:aws:sqs:{HERE}:prod-d"), {"KmsMasterKeyId": "alias/prod"},
         {"KmsMasterKeyId": "9" * 8}]),
    ("sqs", "StartMessageMoveTask", "SourceArn",
        [f"arn:aws:sqs:{HERE}:anna-d"],
        [f"arn:aws:sqs:{HERE}:prod", "arn:aws:sqs:us-east-1:111122223333:anna-d",
         "arn:aws:sqs:eu-west-1:123456789012:anna-d"]),
    ("kms", "ScheduleKeyDeletion", "KeyId",
        [OWN_KEY, f"arn:aws:kms:{HERE}:key/{OWN_KEY}"],
        ["9" * 8, f"arn:aws:kms:{HERE}:key/{'9' * 8}",
         f"arn:aws:kms:us-east-1:111122223333:key/{OWN_KEY}"]),
    ("kms", "Encrypt", "KeyId",
        ["alias/anna-k", "alias/aws/sqs", f"arn:aws:kms:{HERE}:alias/anna-k"],
        ["alias/prod", f"arn:aws:kms:{HERE}:alias/prod"]),
    ("kms", "UpdateAlias", "TargetKeyId", [OWN_KEY], ["9" * 8]),
    ("kms", "ReEncrypt", "DestinationKeyId", [OWN_KEY], ["9" * 8]),
    ("lambda", "UpdateEventSourceMapping", "UUID", [OWN_MAPPING], ["9" * 8]),
    ("lambda", "ListTags", "Resource",
        [f"arn:aws:lambda:{HERE}:event-source-mapping:{OWN_MAPPING}",
         f"arn:aws:lambda:{HERE}:function:anna-f"],
        [f"arn:aws:lambda:{HERE}:event-source-mapping:{'9' * 8}"]),
    ("lambda", "DeleteFunction", "FunctionName",
        [f"arn:aws:lambda:{HERE}:function:anna-f:1", "anna-f"],
        [f"arn:aws:lambda:{HERE}:function:prod", f"arn:aws:lambda:{HERE}:function:prod:anna-f"]),
    ("lambda", "CreateFunction", "Role",
        ["arn:aws:iam::123456789012:role/anna-r", "arn:aws:iam::123456789012:role/path/anna-r"],
        ["arn:aws:iam::123456789012:role/prod", "arn:aws:iam::111122223333:role/anna-r"]),
    ("lambda", "CreateEventSourceMapping", "EventSourceArn",
        [f"arn:aws:sqs:{HERE}:anna-q", f"arn:aws:kinesis:{HERE}:stream/anna-s"],
        [f"arn:aws:sqs:{HERE}:q", f"arn:aws:dynamodb:{HERE}:table/prod/stream/anna-1"]),
    ("lambda", "CreateFunction", "Layers",
        [["arn:aws:lambda:us-east-1:111122223333:layer:tools:1"]], []),
    ("iam", "AttachRolePolicy", "PolicyArn",
        ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
        ["arn:aws:iam::123456789012:policy/prod"]),
    ("sts", "AssumeRole", "RoleArn",
        ["arn:aws:iam::123456789012:role/anna-colleague"],
        ["arn:aws:iam::123456789012:role/Admin"]),
    ("sns", "Publish", "TopicArn",
        [f"arn:aws:sns:{HERE}:anna-t"], [f"arn:aws:sns:{HERE}:prod"]),
    ("sns", "Unsubscribe", "SubscriptionArn",
        [f"arn:aws:sns:{HERE}:anna-t:1234"], [f"arn:aws:sns:{HERE}:prod:anna-1"]),
    ("sns", "Subscribe", "Endpoint",
        [f"arn:aws:sqs:{HERE}:anna-q", "someone@example.com"], [f"arn:aws:sqs:{HERE}:prod"]),
    ("dynamodb", "DeleteTable", "TableName",
        [f"arn:aws:dynamodb:{HERE}:table/anna-ledger"], [f"arn:aws:dynamodb:{HERE}:table/prod"]),
    ("dynamodb", "BatchWriteItem", "RequestItems",
        [{f"arn:aws:dynamodb:{HERE}:table/anna-ledger": []}],
        [{f"arn:aws:dynamodb:{HERE}:table/prod": []}]),
    ("kinesis", "DeleteStream", "StreamARN",
        [f"arn:aws:kinesis:{HERE}:stream/anna-s"], [f"arn:aws:kinesis:{HERE}:stream/prod"]),
    ("logs", "FilterLogEvents", "logGroupIdentifier",
        [f"arn:aws:logs:{HERE}:log-group:/aws/lambda/anna-f",
         f"arn:aws:logs:{HERE}:log-group:anna-g:*"],
        [f"arn:aws:logs:{HERE}:log-group:/aws/lambda/prod"]),
    ("cloudwatch", "PutMetricAlarm", "AlarmActions",
        [[f"arn:aws:sns:{HERE}:anna-t"]],
        [[f"arn:aws:sns:{HERE}:prod"], ["arn:aws:automate:us-east-1:ec2:terminate"]]),
    ("cloudwatch", "ListTagsForResource", "ResourceARN",
        [f"arn:aws:cloudwatch:{HERE}:alarm:anna-a",
         "arn:aws:cloudwatch::123456789012:dashboard/anna-d"],
        [f"arn:aws:cloudwatch:{HERE}:alarm:prod"]),
    ("cloudformation", "DeleteStack", "StackName",
        [f"arn:aws:cloudformation:{HERE}:stack/anna-bank/1", "anna-bank"],
        [f"arn:aws:cloudformation:{HERE}:stack/prod/anna-1"]),
    ("s3", "PutObject", "Bucket",
        ["arn:aws:s3:::anna-b"], ["arn:aws:s3:::prod/anna-b"]),
    ("sqs", "SendMessage", "MessageBody", ["arn:aws:sqs:eu-west-1:111122223333:prod"], []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("service", "name", "member", "own", "others"),
    CASES,
    ids=[f"{service}.{name}.{member}" for service, name, member, *_ in CASES],
)
def test_whose(service: str, name: str, member: str, own: list[Any], others: list[Any]) -> None:
    asked = operation(service, name)
    assert operations.is_among(operations.COURSE, service, name)
    for value in own:
        OURS.check({member: value}, asked)
    for value in others:
        with pytest.raises(NotOurs, match=f"{name} was not sent"):
            OURS.check({member: value}, asked)


def test_keys_and_mappings_are_known_by_what_the_account_says(
    account: EmbeddedAccount,
) -> None:
    """AWS chose their ids, so that no name tells whose they are."""
    kms = boto3.client("kms")
    theirs = kms.create_key()["KeyMetadata"]
    with RealAccount(lab_id="anna"):
        own = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.disable_key(KeyId=own)
        for key in (theirs["KeyId"], theirs["Arn"]):
            with pytest.raises(NotOurs, match="which this lab did not make"):
                kms.disable_key(KeyId=key)
        with pytest.raises(kms.exceptions.NotFoundException):
            kms.disable_key(KeyId="00000000-0000-0000-0000-000000000000")
        functions = boto3.client("lambda")
        with pytest.raises(functions.exceptions.ResourceNotFoundException):
            functions.delete_event_source_mapping(UUID="00000000-0000-0000-0000-000000000000")


def test_all_that_the_course_asks_for_is_let_out() -> None:
    asked = {line.split()[0] for path in NOTEBOOKS for line in read_requests(path)}
    assert len(asked) > 80
    for each in asked:
        assert operations.is_among(operations.COURSE, *each.split(".")), each


def test_every_operation_in_the_lists_exists() -> None:
    for listed in (operations.COURSE, operations.CLEANING, operations.SIGNING_IN):
        for service, names in listed.items():
            model = boto3.client(service, region_name="us-east-1").meta.service_model
            assert not names - set(model.operation_names)
