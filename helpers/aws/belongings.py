"""What a lab made on a real account: found by its tag, and deleted one by one.

Each kind of resource is listed whole, and each resource is asked for its tags: the tag decides,
not the name. IAM roles and log groups are not in the Resource Groups Tagging API, or late in it.
What cannot be asked is named and stepped over: it hides nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from helpers.aws import tag_forms as forms

Tags = Mapping[str, str]
Listed = Iterable[Mapping[str, str]] | Tags | None
"""Tags in one of AWS's forms."""

GONE = ("NotFound", "NonExistent", "DoesNotExist", "NoSuch")
"""In the error codes of what is not there: NonExistentQueue, ResourceNotFoundException,
NoSuchEntity, NoSuchTagSet."""


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


class Look:
    """One look through an account.

    Args:
        tags: of what is looked for.

    Attributes:
        unseen: what could not be looked at, and what AWS said.
    """

    def __init__(self, tags: Tags) -> None:
        self.tags = tags
        self.unseen: list[tuple[str, str]] = []

    def finds(self, what: str, read: Callable[[], Listed]) -> bool:
        """Whether the tags that `read` reads are those looked for.

        What is gone since it was listed carries none. What else cannot be read is told in
        `unseen`.
        """
        try:
            listed = read()
        except (BotoCoreError, ClientError) as error:
            if not is_gone(error):
                self.unseen.append((f"look at {what}", str(error)))
            return False
        return self.tags.items() <= forms.read(listed or {}).items()


def is_gone(error: Exception) -> bool:
    """Whether AWS says that there is no such thing, or nothing of it."""
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    return any(word in code for word in GONE)


def _pages(client: Any, operation: str, key: str, size: int | None = None, **asked: Any) -> Any:
    """Every item of a list. `size` is that of a page, for lists that have no second page
    unless a size is asked for."""
    config = {"PageSize": size} if size else {}
    for page in client.get_paginator(operation).paginate(PaginationConfig=config, **asked):
        yield from page.get(key, [])


def _find_stacks(look: Look) -> Iterator[Belonging]:
    formation = boto3.client("cloudformation")
    for stack in _pages(formation, "describe_stacks", "Stacks"):
        name = stack["StackName"]
        if look.finds(f"CloudFormation stack {name}", _call(stack.get, "Tags")):

            def delete(name: str = name) -> None:
                formation.delete_stack(StackName=name)
                formation.get_waiter("stack_delete_complete").wait(StackName=name)

            yield Belonging("CloudFormation stack", name, delete)


def _find_mappings(look: Look) -> Iterator[Belonging]:
    functions = boto3.client("lambda")
    for mapping in _pages(functions, "list_event_source_mappings", "EventSourceMappings"):
        uuid, of = mapping["UUID"], mapping.get("FunctionArn", "").partition(":function:")[0]
        arn = mapping.get("EventSourceMappingArn") or f"{of}:event-source-mapping:{uuid}"
        if mapping["State"] != "Deleting" and look.finds(
            f"Lambda event source mapping {uuid}", _read(functions.list_tags, "Tags", Resource=arn)
        ):
            delete = _call(functions.delete_event_source_mapping, UUID=uuid)
            yield Belonging("Lambda event source mapping", uuid, delete)


def _find_functions(look: Look) -> Iterator[Belonging]:
    functions, logs = boto3.client("lambda"), boto3.client("logs")
    for function in _pages(functions, "list_functions", "Functions"):
        name, arn = function["FunctionName"], function["FunctionArn"]
        if look.finds(f"Lambda function {name}", _read(functions.list_tags, "Tags", Resource=arn)):

            def delete(name: str = name) -> None:
                functions.delete_function(FunctionName=name)
                with suppress(logs.exceptions.ResourceNotFoundException):  # it never ran
                    logs.delete_log_group(logGroupName=f"/aws/lambda/{name}")

            yield Belonging("Lambda function", name, delete)


def _find_log_groups(look: Look) -> Iterator[Belonging]:
    logs = boto3.client("logs")
    for group in _pages(logs, "describe_log_groups", "logGroups"):
        name, arn = group["logGroupName"], group["arn"].removesuffix(":*")
        read = _read(logs.list_tags_for_resource, "tags", resourceArn=arn)
        if look.finds(f"log group {name}", read):
            yield Belonging("log group", name, _call(logs.delete_log_group, logGroupName=name))


def _find_alarms(look: Look) -> Iterator[Belonging]:
    watch = boto3.client("cloudwatch")
    for alarm in _pages(watch, "describe_alarms", "MetricAlarms"):
        name = alarm["AlarmName"]
        read = _read(watch.list_tags_for_resource, "Tags", ResourceARN=alarm["AlarmArn"])
        if look.finds(f"CloudWatch alarm {name}", read):
            yield Belonging("CloudWatch alarm", name, _call(watch.delete_alarms, AlarmNames=[name]))


def _find_dashboards(look: Look) -> Iterator[Belonging]:
    watch = boto3.client("cloudwatch")
    for board in _pages(watch, "list_dashboards", "DashboardEntries"):
        name = board["DashboardName"]
        read = _read(watch.list_tags_for_resource, "Tags", ResourceARN=board["DashboardArn"])
        if look.finds(f"CloudWatch dashboard {name}", read):
            delete = _call(watch.delete_dashboards, DashboardNames=[name])
            yield Belonging("CloudWatch dashboard", name, delete)


