"""The prefix: on every name that a request has, once, and on nothing else."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.model import OperationModel, ServiceModel
from hypothesis import given
from hypothesis import strategies as st

from helpers.aws import names
from helpers.aws import tag_forms as tags
from helpers.aws.names import Names

ANNA = Names("anna-")
ARN = "arn:aws:sqs:us-east-1:123456789012:orders"
SERVICES = ("cloudwatch", "dynamodb", "iam", "kinesis", "kms", "lambda", "logs", "s3", "sns", "sqs")


def model(service: str) -> ServiceModel:
    client = boto3.client(
        service,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    return client.meta.service_model


def operation(service: str, name: str) -> OperationModel:
    return model(service).operation_model(name)


def members() -> set[str]:
    """Each member of each request of the services of the course."""
    found: set[str] = set()
    for service in (*SERVICES, "cloudformation"):
        for name in model(service).operation_names:
            shape = operation(service, name).input_shape
            found |= set(shape.members) if shape else set()
    return found


def test_tables_name_what_botocore_has() -> None:
    """A slip of the pen in a table would let a name through."""
    known = members()
    listed = {member for member, _ in names.LISTINGS.values()}
    assert names.NAMES - known <= {"S3Bucket"}, "a member of Code, not of a request"
    assert known >= names.LOG_GROUPS
    assert listed <= known


@pytest.mark.parametrize(
    ("service", "name", "given", "sent"),
    [
        ("sqs", "CreateQueue", {"QueueName": "orders"}, {"QueueName": "anna-orders"}),
        ("sqs", "CreateQueue", {"QueueName": "anna-orders"}, {"QueueName": "anna-orders"}),
        ("lambda", "Invoke", {"FunctionName": ARN}, {"FunctionName": ARN}),
        ("lambda", "Invoke", {"FunctionName": "f:live"}, {"FunctionName": "anna-f:live"}),
        ("lambda", "CreateAlias", {"Name": "live"}, {"Name": "live"}),
        ("sns", "CreateTopic", {"Name": "news"}, {"Name": "anna-news"}),
        ("kms", "Encrypt", {"KeyId": "alias/k"}, {"KeyId": "alias/anna-k"}),
        ("kms", "Encrypt", {"KeyId": "alias/aws/sqs"}, {"KeyId": "alias/aws/sqs"}),
        (
            "kms",
            "Decrypt",
            {"EncryptionContext": {"LambdaFunctionName": "f", "QueueName": "q"}},
            {"EncryptionContext": {"LambdaFunctionName": "anna-f", "QueueName": "q"}},
        ),
        (
            "sqs",
            "SetQueueAttributes",
            {"Attributes": {"KmsMasterKeyId": "alias/k", "VisibilityTimeout": "30"}},
            {"Attributes": {"KmsMasterKeyId": "alias/anna-k", "VisibilityTimeout": "30"}},
        ),
        (
            "logs",
            "FilterLogEvents",
            {"logGroupName": "/aws/lambda/f"},
            {"logGroupName": "/aws/lambda/anna-f"},
        ),
        (
            "dynamodb",
            "BatchWriteItem",
            {"RequestItems": {"ledger": [{"PutRequest": {"Item": {"TableName": {"S": "t"}}}}]}},
            {
                "RequestItems": {
                    "anna-ledger": [{"PutRequest": {"Item": {"TableName": {"S": "t"}}}}]
                }
            },
        ),
        (
            "lambda",
            "CreateFunction",
            {"Environment": {"Variables": {"QueueName": "q"}}, "Code": {"S3Bucket": "b"}},
            {"Environment": {"Variables": {"QueueName": "q"}}, "Code": {"S3Bucket": "anna-b"}},
        ),
        (
            "cloudwatch",
            "PutMetricAlarm",
            {"Dimensions": [{"Name": "QueueName", "Value": "q"}, {"Name": "Branch", "Value": "n"}]},
            {
                "Dimensions": [
                    {"Name": "QueueName", "Value": "anna-q"},
                    {"Name": "Branch", "Value": "n"},
                ]
            },
        ),
        ("sqs", "SendMessage", {"MessageBody": "orders"}, {"MessageBody": "orders"}),
    ],
)
def test_names_in_requests(
    service: str, name: str, given: dict[str, Any], sent: dict[str, Any]
) -> None:
    before = json.dumps(given)
    assert ANNA.in_request(given, operation(service, name)) == sent
    assert json.dumps(given) == before, "what the caller holds stays"


def test_names_in_a_dashboard() -> None:
    metric = ["AWS/SQS", "NumberOfMessagesSent", "QueueName", "q", {"stat": "Sum"}]
    body = json.dumps({"widgets": [{"type": "metric", "properties": {"metrics": [metric]}}]})
    put = operation("cloudwatch", "PutDashboard")
    sent = ANNA.in_request({"DashboardName": "d", "DashboardBody": body}, put)
    assert sent["DashboardName"] == "anna-d"
    found = json.loads(sent["DashboardBody"])["widgets"][0]["properties"]["metrics"][0]
    assert found == ["AWS/SQS", "NumberOfMessagesSent", "QueueName", "anna-q", {"stat": "Sum"}]
    broken = ANNA.in_request({"DashboardName": "d", "DashboardBody": "{"}, put)
    assert broken["DashboardBody"] == "{", "CloudWatch says what is wrong"


@given(st.text(min_size=1))
def test_once_is_enough(name: str) -> None:
    assert ANNA.of(ANNA.of(name)) == ANNA.of(name)


def test_lists_show_the_labs_own() -> None:
    assert ANNA.in_listing({}, operation("sqs", "ListQueues")) == {"QueueNamePrefix": "anna-"}
    asked = {"AlarmNames": ["a"]}
    assert ANNA.in_listing(asked, operation("cloudwatch", "DescribeAlarms")) == asked


@pytest.mark.parametrize(
    ("service", "name", "given", "sent"),
    [
        ("sqs", "CreateQueue", {"tags": {"a": "b"}}, {"tags": {"a": "b", "lab": "anna"}}),
        ("kms", "CreateKey", {}, {"Tags": [{"TagKey": "lab", "TagValue": "anna"}]}),
        (
            "iam",
            "CreateRole",
            {"Tags": [{"Key": "lab", "Value": "ben"}, {"Key": "a", "Value": "b"}]},
            {"Tags": [{"Key": "a", "Value": "b"}, {"Key": "lab", "Value": "anna"}]},
        ),
        ("cloudwatch", "PutDashboard", {}, {"Tags": [{"Key": "lab", "Value": "anna"}]}),
        (
            "s3",
            "PutBucketTagging",
            {"Tagging": {"TagSet": []}},
            {"Tagging": {"TagSet": [{"Key": "lab", "Value": "anna"}]}},
        ),
        ("sqs", "TagQueue", {"Tags": {"a": "b"}}, {"Tags": {"a": "b"}}),
        ("kms", "CreateAlias", {"AliasName": "alias/k"}, {"AliasName": "alias/k"}),
    ],
)
def test_tags_in_requests(
    service: str, name: str, given: dict[str, Any], sent: dict[str, Any]
) -> None:
    assert tags.in_request(given, operation(service, name), {"lab": "anna"}) == sent


@pytest.mark.parametrize("service", SERVICES)
def test_whatever_can_be_tagged_when_it_is_made_is(service: str) -> None:
    for name in model(service).operation_names:
        shape = operation(service, name).input_shape
        if name.startswith("Create") and shape and {"Tags", "tags"} & set(shape.members):
            assert "anna" in json.dumps(
                tags.in_request({}, operation(service, name), {"lab": "anna"})
            )
