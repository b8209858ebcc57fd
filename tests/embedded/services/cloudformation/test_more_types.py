"""Versions and aliases that follow their function, layers, buckets and parameters.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from tests.embedded.conftest import zip_code
from tests.embedded.services.cloudformation.stacks import (
    Resources,
    create,
    failure,
    identity,
    queue,
    update,
)
from tests.embedded.services.cloudformation.test_serverless import CAN

pytestmark = pytest.mark.usefixtures("lab")


def published(answer: str) -> dict[str, Any]:
    """A function of SAM, whose alias "live" goes to its newest version."""
    properties = {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "InlineCode": f"def handler(event, context):\n    return {answer!r}\n",
        "AutoPublishAlias": "live",
        "AutoPublishAliasAllProperties": True,
        "Description": answer,
    }
    return {"F": {"Type": "AWS::Serverless::Function", "Properties": properties}}


def test_alias_of_a_function_moves_to_its_next_version() -> None:
    options = {"sections": {"Transform": "AWS::Serverless-2016-10-31"}, **CAN}
    for number, answer in enumerate(("one", "two"), start=1):
        act = create if number == 1 else update
        assert act(published(answer), **options)["StackStatus"].endswith("_COMPLETE"), failure()
        functions, named = boto3.client("lambda"), {"FunctionName": identity("F")}
        invoked = functions.invoke(**named, Qualifier="live")
        assert json.loads(invoked["Payload"].read()) == answer
        assert functions.get_alias(**named, Name="live")["FunctionVersion"] == str(number)
    versions = functions.list_versions_by_function(**named)["Versions"]
    assert [each["Version"] for each in versions] == ["$LATEST", "1", "2"]  # SAM retains them


def test_what_functions_and_stacks_use_besides() -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="code")
    s3.put_object(Bucket="code", Key="layer.zip", Body=zip_code(shared="X = 1\n"))

    def resources(value: str, status: str, actions: list[str]) -> Resources:
        content = {"S3Bucket": "code", "S3Key": "layer.zip"}
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        encrypted = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        return {
            "Layer": {
                "Type": "AWS::Lambda::LayerVersion",
                "Properties": {"LayerName": "shared", "Content": content, "Description": value},
            },
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "VersioningConfiguration": {"Status": status},
                    "BucketEncryption": {"ServerSideEncryptionConfiguration": [encrypted]},
                    "Tags": [{"Key": "value", "Value": value}],
                },
            },
            "Parameter": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": value, "Tags": {"value": value}},
            },
            "Policy": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"PolicyDocument": policy},
            },
        }

    made = create(resources("a", "Enabled", ["sqs:*"]), **CAN)
    assert made["StackStatus"] == "CREATE_COMPLETE", failure()
    first = identity("Layer")
    made = update(resources("b", "Suspended", ["sns:*"]), **CAN)
    assert made["StackStatus"] == "UPDATE_COMPLETE", failure()
    assert (first[-2:], identity("Layer")[-2:]) == (":1", ":2")
    bucket = {"Bucket": identity("Bucket")}
    assert s3.get_bucket_versioning(**bucket)["Status"] == "Suspended"
    assert s3.get_bucket_tagging(**bucket)["TagSet"] == [{"Key": "value", "Value": "b"}]
    parameter = boto3.client("ssm").get_parameter(Name=identity("Parameter"))["Parameter"]
    assert parameter["Value"] == "b"
    policy = boto3.client("iam").get_policy(PolicyArn=identity("Policy"))["Policy"]
    assert policy["DefaultVersionId"] == "v2"
    boto3.client("cloudformation").delete_stack(StackName="bank")
    assert boto3.client("lambda").list_layers()["Layers"] == []
    assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == ["code"]


def test_what_a_bucket_would_not_obey_is_refused() -> None:
    told = {"NotificationConfiguration": {"QueueConfigurations": []}}
    create({"A": queue(), "B": {"Type": "AWS::S3::Bucket", "Properties": told}})
    assert failure().startswith("The embedded account does not know NotificationConfiguration of ")
