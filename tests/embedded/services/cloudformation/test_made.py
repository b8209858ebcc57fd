"""Every type of resource, made and taken down with its stack.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/
"""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import TRUST_LAMBDA
from tests.embedded.services.cloudformation.stacks import (
    ECHO,
    Resources,
    body,
    create,
    describe,
    events,
    failure,
    identity,
    queue,
    queues,
)

pytestmark = pytest.mark.usefixtures("lab")


def test_stack_can_be_read() -> None:
    cloudformation = boto3.client("cloudformation")
    create({"A": queue()}, Tags=[{"Key": "team", "Value": "bank"}])
    cloudformation.get_waiter("stack_create_complete").wait(StackName="bank")
    assert (
        json.loads(body({"A": queue()}))
        == (cloudformation.get_template(StackName="bank")["TemplateBody"])
    )
    (listed,) = cloudformation.list_stacks(StackStatusFilter=["CREATE_COMPLETE"])["StackSummaries"]
    assert listed["StackId"] == describe()["StackId"]
    (row,) = cloudformation.list_stack_resources(StackName="bank")["StackResourceSummaries"]
    assert (row["LogicalResourceId"], row["ResourceStatus"]) == ("A", "CREATE_COMPLETE")
    (row,) = cloudformation.describe_stack_resources(StackName="bank")["StackResources"]
    assert row["PhysicalResourceId"] == identity("A")
    assert events() == [
        ("bank", "CREATE_IN_PROGRESS"),
        ("A", "CREATE_IN_PROGRESS"),
        ("A", "CREATE_COMPLETE"),
        ("bank", "CREATE_COMPLETE"),
    ]
    with pytest.raises(ClientError, match=r"Stack \[bank\] already exists"):
        create({"A": queue()})
    with pytest.raises(ClientError, match="Stack with id other does not exist"):
        describe("other")


def test_resources_know_their_stack() -> None:
    own = [{"Key": "part", "Value": "queue"}]
    found = create({"A": queue(Tags=own)}, Tags=[{"Key": "team", "Value": "bank"}])
    tags = boto3.client("sqs").list_queue_tags(QueueUrl=identity("A"))["Tags"]
    assert tags == {
        "team": "bank",
        "part": "queue",
        "aws:cloudformation:stack-name": "bank",
        "aws:cloudformation:stack-id": found["StackId"],
        "aws:cloudformation:logical-id": "A",
    }


def test_what_others_need_is_made_first() -> None:
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": "C.Arn"}, "maxReceiveCount": 3}
    create({"A": queue(RedrivePolicy=redrive), "B": {**queue(), "DependsOn": "A"}, "C": queue()})
    made = [name for name, status in events() if status == "CREATE_COMPLETE"]
    assert made == ["C", "A", "B", "bank"]


def test_every_type_is_made_and_deleted(lab: EmbeddedAccount) -> None:
    trust = json.loads(TRUST_LAMBDA)
    name = {"Fn::Sub": "${AWS::StackName}-function"}
    statement = {"Effect": "Allow", "Action": ["sqs:*", "logs:*"], "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    everybody = {**statement, "Action": "sqs:*", "Principal": "*"}
    open_queue = {"Version": "2012-10-17", "Statement": [everybody]}
    open_topic = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "sns:Publish",
                "Resource": {"Ref": "Topic"},
            }
        ],
    }
    resources: Resources = {
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": True}},
        "Alias": {
            "Type": "AWS::KMS::Alias",
            "Properties": {"AliasName": "alias/bank", "TargetKeyId": {"Ref": "Key"}},
        },
        "Queue": queue(KmsMasterKeyId={"Ref": "Alias"}),
        "QueuePolicy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {"Queues": [{"Ref": "Queue"}], "PolicyDocument": open_queue},
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": trust,
                "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonSQSFullAccess"],
                "Policies": [{"PolicyName": "inline", "PolicyDocument": policy}],
            },
        },
        "Policy": {
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": "more",
                "PolicyDocument": {
                    **policy,
                    "Statement": [{**statement, "Action": "kms:Decrypt"}],
                },
                "Roles": [{"Ref": "Role"}],
            },
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": name,
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": ECHO},
                "Timeout": "5",
            },
        },
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "DependsOn": "Policy",
            "Properties": {
                "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
                "FunctionName": {"Ref": "Function"},
            },
        },
        "Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": "Function"},
                "Principal": "sns.amazonaws.com",
                "SourceArn": {"Ref": "Topic"},
            },
        },
        "Topic": {"Type": "AWS::SNS::Topic"},
        "TopicPolicy": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {"Topics": [{"Ref": "Topic"}], "PolicyDocument": open_topic},
        },
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "TopicArn": {"Ref": "Topic"},
                "Protocol": "lambda",
                "Endpoint": {"Fn::GetAtt": ["Function", "Arn"]},
            },
        },
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "entry", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "entry", "KeyType": "HASH"}],
                "TimeToLiveSpecification": {"AttributeName": "until", "Enabled": True},
            },
        },
        "Log": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {
                "LogGroupName": {"Fn::Sub": ["/aws/lambda/${Name}", {"Name": name}]},
                "RetentionInDays": 7,
            },
        },
        "Alarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "Namespace": "AWS/SQS",
                "MetricName": "NumberOfMessagesSent",
                "Statistic": "Sum",
                "Period": "60",
                "EvaluationPeriods": 1,
                "Threshold": 1,
                "ComparisonOperator": "GreaterThanThreshold",
                "AlarmActions": [{"Ref": "Topic"}],
            },
        },
        "Dashboard": {
            "Type": "AWS::CloudWatch::Dashboard",
            "Properties": {"DashboardBody": json.dumps({"widgets": []})},
        },
    }
    made = create(resources, Capabilities=["CAPABILITY_IAM"])
    assert made["StackStatus"] == "CREATE_COMPLETE", failure()

    boto3.client("sns").publish(TopicArn=identity("Topic"), Message="text")
    boto3.client("sqs").send_message(QueueUrl=identity("Queue"), MessageBody="text")
    assert boto3.client("kms").get_key_rotation_status(KeyId=identity("Key"))["KeyRotationEnabled"]
    lab.run_until_idle()
    log = boto3.client("logs").filter_log_events(logGroupName="/aws/lambda/bank-function")
    assert sum(each["message"].startswith("START") for each in log["events"]) == 2

    boto3.client("cloudformation").delete_stack(StackName="bank")
    boto3.client("cloudformation").get_waiter("stack_delete_complete").wait(StackName="bank")
    assert queues() == []
    assert boto3.client("lambda").list_functions()["Functions"] == []
    assert boto3.client("iam").list_roles()["Roles"] == []
    assert boto3.client("sns").list_topics()["Topics"] == []
    assert boto3.client("sns").list_subscriptions()["Subscriptions"] == []
    assert boto3.client("dynamodb").list_tables()["TableNames"] == []
    assert boto3.client("logs").describe_log_groups()["logGroups"] == []
    assert boto3.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert boto3.client("cloudwatch").list_dashboards()["DashboardEntries"] == []
