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
    ("Transform: My::Macro\nResources: {A: {Type: B}}", "No transform named My::Macro found"),
    ("Resources:\n  A: [", r"YAML not well-formed. \(line 2, column 7\)"),
    ('{"Resources": }', r"JSON not well-formed. \(line 1, column 15\)"),
    ("Resources: {A: {Type: AWS::SQS::Queue, Properties: }}", "/Properties. 'null' values are not"),
    (body({"A": queue(QueueName={"Fn::Length": [1]})}), "Fn::Length takes Transform: AWS::Lang"),
    (body({"A": {"Type": "AWS::Lambda::Url"}}), "AWS::Lambda::Url: Invoke the function by its n"),
    (body({"A": {"Type": "Custom::Seed"}}), "Custom::Seed: A custom resource is a function"),
    (body({"A": queue()}, Parameters={"P": {"Type": "String", "Noecho": 1}}), "'Noecho' of P"),
    ("A: &a 1\nB: *a", "YAML aliases are not allowed"),
    (body({"A": {"Type": "AWS::EC2::Instance"}}), r"Unrecognized resource types: \[AWS::EC2::Inst"),
    (body({"A": queue(QueueName={"Ref": "None"})}), r"Unresolved resource dependencies \[None\]"),
    (body({"A": {**queue(), "DependsOn": "None"}}), r"Unresolved resource dependencies \[None\]"),
    (body({"A": queue()}, Outputs={"B": {"Value": {"Fn::Sub": "${C.Arn}"}}}), r"\[C\]"),
    (body({"A": queue()}, Outputs={"B": {"Value": "1", "Export": {}}}), "Output B is malformed"),
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
    found = create({"A": queue(QueueName={"Fn::Cidr": ["10.0.0.0/16", 1, 8]})})
    assert found["StackStatus"] == "ROLLBACK_COMPLETE"
    assert failure() == "The embedded account does not know Fn::Cidr."


def test_yaml_says_true_in_many_ways() -> None:
    """They are texts where a text is wanted, and keys are texts always."""
    text = """
    Parameters:
      Is: {Type: String, Default: yes}
    Mappings:
      Accounts: {123456789012: {on: 5}}
    Resources:
      A:
        Type: AWS::SQS::Queue
        Properties:
          DelaySeconds: !FindInMap [Accounts, !Ref "AWS::AccountId", "true"]
          Tags:
            - {Key: yes, Value: yes}
            - {Key: number, Value: 1.50}
            - {Key: parameter, Value: !Ref Is}
    Outputs:
      Off: {Value: off}
    """
    boto3.client("cloudformation").create_stack(StackName="bank", TemplateBody=text)
    assert describe()["StackStatus"] == "CREATE_COMPLETE", failure()
    assert attributes(identity("A"))["DelaySeconds"] == "5"
    tags = boto3.client("sqs").list_queue_tags(QueueUrl=identity("A"))["Tags"]
    own = {key: value for key, value in tags.items() if not key.startswith("aws:")}
    assert own == {"true": "true", "number": "1.5", "parameter": "true"}
    assert describe()["Outputs"][0]["OutputValue"] == "false"


def test_language_extensions() -> None:
    text = """
    Transform: AWS::LanguageExtensions
    Parameters:
      Names: {Type: CommaDelimitedList, Default: "orders, pay-ments"}
    Mappings:
      Delays: {orders: {seconds: 7}}
    Resources:
      Fn::ForEach::Queues:
        - Name
        - !Ref Names
        - Queue&{Name}:
            Type: AWS::SQS::Queue
            Properties:
              QueueName: !Sub "${AWS::StackName}-${Name}"
              DelaySeconds: !FindInMap [Delays, !Ref Name, seconds, {DefaultValue: 3}]
    Outputs:
      Count: {Value: !Length [a, b, c]}
      Text:
        Value: {Fn::ToJsonString: {queue: !GetAtt Queueorders.QueueName, wait: 1}}
    """
    boto3.client("cloudformation").create_stack(
        StackName="bank", TemplateBody=text, Capabilities=["CAPABILITY_AUTO_EXPAND"]
    )
    assert sorted(queues()) == ["bank-orders", "bank-pay-ments"]
    assert attributes(identity("Queueorders"))["DelaySeconds"] == "7"
    assert attributes(identity("Queuepayments"))["DelaySeconds"] == "3"
    outputs = {each["OutputKey"]: each["OutputValue"] for each in describe()["Outputs"]}
    assert outputs == {"Count": "3", "Text": '{"queue":"bank-orders","wait":1}'}


def test_values_from_systems_manager_and_secrets_manager() -> None:
    ssm, secrets = boto3.client("ssm"), boto3.client("secretsmanager")
    ssm.put_parameter(Name="/bank/delay", Value="7", Type="String")
    secrets.create_secret(Name="bank", SecretString='{"pin": "1234"}')
    sections = {
        "Parameters": {
            "Delay": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/bank/delay"}
        }
    }
    tags = [{"Key": "pin", "Value": "{{resolve:secretsmanager:bank:SecretString:pin}}"}]
    resources = {
        "A": queue(DelaySeconds={"Ref": "Delay"}, Tags=tags),
        "B": queue(DelaySeconds="{{resolve:ssm:/bank/delay}}"),
        "C": queue(QueueName="c"),
    }
    create(resources, sections=sections)
    assert [attributes(identity(name))["DelaySeconds"] for name in "AB"] == ["7", "7"]
    assert boto3.client("sqs").list_queue_tags(QueueUrl=identity("A"))["Tags"]["pin"] == "1234"
    with pytest.raises(ClientError, match=r"Unable to fetch parameters \[/none\]"):
        create(resources, "other", sections=sections, Parameters=[parameter("Delay", "/none")])


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
