"""What a template may say, and what CloudFormation refuses of it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.embedded.conftest import TRUST_LAMBDA
from tests.embedded.services.cloudformation.stacks import (
    attributes,
    body,
    create,
    describe,
    failure,
    identity,
    parameter,
    queue,
    queues,
)

pytestmark = pytest.mark.usefixtures("lab")


def test_yaml_with_short_forms() -> None:
    text = """
    Parameters:
      Days: {Type: Number, Default: 2}
      Stage: {Type: String, AllowedValues: [test, live]}
    Mappings:
      Waits: {test: {seconds: 0}, live: {seconds: 20}}
    Conditions:
      Live: !Equals [!Ref Stage, live]
      Calm: !Not [!Condition Live]
    Resources:
      Dead:
        Type: AWS::SQS::Queue
        Condition: Live
      Queue:
        Type: AWS::SQS::Queue
        Properties:
          QueueName: !Sub "${AWS::StackName}-${Stage}-${!Literal}"
          MessageRetentionPeriod: !Select [!Ref Days, ["60", "61", "62"]]
          ReceiveMessageWaitTimeSeconds: !FindInMap [Waits, !Ref Stage, seconds]
          RedrivePolicy: !If
            - Live
            - deadLetterTargetArn: !GetAtt Dead.Arn
              maxReceiveCount: 5
            - !Ref AWS::NoValue
    Outputs:
      Joined: {Value: !Join ["/", [!Ref "AWS::Region", !GetAtt Queue.QueueName]]}
      Dead: {Condition: Live, Value: !Ref Dead}
      Split: {Value: !Select [1, !Split ["-", a-b-c]]}
      Where: {Value: !Sub ["${Here}:${Queue.Arn}", {Here: !Ref "AWS::AccountId"}]}
    """.replace("${!Literal}", "queue")
    cloudformation = boto3.client("cloudformation")
    for stage in ("live", "test"):
        cloudformation.create_stack(
            StackName=stage, TemplateBody=text, Parameters=[parameter("Stage", stage)]
        )
    live = {each["OutputKey"]: each["OutputValue"] for each in describe("live")["Outputs"]}
    test = {each["OutputKey"]: each["OutputValue"] for each in describe("test")["Outputs"]}
    assert live.keys() - test.keys() == {"Dead"}
    assert live["Joined"] == "us-east-1/live-live-queue"
    assert live["Split"] == "b"
    arn = "arn:aws:sqs:us-east-1:123456789012:test-test-queue"
    assert test["Where"] == f"123456789012:{arn}"
    found = attributes(identity("Queue", "live"))
    assert found["MessageRetentionPeriod"] == "62"
    assert found["ReceiveMessageWaitTimeSeconds"] == "20"
    assert json.loads(found["RedrivePolicy"])["maxReceiveCount"] == 5
    assert "RedrivePolicy" not in attributes(identity("Queue", "test"))


def test_dates_in_yaml_stay_texts() -> None:
    """An unquoted 2012-10-17 is the version of a policy."""
    text = f"""
    Resources:
      Role:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Version: 2012-10-17
            Statement: {json.dumps(json.loads(TRUST_LAMBDA)["Statement"])}
    """
    boto3.client("cloudformation").create_stack(
        StackName="bank", TemplateBody=text, Capabilities=["CAPABILITY_IAM"]
    )
    assert describe()["StackStatus"] == "CREATE_COMPLETE"


A, B = queue(DelaySeconds={"Ref": "B"}), queue(DelaySeconds={"Ref": "A"})
REFUSED = [
    ("[1, 2]", "Template format error: unsupported structure."),
    ("{}", "Template format error: At least one Resources member must be defined."),
    ("Resources: {A: {}}", "Every resource must have a Type"),
    ("Resource: {}", "Invalid template property or properties"),
    ("Transform: AWS::Serverless-2016-10-31\nResources: {}", "does not know the section"),
    ("A: &a 1\nB: *a", "YAML aliases are not allowed"),
    (body({"A": {"Type": "AWS::EC2::Instance"}}), r"Unrecognized resource types: \[AWS::EC2::Inst"),
    (body({"A": queue(QueueName={"Ref": "None"})}), r"Unresolved resource dependencies \[None\]"),
    (body({"A": {**queue(), "DependsOn": "None"}}), r"Unresolved resource dependencies \[None\]"),
    (body({"A": queue()}, Outputs={"B": {"Value": {"Fn::Sub": "${C.Arn}"}}}), r"\[C\]"),
    (body({"A": queue()}, Outputs={"B": {"Value": "1", "Export": {}}}), "property 'Export' of B"),
    (body({"A": {**queue(), "Condition": "None"}}), "Unresolved condition None in A"),
    (body({"A": {**queue(), "CreationPolicy": {}}}), "property 'CreationPolicy' of A"),
    (body({"A": {**queue(), "DeletionPolicy": "Keep"}}), "Unrecognized DeletionPolicy Keep"),
    (body({"A": A, "B": B}), r"Circular dependency between resources: \[A, B\]"),
    (body({"A": queue()}, Parameters={"P": {"Type": "String"}}), r"Parameters: \[P\] must have"),
    (body({"A": queue()}, Parameters={"P": {"Type": "Number", "Default": "x"}}), "be a number"),
    (
        body(
            {"A": queue()}, Parameters={"P": {"Type": "String", "Default": "x", "MinLength": "2"}}
        ),
        "breaks its MinLength 2",
    ),
]


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_template_that_is_none(text: str, said: str) -> None:
    cloudformation = boto3.client("cloudformation")
    with pytest.raises(ClientError, match=said) as refused:
        cloudformation.create_stack(StackName="bank", TemplateBody=text)
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert cloudformation.list_stacks()["StackSummaries"] == []


def test_parameters_must_be_known() -> None:
    with pytest.raises(ClientError, match=r"Parameters: \[P\] do not exist in the template"):
        create({"A": queue()}, Parameters=[parameter("P", "1")])


def test_function_that_is_not_known_fails_its_resource() -> None:
    found = create({"A": queue(QueueName={"Fn::Length": [1]})})
    assert found["StackStatus"] == "ROLLBACK_COMPLETE"
    assert failure() == "The embedded account does not know Fn::Length."


def test_roles_take_a_capability() -> None:
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": json.loads(TRUST_LAMBDA)},
    }
    with pytest.raises(ClientError, match=r"Requires capabilities : \[CAPABILITY_IAM\]"):
        create({"Role": role})
    role["Properties"] = {"RoleName": "clerk", **role["Properties"]}  # type: ignore[dict-item]
    with pytest.raises(ClientError, match=r"Requires capabilities : \[CAPABILITY_NAMED_IAM\]"):
        create({"Role": role}, Capabilities=["CAPABILITY_IAM"])
    assert create({"Role": role}, Capabilities=["CAPABILITY_NAMED_IAM"])["StackStatus"] == (
        "CREATE_COMPLETE"
    )


@pytest.mark.parametrize(
    ("condition", "is_made"),
    [
        ({"Fn::And": [{"Condition": "Yes"}, {"Condition": "No"}]}, False),
        ({"Fn::And": [{"Condition": "Yes"}, {"Fn::Not": [{"Condition": "No"}]}]}, True),
        ({"Fn::Or": [{"Condition": "Yes"}, {"Condition": "No"}]}, True),
        ({"Fn::Or": [{"Condition": "No"}, {"Condition": "No"}]}, False),
        ({"Fn::Equals": [True, "true"]}, True),
    ],
)
def test_conditions_are_combined(condition: dict[str, Any], is_made: bool) -> None:
    conditions = {
        "Wanted": condition,
        "Yes": {"Fn::Equals": ["1", 1]},
        "No": {"Fn::Equals": ["1", "2"]},
    }
    create(
        {"A": queue(), "B": {**queue(QueueName="b"), "Condition": "Wanted"}},
        sections={"Conditions": conditions},
    )
    assert ("b" in queues()) == is_made
