"""What is undone when a resource is refused, and what is said of it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/
"""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.embedded.conftest import TRUST_LAMBDA
from tests.embedded.services.cloudformation.stacks import (
    attributes,
    body,
    create,
    describe,
    events,
    failure,
    identity,
    queue,
    queues,
    update,
)

pytestmark = pytest.mark.usefixtures("lab")


BAD = queue(VisibilityTimeout=1_000_000)


def test_failed_creation_is_undone() -> None:
    found = create({"A": queue(), "B": {**BAD, "DependsOn": "A"}})
    assert found["StackStatus"] == "ROLLBACK_COMPLETE"
    assert queues() == []
    assert "Invalid value for the parameter VisibilityTimeout" in failure()
    assert events()[-6:] == [
        ("B", "CREATE_IN_PROGRESS"),
        ("B", "CREATE_FAILED"),
        ("bank", "ROLLBACK_IN_PROGRESS"),
        ("A", "DELETE_IN_PROGRESS"),
        ("A", "DELETE_COMPLETE"),
        ("bank", "ROLLBACK_COMPLETE"),
    ]
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        update({"A": queue()})


def test_failed_creation_may_stay_or_go() -> None:
    resources = {"A": queue(), "B": {**BAD, "DependsOn": "A"}}
    assert create(resources, "stays", OnFailure="DO_NOTHING")["StackStatus"] == "CREATE_FAILED"
    assert len(queues()) == 1
    boto3.client("cloudformation").create_stack(
        StackName="goes", TemplateBody=body(resources), OnFailure="DELETE"
    )
    with pytest.raises(ClientError, match="does not exist"):
        describe("goes")
    assert len(queues()) == 1


def test_failed_update_is_undone() -> None:
    create({"A": queue(VisibilityTimeout=40), "B": queue()})
    bad = {**BAD, "DependsOn": ["A", "C"]}
    found = update({"A": queue(VisibilityTimeout=50), "B": bad, "C": queue()})
    assert found["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert attributes(identity("A"))["VisibilityTimeout"] == "40"
    assert len(queues()) == 2
    assert update({"A": queue(VisibilityTimeout=60)})["StackStatus"] == "UPDATE_COMPLETE"
    assert attributes(identity("A"))["VisibilityTimeout"] == "60"


def test_what_was_made_by_half_is_undone() -> None:
    """A role that was made before one of its policies was refused is deleted again."""
    properties = {
        "AssumeRolePolicyDocument": json.loads(TRUST_LAMBDA),
        "Policies": [{"PolicyName": "bad", "PolicyDocument": {"Statement": "none"}}],
    }
    role = {"Type": "AWS::IAM::Role", "Properties": properties}
    found = create({"Role": role}, Capabilities=["CAPABILITY_IAM"])
    assert found["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "PutRolePolicy" in failure()
    assert boto3.client("iam").list_roles()["Roles"] == []


def test_what_is_there_already_is_not_taken_over() -> None:
    sqs = boto3.client("sqs")
    sqs.create_queue(QueueName="taken")
    found = create({"A": queue(QueueName="taken")})
    assert found["StackStatus"] == "ROLLBACK_COMPLETE"
    assert failure() == (
        "Resource of type 'AWS::SQS::Queue' with identifier 'taken' already exists."
    )
    assert queues() == ["taken"]


def test_property_that_is_missing_or_unknown_is_named() -> None:
    policy = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": {}}}
    create({"A": policy}, "missing")
    assert failure("missing").endswith("required key [Queues] not found")
    create({"A": queue(Visibility=1)}, "unknown")
    assert "Unknown Attribute Visibility" in failure("unknown")


def test_protected_stack_stays() -> None:
    cloudformation = boto3.client("cloudformation")
    create({"A": queue()}, EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="cannot be deleted while TerminationProtection"):
        cloudformation.delete_stack(StackName="bank")
    cloudformation.update_termination_protection(
        StackName="bank", EnableTerminationProtection=False
    )
    cloudformation.delete_stack(StackName="bank")
    assert queues() == []
    (gone,) = cloudformation.list_stacks()["StackSummaries"]
    assert gone["StackStatus"] == "DELETE_COMPLETE"


def test_stack_that_cannot_be_deleted_says_so() -> None:
    """A role that got a policy by another way cannot be deleted until it is gone."""
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": json.loads(TRUST_LAMBDA)},
    }
    create({"Role": role, "A": queue()}, Capabilities=["CAPABILITY_IAM"])
    iam, name = boto3.client("iam"), identity("Role")
    everything = "arn:aws:iam::aws:policy/AdministratorAccess"
    iam.attach_role_policy(RoleName=name, PolicyArn=everything)
    boto3.client("cloudformation").delete_stack(StackName="bank")
    assert describe()["StackStatus"] == "DELETE_FAILED"
    assert "DeleteConflict" in failure()
    assert queues() == []
    iam.detach_role_policy(RoleName=name, PolicyArn=everything)
    boto3.client("cloudformation").delete_stack(StackName="bank")
    assert iam.list_roles()["Roles"] == []


ODD = [
    "Resources: {A: {Type: AWS::SQS::Queue, Properties: []}}",
    "Resources: {A: {Type: AWS::SQS::Queue, Properties: {Tags: [a]}}}",
    "Resources: {A: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: 5, PolicyDocument: {}}}}",
    "Resources: {A: {Type: AWS::SQS::Queue, DependsOn: 5}}",
    "Resources: {A: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: !Sub [a]}}}",
    "Resources: {A: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: !GetAtt A}}}",
    "Parameters: {B: 5}\nResources: {A: {Type: AWS::SQS::Queue}}",
    "Conditions: {B: 5}\nResources: {A: {Type: AWS::SQS::Queue}}",
    "Transform: AWS::Serverless-2016-10-31\nResources: {F: 5}",
    "Transform: AWS::Serverless-2016-10-31\n"
    "Resources: {F: {Type: AWS::Serverless::Function, Properties: []}}",
]


@pytest.mark.parametrize("text", ODD)
def test_odd_template_is_refused_or_undone(text: str) -> None:
    """The account is usable after it."""
    came = ""
    try:
        boto3.client("cloudformation").create_stack(
            StackName="odd", TemplateBody=text, Capabilities=["CAPABILITY_AUTO_EXPAND"]
        )
        came = describe("odd")["StackStatus"]
    except ClientError as refused:
        came = refused.response["Error"]["Code"]
    assert came in ("ValidationError", "ROLLBACK_COMPLETE")
    assert queues() == []
    assert create({"A": queue()})["StackStatus"] == "CREATE_COMPLETE"
