"""Templates of the serverless application model, by AWS's own translator.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import zip_code
from tests.embedded.services.cloudformation.stacks import describe, failure, identity

pytestmark = pytest.mark.usefixtures("lab")

CAN = {"Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]}
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.13
    Timeout: 7
    Environment: {Variables: {TARGET: !Ref Out}}
Parameters:
  Most: {Type: Number, Default: 5}
Resources:
  In: {Type: AWS::SQS::Queue}
  Out: {Type: AWS::SQS::Queue}
  Forward:
    Type: AWS::Serverless::Function
    Properties:
      Handler: code.handler
      CodeUri: s3://code/forward.zip
      Policies:
        - SQSSendMessagePolicy: {QueueName: !GetAtt Out.QueueName}
      Events:
        Arrival:
          Type: SQS
          Properties:
            Queue: !GetAtt In.Arn
            BatchSize: !Ref Most
            FunctionResponseTypes: [ReportBatchItemFailures]
Outputs:
  Role: {Value: !GetAtt ForwardRole.Arn}
"""
FORWARD = """
import os, boto3
def handler(event, context):
    for record in event["Records"]:
        boto3.client("sqs").send_message(QueueUrl=os.environ["TARGET"], MessageBody=record["body"])
"""


def deploy(text: str, **options: Any) -> dict[str, Any]:
    boto3.client("cloudformation").create_stack(
        StackName="bank", TemplateBody=text, **{**CAN, **options}
    )
    return describe()


def put_code(**modules: str) -> None:
    """As `aws cloudformation package` puts it, which leaves its s3:// address in CodeUri."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="code")
    for name, source in modules.items():
        s3.put_object(Bucket="code", Key=f"{name}.zip", Body=zip_code(code=source))


def test_function_with_a_queue_as_event(lab: EmbeddedAccount) -> None:
    put_code(forward=FORWARD)
    assert deploy(TEMPLATE)["StackStatus"] == "CREATE_COMPLETE", failure()
    configuration = boto3.client("lambda").get_function_configuration(
        FunctionName=identity("Forward")
    )
    assert configuration["Timeout"] == 7
    (mapping,) = boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert mapping["BatchSize"] == 5
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=identity("In"), MessageBody="hello")
    lab.run_until_idle()
    (message,) = sqs.receive_message(QueueUrl=identity("Out"))["Messages"]
    assert message["Body"] == "hello"


def test_both_stages_of_the_template_can_be_read() -> None:
    put_code(forward=FORWARD)
    deploy(TEMPLATE)
    cloudformation = boto3.client("cloudformation")
    original = cloudformation.get_template(StackName="bank")
    assert original["TemplateBody"] == TEMPLATE
    assert original["StagesAvailable"] == ["Original", "Processed"]
    processed = cloudformation.get_template(StackName="bank", TemplateStage="Processed")
    resources = processed["TemplateBody"]["Resources"]
    assert resources["Forward"]["Type"] == "AWS::Lambda::Function"
    summary = cloudformation.get_template_summary(TemplateBody=TEMPLATE)
    assert summary["DeclaredTransforms"] == ["AWS::Serverless-2016-10-31"]
    assert "AWS::Serverless::Function" in summary["ResourceTypes"]
    assert summary["Capabilities"] == ["CAPABILITY_AUTO_EXPAND"]


def test_transform_is_applied_anew_when_parameters_change() -> None:
    put_code(forward=FORWARD)
    deploy(TEMPLATE)
    cloudformation = boto3.client("cloudformation")
    same: dict[str, Any] = {"StackName": "bank", "UsePreviousTemplate": True, **CAN}
    with pytest.raises(ClientError, match="No updates are to be performed"):
        cloudformation.update_stack(**same)
    cloudformation.update_stack(
        **same, Parameters=[{"ParameterKey": "Most", "ParameterValue": "3"}]
    )
    (mapping,) = boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert mapping["BatchSize"] == 3


def test_expansion_takes_a_capability_unless_it_can_be_looked_at() -> None:
    put_code(forward=FORWARD)
    with pytest.raises(ClientError, match=r"capabilities : \[CAPABILITY_AUTO_EXPAND\]"):
        deploy(TEMPLATE, Capabilities=["CAPABILITY_IAM"])
    boto3.client("cloudformation").create_change_set(
        StackName="bank",
        ChangeSetName="next",
        ChangeSetType="CREATE",
        TemplateBody=TEMPLATE,
        Capabilities=["CAPABILITY_IAM"],
    )


FUNCTION = "Resources: {F: {Type: AWS::Serverless::Function, Properties: %s}}"
REFUSED = [
    ({"CodeUri": "./src", "Handler": "a.b", "Runtime": "python3.13"}, "is not a valid S3 Uri"),
    ({"InlineCode": "a", "Handler": "a.b"}, "Invalid Serverless Application Specification"),
    (
        {
            "InlineCode": "a",
            "Handler": "a.b",
            "Runtime": "python3.13",
            "AutoPublishAlias": "live",
            "DeploymentPreference": {"Type": "AllAtOnce"},
        },
        "AWS::CodeDeploy::Application: Leave DeploymentPreference out",
    ),
    (
        {
            "InlineCode": "a",
            "Handler": "a.b",
            "Runtime": "python3.13",
            "FunctionUrlConfig": {"AuthType": "NONE"},
        },
        "AWS::Lambda::Url: Invoke the function by its name",
    ),
]


@pytest.mark.parametrize(("properties", "said"), REFUSED)
def test_what_cannot_be_done_is_refused(properties: dict[str, Any], said: str) -> None:
    text = "Transform: AWS::Serverless-2016-10-31\n" + FUNCTION % json.dumps(properties)
    with pytest.raises(ClientError, match=said):
        deploy(text)
    assert boto3.client("cloudformation").list_stacks()["StackSummaries"] == []
