"""Updates: what changes, what is replaced, what is retained.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.embedded.conftest import TRUST_LAMBDA, zip_code
from tests.embedded.services.cloudformation.stacks import (
    Resources,
    attributes,
    create,
    describe,
    events,
    failure,
    identity,
    parameter,
    queue,
    queues,
    update,
)

pytestmark = pytest.mark.usefixtures("lab")


def test_update_changes_what_differs() -> None:
    create({"A": queue(VisibilityTimeout=40, DelaySeconds=5), "B": queue()})
    url = identity("A")
    found = update({"A": queue(VisibilityTimeout="50"), "B": queue()})
    assert found["StackStatus"] == "UPDATE_COMPLETE"
    assert identity("A") == url
    assert (attributes(url)["VisibilityTimeout"], attributes(url)["DelaySeconds"]) == ("50", "0")
    assert [status for name, status in events() if name == "B"] == [
        "CREATE_IN_PROGRESS",
        "CREATE_COMPLETE",
    ]
    with pytest.raises(ClientError, match="No updates are to be performed"):
        update({"A": queue(VisibilityTimeout="50"), "B": queue()})


def test_update_adds_and_takes_away() -> None:
    create({"A": queue(QueueName="a")})
    update({"B": queue(QueueName="b")})
    assert queues() == ["b"]
    assert events()[-4:] == [
        ("bank", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("A", "DELETE_IN_PROGRESS"),
        ("A", "DELETE_COMPLETE"),
        ("bank", "UPDATE_COMPLETE"),
    ]


def test_parameters_and_tags_stay_unless_they_are_given() -> None:
    sections = {"Parameters": {"P": {"Type": "Number"}, "Q": {"Type": "Number", "Default": 1}}}
    resources = {"A": queue(VisibilityTimeout={"Ref": "P"}, DelaySeconds={"Ref": "Q"})}
    tags = [{"Key": "team", "Value": "bank"}]
    create(resources, sections=sections, Parameters=[parameter("P", "40")], Tags=tags)
    kept = {"ParameterKey": "P", "UsePreviousValue": True}
    boto3.client("cloudformation").update_stack(
        StackName="bank", UsePreviousTemplate=True, Parameters=[kept, parameter("Q", "7")]
    )
    found = attributes(identity("A"))
    assert (found["VisibilityTimeout"], found["DelaySeconds"]) == ("40", "7")
    assert describe()["Tags"] == tags
    boto3.client("cloudformation").update_stack(
        StackName="bank",
        UsePreviousTemplate=True,
        Parameters=[kept],
        Tags=[{"Key": "cost", "Value": "1"}],
    )
    tagged = boto3.client("sqs").list_queue_tags(QueueUrl=identity("A"))["Tags"]
    assert {key for key in tagged if not key.startswith("aws:")} == {"cost"}


def test_hidden_parameters_are_not_shown() -> None:
    sections = {"Parameters": {"Secret": {"Type": "String", "NoEcho": True}}}
    found = create({"A": queue()}, sections=sections, Parameters=[parameter("Secret", "word")])
    assert found["Parameters"] == [parameter("Secret", "****")]


def test_change_that_a_resource_cannot_make_replaces_it() -> None:
    create({"A": queue(), "B": queue(Tags=[{"Key": "other", "Value": {"Ref": "A"}}])})
    before = identity("A")
    update(
        {
            "A": queue(FifoQueue=True),
            "B": queue(Tags=[{"Key": "other", "Value": {"Ref": "A"}}]),
        }
    )
    after = identity("A")
    assert after != before
    assert after.endswith(".fifo")
    assert len(queues()) == 2
    tags = boto3.client("sqs").list_queue_tags(QueueUrl=identity("B"))["Tags"]
    assert tags["other"] == after


def table(key: str, **properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            **properties,
        },
    }


def test_resource_with_a_name_is_not_replaced() -> None:
    create({"A": table("entry", TableName="ledger")})
    found = update({"A": table("id", TableName="ledger")})
    assert found["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "a custom-named resource requires replacing. Rename ledger" in failure()
    described = boto3.client("dynamodb").describe_table(TableName="ledger")["Table"]
    assert described["KeySchema"] == [{"AttributeName": "entry", "KeyType": "HASH"}]


def test_resource_with_a_name_is_itself_after_an_update() -> None:
    """A new name is another resource: the template reference of AWS::SQS::Queue, QueueName."""
    create({"A": queue(QueueName="a")})
    before = identity("A")
    boto3.client("sqs").send_message(QueueUrl=before, MessageBody="kept")
    update({"A": queue(QueueName="a", VisibilityTimeout="50")})
    assert identity("A") == before
    found = attributes(before)
    assert (found["VisibilityTimeout"], found["ApproximateNumberOfMessages"]) == ("50", "1")
    update({"A": queue(QueueName="b", VisibilityTimeout="50")})
    assert identity("A").endswith("/b")
    assert queues() == ["b"]


def test_what_is_to_be_retained_stays() -> None:
    kept = {**queue(QueueName="kept"), "DeletionPolicy": "Retain"}
    create({"A": kept, "B": queue(), "C": {**table("entry"), "UpdateReplacePolicy": "Retain"}})
    update({"A": kept, "B": queue(), "C": table("id")})
    assert len(boto3.client("dynamodb").list_tables()["TableNames"]) == 2
    boto3.client("cloudformation").delete_stack(StackName="bank")
    assert queues() == ["kept"]


def test_code_of_a_function_comes_from_a_bucket() -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="code")
    for version in ("one", "two"):
        source = f"def handler(event, context):\n    return {version!r}\n"
        s3.put_object(Bucket="code", Key=version, Body=zip_code(code=source))

    def resources(key: str) -> Resources:
        code = {"S3Bucket": "code", "S3Key": key}
        role = {"AssumeRolePolicyDocument": json.loads(TRUST_LAMBDA)}
        properties = {
            "Runtime": "python3.13",
            "Handler": "code.handler",
            "Role": {"Fn::GetAtt": "Role.Arn"},
            "Code": code,
        }
        return {
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            "F": {"Type": "AWS::Lambda::Function", "Properties": properties},
        }

    can = {"Capabilities": ["CAPABILITY_IAM"]}
    create(resources("one"), **can)
    update(resources("two"), **can)
    answer = boto3.client("lambda").invoke(FunctionName=identity("F"))
    assert json.loads(answer["Payload"].read()) == "two"
    assert update(resources("three"), **can)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "S3 Error Code: NoSuchKey" in failure()
    answer = boto3.client("lambda").invoke(FunctionName=identity("F"))
    assert json.loads(answer["Payload"].read()) == "two"
