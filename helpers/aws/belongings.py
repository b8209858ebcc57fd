"""What a lab made on a real account: found by its tag, and deleted one by one.

Each kind of resource is listed whole, and each resource is asked for its tags: the tag decides,
not the name. IAM roles and log groups are not in the Resource Groups Tagging API, or late in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import ClientError

from helpers.aws import tag_forms as forms

Tags = Mapping[str, str]


class Belonging(NamedTuple):
    """One thing that carries the lab's tag."""

    kind: str
    """In the words of the console, such as "SQS queue"."""
    name: str
    """By which a person knows it."""
    delete: Callable[[], Any]
    """Deletes it, with what cannot be without it."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def _pages(client: Any, operation: str, key: str, **asked: Any) -> Iterator[Any]:
    for page in client.get_paginator(operation).paginate(**asked):
        yield from page.get(key, [])


def _carries(tags: Tags, listed: Iterable[Mapping[str, str]] | Tags | None) -> bool:
    return tags.items() <= forms.read(listed or {}).items()


def _find_stacks(tags: Tags) -> Iterator[Belonging]:
    formation = boto3.client("cloudformation")
    for stack in _pages(formation, "describe_stacks", "Stacks"):
        if _carries(tags, stack.get("Tags")):

            def delete(name: str = stack["StackName"]) -> None:
                formation.delete_stack(StackName=name)
                formation.get_waiter("stack_delete_complete").wait(StackName=name)

            yield Belonging("CloudFormation stack", stack["StackName"], delete)


def _find_mappings(tags: Tags) -> Iterator[Belonging]:
    functions = boto3.client("lambda")
    for mapping in _pages(functions, "list_event_source_mappings", "EventSourceMappings"):
        arn = mapping.get("EventSourceMappingArn")
        if arn and mapping["State"] != "Deleting" and _carries(tags, _lambda_tags(arn)):
            uuid = mapping["UUID"]
            delete = _call(functions.delete_event_source_mapping, UUID=uuid)
            yield Belonging("Lambda event source mapping", uuid, delete)


def _find_functions(tags: Tags) -> Iterator[Belonging]:
    functions, logs = boto3.client("lambda"), boto3.client("logs")
    for function in _pages(functions, "list_functions", "Functions"):
        if _carries(tags, _lambda_tags(function["FunctionArn"])):

            def delete(name: str = function["FunctionName"]) -> None:
                functions.delete_function(FunctionName=name)
                with suppress(logs.exceptions.ResourceNotFoundException):  # it never ran
                    logs.delete_log_group(logGroupName=f"/aws/lambda/{name}")

            yield Belonging("Lambda function", function["FunctionName"], delete)


def _lambda_tags(arn: str) -> Tags:
    return dict(boto3.client("lambda").list_tags(Resource=arn).get("Tags", {}))


def _find_log_groups(tags: Tags) -> Iterator[Belonging]:
    logs = boto3.client("logs")
    for group in _pages(logs, "describe_log_groups", "logGroups"):
        arn = group["arn"].removesuffix(":*")
        if _carries(tags, logs.list_tags_for_resource(resourceArn=arn).get("tags")):
            name = group["logGroupName"]
            yield Belonging("log group", name, _call(logs.delete_log_group, logGroupName=name))


def _find_alarms(tags: Tags) -> Iterator[Belonging]:
    watch = boto3.client("cloudwatch")
    for alarm in _pages(watch, "describe_alarms", "MetricAlarms"):
        if _carries(tags, watch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]):
            name = alarm["AlarmName"]
            yield Belonging("CloudWatch alarm", name, _call(watch.delete_alarms, AlarmNames=[name]))


def _find_dashboards(tags: Tags) -> Iterator[Belonging]:
    watch = boto3.client("cloudwatch")
    for board in _pages(watch, "list_dashboards", "DashboardEntries"):
        arn, name = board.get("DashboardArn", ""), board["DashboardName"]
        if arn and _carries(tags, watch.list_tags_for_resource(ResourceARN=arn)["Tags"]):
            delete = _call(watch.delete_dashboards, DashboardNames=[name])
            yield Belonging("CloudWatch dashboard", name, delete)


def _find_topics(tags: Tags) -> Iterator[Belonging]:
    sns = boto3.client("sns")
    for topic in _pages(sns, "list_topics", "Topics"):
        arn = topic["TopicArn"]
        if _carries(tags, sns.list_tags_for_resource(ResourceArn=arn)["Tags"]):

            def delete(arn: str = arn) -> None:
                for subscription in _pages(
                    sns, "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn
                ):
                    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
                sns.delete_topic(TopicArn=arn)

            yield Belonging("SNS topic", arn.rpartition(":")[2], delete)


def _find_queues(tags: Tags) -> Iterator[Belonging]:
    sqs = boto3.client("sqs")
    for url in _pages(sqs, "list_queues", "QueueUrls"):
        try:
            found = sqs.list_queue_tags(QueueUrl=url).get("Tags")
        except sqs.exceptions.QueueDoesNotExist:
            continue  # deleted a moment ago, and still listed
        if _carries(tags, found):
            name = url.rpartition("/")[2]
            yield Belonging("SQS queue", name, _call(sqs.delete_queue, QueueUrl=url))


def _find_tables(tags: Tags) -> Iterator[Belonging]:
    dynamodb = boto3.client("dynamodb")
    for name in _pages(dynamodb, "list_tables", "TableNames"):
        table = dynamodb.describe_table(TableName=name)["Table"]
        listed = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
        if table["TableStatus"] != "DELETING" and _carries(tags, listed):
            yield Belonging("DynamoDB table", name, _call(dynamodb.delete_table, TableName=name))


def _find_streams(tags: Tags) -> Iterator[Belonging]:
    kinesis = boto3.client("kinesis")
    for name in _pages(kinesis, "list_streams", "StreamNames"):
        if _carries(tags, kinesis.list_tags_for_stream(StreamName=name)["Tags"]):
            yield Belonging("Kinesis stream", name, _call(kinesis.delete_stream, StreamName=name))


def _find_buckets(tags: Tags) -> Iterator[Belonging]:
    s3 = boto3.client("s3")
    for bucket in s3.list_buckets().get("Buckets", []):
        name = bucket["Name"]
        try:
            listed = s3.get_bucket_tagging(Bucket=name)["TagSet"]
        except ClientError:
            continue  # It has no tags, or they are nobody's business: either way not ours.
        if _carries(tags, listed):

            def delete(name: str = name) -> None:
                for item in _pages(s3, "list_objects_v2", "Contents", Bucket=name):
                    s3.delete_object(Bucket=name, Key=item["Key"])
                s3.delete_bucket(Bucket=name)

            yield Belonging("S3 bucket", name, delete)


def _find_roles(tags: Tags) -> Iterator[Belonging]:
    iam = boto3.client("iam")
    for role in _pages(iam, "list_roles", "Roles"):
        name = role["RoleName"]
        if role["Path"].startswith("/aws-service-role/"):
            continue  # AWS's own
        if _carries(tags, iam.list_role_tags(RoleName=name)["Tags"]):

            def delete(name: str = name) -> None:
                for each in _pages(
                    iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name
                ):
                    iam.detach_role_policy(RoleName=name, PolicyArn=each["PolicyArn"])
                for policy in _pages(iam, "list_role_policies", "PolicyNames", RoleName=name):
                    iam.delete_role_policy(RoleName=name, PolicyName=policy)
                iam.delete_role(RoleName=name)

            yield Belonging("IAM role", name, delete)


def _find_keys(tags: Tags) -> Iterator[Belonging]:
    kms = boto3.client("kms")
    for key in _pages(kms, "list_keys", "Keys"):
        try:
            known = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
            if known.get("KeyManager") == "AWS" or known["KeyState"] == "PendingDeletion":
                continue
            listed = kms.list_resource_tags(KeyId=key["KeyId"]).get("Tags")
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDeniedException":
                raise
            continue  # The key's own policy keeps us out: somebody else's.
        if _carries(tags, listed):

            def delete(key_id: str = key["KeyId"]) -> None:
                for alias in _pages(kms, "list_aliases", "Aliases", KeyId=key_id):
                    kms.delete_alias(AliasName=alias["AliasName"])
                kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)

            yield Belonging("KMS key", f"{key['KeyId']} (in 7 days)", delete)


def _call(operation: Callable[..., Any], **arguments: Any) -> Callable[[], Any]:
    return lambda: operation(**arguments)


FINDERS: tuple[Callable[[Tags], Iterator[Belonging]], ...] = (
    _find_stacks,
    _find_mappings,
    _find_functions,
    _find_log_groups,
    _find_alarms,
    _find_dashboards,
    _find_topics,
    _find_queues,
    _find_tables,
    _find_streams,
    _find_buckets,
    _find_roles,
    _find_keys,
)
"""In the order of deletion: who uses before what is used."""
