"""What a service says to take of a setting is answered again when somebody reads it.

Each operation that sets something is sent with all of its members. What does not come back has a
test of what it does. So a member that a service takes is either shown here, or named here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.door.request_members import Members
from tests.embedded.conftest import deploy_function
from tests.embedded.door.test_members import (
    CLOUDFORMATION,
    CLOUDWATCH,
    DYNAMODB,
    EVENTS,
    IAM,
    KMS,
    LAMBDA,
    LOGS,
    SNS,
    SQS,
    STS,
)

ACCOUNT = "123456789012"
TAGS = [{"Key": "team", "Value": "bank"}]
NAME = {"TagKey": "team", "TagValue": "bank"}
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
RIGHTS = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}],
    }
)
TEMPLATE = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})


class Setting(NamedTuple):
    """An operation that sets something, and how it is read."""

    members: Members
    operation: str
    sent: Callable[[], dict[str, Any]]
    read: Callable[[dict[str, Any]], Any]
    """By what was sent: every text and number of it must be in here."""
    obeyed: str = ""
    """Members that are not answered, or not as they were sent; tests of what they do name them."""


def topic() -> str:
    return str(boto3.client("sns").create_topic(Name="bank")["TopicArn"])


def queue() -> str:
    return str(boto3.client("sqs").create_queue(QueueName="bank")["QueueUrl"])


def key() -> str:
    return str(boto3.client("kms").create_key()["KeyMetadata"]["Arn"])


def role(name: str = "bank") -> str:
    made = boto3.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    return str(made["Role"]["Arn"])


def policy() -> str:
    made = boto3.client("iam").create_policy(PolicyName="limit", PolicyDocument=RIGHTS)
    return str(made["Policy"]["Arn"])


def group() -> str:
    boto3.client("logs").create_log_group(logGroupName="/bank")
    return "/bank"


def mapping() -> dict[str, Any]:
    queue()
    deploy_function("def handler(event, context): return event")
    return {
        "EventSourceArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:bank",
        "FunctionName": "function",
        "BatchSize": 20,
        "Enabled": False,
        "FilterCriteria": {"Filters": [{"Pattern": '{"body": {"kind": ["rent"]}}'}]},
        "KMSKeyArn": key(),
        "MetricsConfig": {"Metrics": ["EventCount"]},
        "ScalingConfig": {"MaximumConcurrency": 7},
        "MaximumBatchingWindowInSeconds": 5,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "Tags": {"team": "bank"},
    }


def read_mapping(_: dict[str, Any]) -> Any:
    client = boto3.client("lambda")
    (found,) = client.list_event_source_mappings()["EventSourceMappings"]
    return found, client.list_tags(Resource=found["EventSourceMappingArn"])["Tags"]


def changed_mapping() -> dict[str, Any]:
    client, before = boto3.client("lambda"), mapping()
    made = client.create_event_source_mapping(
        EventSourceArn=before["EventSourceArn"], FunctionName="function", Enabled=False
    )
    left_out = ("EventSourceArn", "Tags", "Enabled")
    return {name: value for name, value in before.items() if name not in left_out} | {
        "UUID": made["UUID"]
    }


STREAMS = (  # for other sources than queues, and refused in AWS's words: test_mapping_rules
    "ParallelizationFactor StartingPosition StartingPositionTimestamp DestinationConfig Topics "
    "MaximumRecordAgeInSeconds BisectBatchOnFunctionError MaximumRetryAttempts Queues "
    "TumblingWindowInSeconds SourceAccessConfigurations SelfManagedEventSource LoggingConfig "
    "AmazonManagedKafkaEventSourceConfig SelfManagedKafkaEventSourceConfig "
    "DocumentDBEventSourceConfig ProvisionedPollerConfig"
)


CHANGEABLE = LAMBDA.taken["UpdateEventSourceMapping"] & set(STREAMS.split())


def alarm(**more: Any) -> dict[str, Any]:
    return {
        "AlarmName": "late",
        "AlarmDescription": "something is late",
        "ActionsEnabled": False,
        "OKActions": [topic()],
        "AlarmActions": [topic()],
        "InsufficientDataActions": [topic()],
        "EvaluationPeriods": 4,
        "DatapointsToAlarm": 3,
        "Threshold": 12.5,
        "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": "notBreaching",
        "Tags": TAGS,
        **more,
    }


def read_alarm(_: dict[str, Any]) -> Any:
    client = boto3.client("cloudwatch")
    (found,) = client.describe_alarms()["MetricAlarms"]
    return found, client.list_tags_for_resource(ResourceARN=found["AlarmArn"])["Tags"]


def stack() -> dict[str, Any]:
    return {
        "StackName": "bank",
        "TemplateBody": TEMPLATE,
        "DisableRollback": True,
        "TimeoutInMinutes": 7,
        "Capabilities": ["CAPABILITY_IAM"],
        "Tags": TAGS,
        "EnableTerminationProtection": True,
    }


def read_stack(_: dict[str, Any]) -> Any:
    client = boto3.client("cloudformation")
    return client.describe_stacks()["Stacks"], client.get_template(StackName="bank")


def target() -> dict[str, Any]:
    boto3.client("events").put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:bank"
    return {
        "Rule": "nightly",
        "Targets": [
            {
                "Id": "1",
                "Arn": arn,
                "Input": '{"day": "over"}',
                "SqsParameters": {"MessageGroupId": "tenant"},
                "DeadLetterConfig": {"Arn": arn},
            },
            {"Id": "2", "Arn": arn, "InputPath": "$.detail"},
        ],
    }


SETTINGS = (
    Setting(
        SQS,
        "CreateQueue",
        lambda: {
            "QueueName": "bank",
            "Attributes": {"VisibilityTimeout": "77", "DelaySeconds": "7"},
            "tags": {"team": "bank"},
        },
        lambda _: (
            boto3.client("sqs").get_queue_attributes(QueueUrl=queue(), AttributeNames=["All"]),
            boto3.client("sqs").list_queue_tags(QueueUrl=queue()),
        ),
    ),
    Setting(
        SNS,
        "CreateTopic",
        lambda: {"Name": "bank", "Attributes": {"DisplayName": "the bank"}, "Tags": TAGS},
        lambda _: (
            boto3.client("sns").get_topic_attributes(TopicArn=topic()),
            boto3.client("sns").list_tags_for_resource(ResourceArn=topic())["Tags"],
        ),
    ),
    Setting(
        SNS,
        "Subscribe",
        lambda: {
            "TopicArn": topic(),
            "Protocol": "sqs",
            "Endpoint": f"arn:aws:sqs:us-east-1:{ACCOUNT}:bank",
            "Attributes": {
                "RawMessageDelivery": "true",
                "FilterPolicy": '{"kind":["rent"]}',
                "FilterPolicyScope": "MessageBody",
                "RedrivePolicy": json.dumps(
                    {"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead"}
                ),
                "DeliveryPolicy": '{"healthyRetryPolicy":{"numRetries":3}}',
                "SubscriptionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/bank",
            },
        },
        lambda _: boto3.client("sns").get_subscription_attributes(
            SubscriptionArn=boto3.client("sns").list_subscriptions()["Subscriptions"][0][
                "SubscriptionArn"
            ]
        ),
        obeyed="ReturnSubscriptionArn",  # test_topics
    ),
    Setting(
        KMS,
        "CreateKey",
        lambda: {
            "Policy": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":'
            '{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"}]}',
            "Description": "the bank's",
            "KeyUsage": "SIGN_VERIFY",
            "KeySpec": "ECC_NIST_P256",
            "Origin": "AWS_KMS",
            "MultiRegion": True,
            "Tags": [NAME],
        },
        lambda _: [
            (
                boto3.client("kms").describe_key(KeyId=each["KeyId"]),
                boto3.client("kms").get_key_policy(KeyId=each["KeyId"])["Policy"],
                boto3.client("kms").list_resource_tags(KeyId=each["KeyId"])["Tags"],
            )
            for each in boto3.client("kms").list_keys()["Keys"]
        ],
        # the older name of KeySpec; a policy that shuts out its author: test_policies_put
        obeyed="CustomerMasterKeySpec BypassPolicyLockoutSafetyCheck",
    ),
    Setting(
        KMS,
        "CreateGrant",
        lambda: {
            "KeyId": key(),
            "GranteePrincipal": role("reader"),
            "RetiringPrincipal": role("retiring"),
            "Operations": ["Decrypt"],
            "Constraints": {
                "EncryptionContextSubset": {"queue": "bank"},
            },
            "Name": "for-reading",
        },
        lambda sent: boto3.client("kms").list_grants(KeyId=sent["KeyId"])["Grants"],
        obeyed="GrantTokens DryRun",  # test_grants
    ),
    Setting(
        CLOUDWATCH,
        "PutMetricAlarm",
        lambda: alarm(
            MetricName="Age",
            Namespace="Bank",
            Statistic="Maximum",
            Dimensions=[{"Name": "queue", "Value": "rents"}],
            Period=120,
            Unit="Seconds",
        ),
        read_alarm,
        obeyed="ExtendedStatistic Metrics",  # the next two
    ),
    Setting(
        CLOUDWATCH,
        "PutMetricAlarm",
        lambda: alarm(MetricName="Age", Namespace="Bank", ExtendedStatistic="p99", Period=60),
        read_alarm,
        obeyed="Statistic Dimensions Unit Metrics",
    ),
    Setting(
        CLOUDWATCH,
        "PutMetricAlarm",
        lambda: alarm(
            Metrics=[
                {"Id": "e", "Expression": "m*2", "Label": "twice", "ReturnData": True},
                {
                    "Id": "m",
                    "ReturnData": False,
                    "MetricStat": {
                        "Metric": {
                            "Namespace": "Bank",
                            "MetricName": "Age",
                            "Dimensions": [{"Name": "queue", "Value": "rents"}],
                        },
                        "Period": 120,
                        "Stat": "Average",
                        "Unit": "Seconds",
                    },
                },
            ]
        ),
        read_alarm,
        obeyed="MetricName Namespace Statistic ExtendedStatistic Dimensions Period Unit",
    ),
    Setting(
        CLOUDWATCH,
        "PutDashboard",
        lambda: {"DashboardName": "bank", "DashboardBody": '{"widgets":[]}', "Tags": TAGS},
        lambda _: (
            found := boto3.client("cloudwatch").get_dashboard(DashboardName="bank"),
            boto3.client("cloudwatch").list_tags_for_resource(ResourceARN=found["DashboardArn"]),
        ),
    ),
    Setting(
        LOGS,
        "CreateLogGroup",
        lambda: {
            "logGroupName": "/bank",
            "kmsKeyId": key(),
            "tags": {"team": "bank"},
            "logGroupClass": "STANDARD",
        },
        lambda _: (
            found := boto3.client("logs").describe_log_groups()["logGroups"][0],
            boto3.client("logs").list_tags_for_resource(resourceArn=found["arn"][:-2]),
        ),
    ),
    Setting(
        LOGS,
        "PutMetricFilter",
        lambda: {
            "logGroupName": group(),
            "filterName": "late",
            "filterPattern": "{ $.late = * }",
            "metricTransformations": [
                {
                    "metricName": "Late",
                    "metricNamespace": "Bank",
                    "metricValue": "$.late",
                    "dimensions": {"queue": "$.queue"},
                    "unit": "Seconds",
                }
            ],
        },
        lambda _: boto3.client("logs").describe_metric_filters(),
    ),
    Setting(
        IAM,
        "CreateRole",
        lambda: {
            "Path": "/bank/",
            "RoleName": "clerk",
            "AssumeRolePolicyDocument": TRUST,
            "Description": "for functions",
            "MaxSessionDuration": 7200,
            "PermissionsBoundary": policy(),
            "Tags": TAGS,
        },
        lambda _: boto3.client("iam").get_role(RoleName="clerk"),
        obeyed="AssumeRolePolicyDocument",  # answered as a document
    ),
    Setting(
        IAM,
        "CreateUser",
        lambda: {
            "Path": "/bank/",
            "UserName": "ada",
            "PermissionsBoundary": policy(),
            "Tags": TAGS,
        },
        lambda _: boto3.client("iam").get_user(UserName="ada"),
    ),
    Setting(
        IAM,
        "CreatePolicy",
        lambda: {
            "PolicyName": "read",
            "Path": "/bank/",
            "PolicyDocument": RIGHTS,
            "Description": "to read with",
            "Tags": TAGS,
        },
        lambda _: boto3.client("iam").get_policy(
            PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/bank/read"
        ),
        obeyed="PolicyDocument",  # test_iam
    ),
    Setting(
        CLOUDFORMATION,
        "CreateStack",
        stack,
        read_stack,
        # tests/embedded/services/cloudformation: test_made, test_failed, test_templates
        obeyed="TemplateBody TemplateURL Parameters OnFailure ClientRequestToken",
    ),
    Setting(
        LAMBDA,
        "CreateEventSourceMapping",
        mapping,
        read_mapping,
        obeyed=f"FunctionName Enabled {STREAMS}",  # test_mapping_states
    ),
    Setting(
        LAMBDA,
        "UpdateEventSourceMapping",
        changed_mapping,
        read_mapping,
        obeyed=f"FunctionName Enabled {' '.join(CHANGEABLE)}",
    ),
    Setting(
        LAMBDA,
        "CreateAlias",
        lambda: {
            "FunctionName": (deploy_function("def handler(event, context): pass") and "function")
            or "function",
            "Name": "live",
            "FunctionVersion": boto3.client("lambda").publish_version(FunctionName="function")[
                "Version"
            ],
            "Description": "what customers see",
            "RoutingConfig": {"AdditionalVersionWeights": {}},
        },
        lambda _: boto3.client("lambda").get_alias(FunctionName="function", Name="live"),
        obeyed="FunctionName RoutingConfig",  # test_recorded_versions
    ),
    Setting(
        LAMBDA,
        "PutFunctionEventInvokeConfig",
        lambda: {
            "FunctionName": (deploy_function("def handler(event, context): pass") and "function")
            or "function",
            "MaximumRetryAttempts": 1,
            "MaximumEventAgeInSeconds": 120,
            "DestinationConfig": {
                "OnFailure": {"Destination": f"arn:aws:sqs:us-east-1:{ACCOUNT}:bank"},
                "OnSuccess": {"Destination": f"arn:aws:sqs:us-east-1:{ACCOUNT}:good"},
            },
        },
        lambda _: boto3.client("lambda").get_function_event_invoke_config(FunctionName="function"),
        obeyed="FunctionName Qualifier",  # test_recorded_functions
    ),
    Setting(
        EVENTS,
        "PutTargets",
        target,
        lambda _: boto3.client("events").list_targets_by_rule(Rule="nightly"),
        obeyed="Rule EventBusName",
    ),
    Setting(
        DYNAMODB,
        "CreateTable",
        lambda: {
            "TableName": "payments",
            "AttributeDefinitions": [
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "day", "AttributeType": "N"},
            ],
            "KeySchema": [
                {"AttributeName": "id", "KeyType": "HASH"},
                {"AttributeName": "day", "KeyType": "RANGE"},
            ],
            "BillingMode": "PROVISIONED",
            "ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 5},
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
            "DeletionProtectionEnabled": True,
            "Tags": TAGS,
        },
        lambda _: (
            found := boto3.client("dynamodb").describe_table(TableName="payments")["Table"],
            boto3.client("dynamodb").list_tags_of_resource(ResourceArn=found["TableArn"]),
        ),
        # moto's own tests; PROVISIONED is answered by the throughput
        obeyed="BillingMode LocalSecondaryIndexes GlobalSecondaryIndexes SSESpecification "
        "WarmThroughput",
    ),
)


def values(given: Any) -> list[Any]:
    """The texts and numbers in what is sent or read."""
    if isinstance(given, dict):
        return [each for value in given.values() for each in values(value)]
    if isinstance(given, list | tuple):
        return [each for value in given for each in values(value)]
    return [given]


def name_of(setting: Setting) -> str:
    return f"{setting.members.service}-{setting.operation}"


@pytest.mark.parametrize("setting", SETTINGS, ids=name_of)
def test_what_is_taken_is_answered(lab: EmbeddedAccount, setting: Setting) -> None:
    sent = setting.sent()
    client, obeyed = boto3.client(setting.members.service), set(setting.obeyed.split())
    methods = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    assert sent.keys() | obeyed == setting.members.taken[setting.operation]
    getattr(client, methods[setting.operation])(**sent)
    answered = values(setting.read(sent))
    for name in sent.keys() - obeyed:
        assert all(each in answered for each in values(sent[name])), f"{name}: {answered}"


def test_a_source_identity_is_answered(lab: EmbeddedAccount) -> None:
    """API AssumeRole, Response Elements."""
    trust = json.loads(TRUST.replace("lambda.amazonaws.com", "x"))
    trust["Statement"][0] |= {
        "Principal": {"AWS": ACCOUNT},
        "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
    }
    arn = boto3.client("iam").create_role(
        RoleName="clerk", AssumeRolePolicyDocument=json.dumps(trust)
    )["Role"]["Arn"]
    sts = boto3.client("sts")
    assert STS.taken["AssumeRole"] >= {"SourceIdentity"}
    made = sts.assume_role(RoleArn=arn, RoleSessionName="day", SourceIdentity="ada")
    assert made["SourceIdentity"] == "ada"
    assert "SourceIdentity" not in sts.assume_role(RoleArn=arn, RoleSessionName="day")


def test_a_second_is_a_second(lab: EmbeddedAccount) -> None:
    """StorageResolution 1 keeps seconds apart, 60 does not."""
    cloudwatch, start = boto3.client("cloudwatch"), lab.now()
    for name, resolution in (("fine", 1), ("coarse", 60)):
        for second in (10, 20):
            moment = start.replace(second=second)
            cloudwatch.put_metric_data(
                Namespace="Bank",
                MetricData=[
                    {
                        "MetricName": name,
                        "Value": 1,
                        "Timestamp": moment,
                        "StorageResolution": resolution,
                    }
                ],
            )
    lab.advance(120)
    counts = {
        name: len(
            cloudwatch.get_metric_statistics(
                Namespace="Bank",
                MetricName=name,
                StartTime=start,
                EndTime=start.replace(minute=1),
                Period=10,
                Statistics=["Sum"],
            )["Datapoints"]
        )
        for name in ("fine", "coarse")
    }
    assert counts == {"fine": 2, "coarse": 1}


def test_a_scope_shows_with_its_policy(lab: EmbeddedAccount) -> None:
    """AWS answers FilterPolicyScope only together with a FilterPolicy, and keeps it until then."""
    sns = boto3.client("sns")
    arn = sns.subscribe(
        TopicArn=topic(),
        Protocol="sqs",
        Endpoint=f"arn:aws:sqs:us-east-1:{ACCOUNT}:bank",
        Attributes={"FilterPolicyScope": "MessageBody"},
    )["SubscriptionArn"]
    before = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    sns.set_subscription_attributes(
        SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue='{"kind": ["rent"]}'
    )
    after = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert "FilterPolicyScope" not in before
    assert after["FilterPolicyScope"] == "MessageBody"


def test_a_key_for_filters_must_be_there(lab: EmbeddedAccount) -> None:
    client, given = boto3.client("lambda"), mapping()
    given["KMSKeyArn"] = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="KMS Exception"):
        client.create_event_source_mapping(**given)
    assert client.list_event_source_mappings()["EventSourceMappings"] == []


PAGED: tuple[tuple[str, str, str, Callable[[Any], object], dict[str, Any]], ...] = (
    ("kms", "list_keys", "Keys", lambda kms: kms.create_key(), {}),
    (
        "iam",
        "list_users",
        "Users",
        lambda iam: iam.create_user(UserName=f"u{len(iam.list_users()['Users'])}"),
        {},
    ),
    (
        "iam",
        "list_groups",
        "Groups",
        lambda iam: iam.create_group(GroupName=f"g{len(iam.list_groups()['Groups'])}"),
        {},
    ),
)


@pytest.mark.parametrize(("service", "method", "rows", "make", "given"), PAGED)
def test_lists_come_in_pages(
    lab: EmbeddedAccount,
    service: str,
    method: str,
    rows: str,
    make: Callable[[Any], object],
    given: dict[str, Any],
) -> None:
    client = boto3.client(service)
    for _ in range(5):
        make(client)
    pages = client.get_paginator(method).paginate(**given, PaginationConfig={"PageSize": 2})
    sizes = [len(page[rows]) for page in pages]
    assert sizes == [2, 2, 1]
    assert len(getattr(client, method)(**given)[rows]) == 5


def test_a_transaction_with_the_same_token_is_made_once(lab: EmbeddedAccount) -> None:
    """API TransactWriteItems: for 10 minutes."""
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName="payments",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def add(amount: int) -> None:
        update = {
            "TableName": "payments",
            "Key": {"id": {"S": "rent"}},
            "UpdateExpression": "ADD amount :amount",
            "ExpressionAttributeValues": {":amount": {"N": str(amount)}},
        }
        dynamodb.transact_write_items(TransactItems=[{"Update": update}], ClientRequestToken="one")

    def paid() -> str:
        item = dynamodb.get_item(TableName="payments", Key={"id": {"S": "rent"}})["Item"]
        return str(item["amount"]["N"])

    add(3)
    add(3)
    assert paid() == "3"
    with pytest.raises(dynamodb.exceptions.IdempotentParameterMismatchException):
        add(4)
    lab.advance(601)
    add(3)
    assert paid() == "6"
