"""All that a stack can have left in an account, under the names that its template gave it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError

_MADE_UP = re.compile(r"bank-([A-Za-z0-9]+)-[0-9A-F]{12}", re.IGNORECASE)
_MOMENTS = re.compile(r"(Timestamp|LastModified|LastModifiedTime|creationTime|Date|Time)$")
_FLEETING = frozenset(
    {
        "AlarmConfigurationUpdatedTimestamp", "CodeSha256", "CodeSize", "EventSourceMappingArn",
        "FunctionRevision", "ResponseMetadata", "RevisionId", "RoleId", "StateReason",
        "StateReasonData", "aws:cloudformation:stack-id", "RoleLastUsed",
    }
)  # fmt: skip
"""What differs from account to account without a difference."""


def account() -> Any:
    """Queues, topics, functions and what belongs to them; two accounts that are alike have equal
    ones. Ids that AWS makes up are the logical ids of their resources."""
    found = {name: sorted(map(_text, look())) for name, look in _LOOKS.items()}
    text = json.dumps(found)
    stacks = boto3.client("cloudformation").list_stack_resources(StackName="bank")
    for each in stacks["StackResourceSummaries"]:
        text = text.replace(each["PhysicalResourceId"], each["LogicalResourceId"])
    return json.loads(_MADE_UP.sub(r"\1", text))


def _text(value: Any) -> str:
    return json.dumps(_lasting(value), sort_keys=True, default=str)


def _lasting(value: Any) -> Any:
    if isinstance(value, list):
        return [_lasting(each) for each in value]
    if isinstance(value, str) and value.startswith("{"):
        return _lasting(json.loads(value))
    if not isinstance(value, dict):
        return value
    value = {name: {} if each == {"Variables": {}} else each for name, each in value.items()}
    return {
        name: _lasting(each)
        for name, each in value.items()
        if name not in _FLEETING and not _MOMENTS.search(name) and each not in ("", {}, [])
    }


def _queues() -> Iterator[Any]:
    sqs = boto3.client("sqs")
    for url in sqs.list_queues().get("QueueUrls", []):
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        yield attributes | {"tags": sqs.list_queue_tags(QueueUrl=url).get("Tags")}


def _topics() -> Iterator[Any]:
    sns = boto3.client("sns")
    for topic in sns.list_topics()["Topics"]:
        yield sns.get_topic_attributes(**topic)["Attributes"]
    for each in sns.list_subscriptions()["Subscriptions"]:
        arn = each["SubscriptionArn"]
        attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        yield attributes | {"SubscriptionArn": ""}


def _roles() -> Iterator[Any]:
    iam = boto3.client("iam")
    for role in iam.list_roles()["Roles"]:
        named = {"RoleName": role["RoleName"]}
        inline = iam.list_role_policies(**named)["PolicyNames"]
        yield role
        yield iam.list_attached_role_policies(**named)["AttachedPolicies"]
        for name in inline:
            yield iam.get_role_policy(**named, PolicyName=name)


def _functions() -> Iterator[Any]:
    functions = boto3.client("lambda")
    for each in functions.list_functions()["Functions"]:
        named = {"FunctionName": each["FunctionName"]}
        yield functions.get_function(**named)["Configuration"]
        yield functions.list_function_event_invoke_configs(**named)["FunctionEventInvokeConfigs"]
        yield functions.list_aliases(**named)["Aliases"]
        yield functions.get_function_concurrency(**named).get("ReservedConcurrentExecutions")
        try:
            yield functions.get_policy(**named)["Policy"]
        except ClientError:
            yield "no policy"
    yield from functions.list_event_source_mappings()["EventSourceMappings"]


def _rules() -> Iterator[Any]:
    events = boto3.client("events")
    for rule in events.list_rules()["Rules"]:
        yield rule
        yield events.list_targets_by_rule(Rule=rule["Name"])["Targets"]


def _logs() -> Iterator[Any]:
    logs = boto3.client("logs")
    yield from logs.describe_log_groups()["logGroups"]
    yield from logs.describe_metric_filters()["metricFilters"]
    yield from boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]


_LOOKS = {
    "queues": _queues,
    "topics": _topics,
    "roles": _roles,
    "functions": _functions,
    "rules": _rules,
    "logs": _logs,
}
