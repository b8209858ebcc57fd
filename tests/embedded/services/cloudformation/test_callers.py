"""Resources are made in the name of whoever asked for the stack.

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
    ECHO,
    body,
    create,
    describe,
    failure,
    queue,
)

pytestmark = pytest.mark.usefixtures("lab")


def client_of(*actions: str) -> Any:
    """CloudFormation for a user who may do these actions."""
    iam = boto3.client("iam")
    iam.create_user(UserName="clerk")
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="clerk", PolicyName="may", PolicyDocument=document)
    key = iam.create_access_key(UserName="clerk")["AccessKey"]
    return boto3.client(
        "cloudformation",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )


def test_caller_must_be_allowed_what_the_resources_take() -> None:
    clerk = client_of("cloudformation:*", "sqs:GetQueueUrl")
    clerk.create_stack(StackName="bank", TemplateBody=body({"A": queue(QueueName="a")}))
    assert describe()["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "user/clerk is not authorized to perform: sqs:createqueue" in failure()


def test_caller_who_may_makes_them() -> None:
    clerk = client_of("cloudformation:*", "sqs:*")
    clerk.create_stack(StackName="bank", TemplateBody=body({"A": queue(QueueName="a")}))
    assert describe()["StackStatus"] == "CREATE_COMPLETE"


def test_caller_must_be_allowed_to_make_stacks() -> None:
    clerk = client_of("sqs:*")
    with pytest.raises(ClientError, match="is not authorized to perform: cloudformation:Create"):
        clerk.create_stack(StackName="bank", TemplateBody=body({"A": queue()}))


def test_whoever_deploys_code_from_a_bucket_must_be_allowed_to_read_it() -> None:
    boto3.client("s3").create_bucket(Bucket="code")
    boto3.client("s3").put_object(Bucket="code", Key="one", Body=zip_code(code=ECHO))
    role = {"AssumeRolePolicyDocument": json.loads(TRUST_LAMBDA)}
    function = {
        "Runtime": "python3.13",
        "Handler": "code.handler",
        "Role": {"Fn::GetAtt": "Role.Arn"},
        "Code": {"S3Bucket": "code", "S3Key": "one"},
    }
    resources = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
        "F": {"Type": "AWS::Lambda::Function", "Properties": function},
    }
    can: dict[str, Any] = {"TemplateBody": body(resources), "Capabilities": ["CAPABILITY_IAM"]}
    clerk = client_of("cloudformation:*", "iam:*", "lambda:*")
    clerk.create_stack(StackName="bank", **can)
    assert "is not authorized to perform: s3:GetObject" in failure()


def test_what_is_not_there_says_so() -> None:
    cloudformation = boto3.client("cloudformation")
    with pytest.raises(NotImplementedError, match="The embedded account cannot do that"):
        cloudformation.detect_stack_drift(StackName="bank")
    with pytest.raises(NotImplementedError, match="does not know RoleARN"):
        create({"A": queue()}, RoleARN="arn:aws:iam::123456789012:role/deployer")