def _find_topics(look: Look) -> Iterator[Belonging]:
    sns = boto3.client("sns")
    for topic in _pages(sns, "list_topics", "Topics"):
        arn, name = topic["TopicArn"], topic["TopicArn"].rpartition(":")[2]
        read = _read(sns.list_tags_for_resource, "Tags", ResourceArn=arn)
        if look.finds(f"SNS topic {name}", read):

            def delete(arn: str = arn) -> None:
                listed = _pages(sns, "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
                for subscription in list(listed):
                    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
                sns.delete_topic(TopicArn=arn)

            yield Belonging("SNS topic", name, delete)


def _find_queues(look: Look) -> Iterator[Belonging]:
    """ListQueues has no second page, and ends after 1,000, unless MaxResults is set.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html"""
    sqs = boto3.client("sqs")
    for url in _pages(sqs, "list_queues", "QueueUrls", size=1000):
        name = url.rpartition("/")[2]
        if look.finds(f"SQS queue {name}", _read(sqs.list_queue_tags, "Tags", QueueUrl=url)):
            yield Belonging("SQS queue", name, _call(sqs.delete_queue, QueueUrl=url))


def _find_tables(look: Look) -> Iterator[Belonging]:
    dynamodb = boto3.client("dynamodb")

    def read(name: str) -> Listed:
        table = dynamodb.describe_table(TableName=name)["Table"]
        if table["TableStatus"] == "DELETING":
            return None
        arn = table["TableArn"]
        return list(_pages(dynamodb, "list_tags_of_resource", "Tags", ResourceArn=arn))

    for name in _pages(dynamodb, "list_tables", "TableNames"):
        if look.finds(f"DynamoDB table {name}", _call(read, name)):
            yield Belonging("DynamoDB table", name, _call(dynamodb.delete_table, TableName=name))


def _find_streams(look: Look) -> Iterator[Belonging]:
    kinesis = boto3.client("kinesis")

    def read(name: str) -> Listed:
        """A stream's tags may come in pages, which botocore does not turn."""
        found, after = dict[str, str](), dict[str, str]()
        while True:
            answer = kinesis.list_tags_for_stream(StreamName=name, **after)
            found |= forms.read(answer["Tags"])
            if not answer.get("HasMoreTags") or not answer["Tags"]:
                return found
            after = {"ExclusiveStartTagKey": answer["Tags"][-1]["Key"]}

    for name in _pages(kinesis, "list_streams", "StreamNames"):
        if look.finds(f"Kinesis stream {name}", _call(read, name)):
            yield Belonging("Kinesis stream", name, _call(kinesis.delete_stream, StreamName=name))


def _find_buckets(look: Look) -> Iterator[Belonging]:
    s3 = boto3.client("s3")
    for bucket in _pages(s3, "list_buckets", "Buckets", size=1000):
        name = bucket["Name"]
        if look.finds(f"S3 bucket {name}", _read(s3.get_bucket_tagging, "TagSet", Bucket=name)):

            def delete(name: str = name) -> None:
                for item in _pages(s3, "list_objects_v2", "Contents", Bucket=name):
                    s3.delete_object(Bucket=name, Key=item["Key"])
                s3.delete_bucket(Bucket=name)

            yield Belonging("S3 bucket", name, delete)


def _find_roles(look: Look) -> Iterator[Belonging]:
    iam = boto3.client("iam")
    for role in _pages(iam, "list_roles", "Roles"):
        name = role["RoleName"]
        if role["Path"].startswith("/aws-service-role/"):
            continue  # AWS's own
        listed = _pages(iam, "list_role_tags", "Tags", RoleName=name)
        if look.finds(f"IAM role {name}", _call(list, listed)):

            def delete(name: str = name) -> None:
                attached = _pages(
                    iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name
                )
                for each in list(attached):
                    iam.detach_role_policy(RoleName=name, PolicyArn=each["PolicyArn"])
                for policy in list(_pages(iam, "list_role_policies", "PolicyNames", RoleName=name)):
                    iam.delete_role_policy(RoleName=name, PolicyName=policy)
                iam.delete_role(RoleName=name)

            yield Belonging("IAM role", name, delete)


def _find_keys(look: Look) -> Iterator[Belonging]:
    kms = boto3.client("kms")

    def read(key: str) -> Listed:
        known = kms.describe_key(KeyId=key)["KeyMetadata"]
        if known.get("KeyManager") == "AWS" or known["KeyState"] == "PendingDeletion":
            return None
        return list(_pages(kms, "list_resource_tags", "Tags", KeyId=key))

    for key in (each["KeyId"] for each in _pages(kms, "list_keys", "Keys")):
        if look.finds(f"KMS key {key}", _call(read, key)):

            def delete(key: str = key) -> None:
                for alias in list(_pages(kms, "list_aliases", "Aliases", KeyId=key)):
                    kms.delete_alias(AliasName=alias["AliasName"])
                kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)

            yield Belonging("KMS key", f"{key} (in 7 days)", delete)


def _read(operation: Callable[..., Any], key: str, **arguments: Any) -> Callable[[], Listed]:
    """Reads one member of an answer."""
    return lambda: operation(**arguments).get(key)


def _call(operation: Callable[..., Any], *given: Any, **arguments: Any) -> Callable[[], Any]:
    return lambda: operation(*given, **arguments)


FINDERS: tuple[Callable[[Look], Iterator[Belonging]], ...] = (
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
