"""What the tests of stacks share: short templates, and what became of them."""

from __future__ import annotations

import json
from typing import Any

import boto3

Resources = dict[str, dict[str, Any]]
ECHO = "def handler(event, context):\n    return event\n"


def queue(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def body(resources: Resources, **sections: Any) -> str:
    return json.dumps({"Resources": resources, **sections})


def create(resources: Resources, name: str = "bank", **options: Any) -> dict[str, Any]:
    """Create a stack of these resources; what DescribeStacks says of it then."""
    sections = options.pop("sections", {})
    boto3.client("cloudformation").create_stack(
        StackName=name, TemplateBody=body(resources, **sections), **options
    )
    return describe(name)


def update(resources: Resources, name: str = "bank", **options: Any) -> dict[str, Any]:
    boto3.client("cloudformation").update_stack(
        StackName=name, TemplateBody=body(resources, **options.pop("sections", {})), **options
    )
    return describe(name)


def describe(name: str = "bank") -> dict[str, Any]:
    (found,) = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    return dict(found)


def events(name: str = "bank") -> list[tuple[str, str]]:
    """Resource and status of each event, oldest first."""
    found = boto3.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
    return [(each["LogicalResourceId"], each["ResourceStatus"]) for each in reversed(found)]


def failure(name: str = "bank") -> str:
    """The reason of the last resource that failed."""
    found = boto3.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
    return next(
        each["ResourceStatusReason"]
        for each in found
        if each["ResourceStatus"].endswith("_FAILED") and each["LogicalResourceId"] != name
    )


def identity(logical_id: str, name: str = "bank") -> str:
    answer = boto3.client("cloudformation").describe_stack_resource(
        StackName=name, LogicalResourceId=logical_id
    )
    return str(answer["StackResourceDetail"]["PhysicalResourceId"])


def queues() -> list[str]:
    urls = boto3.client("sqs").list_queues().get("QueueUrls", [])
    return [url.rpartition("/")[2] for url in urls]


def attributes(url: str) -> dict[str, str]:
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return dict(answer["Attributes"])


def parameter(name: str, value: str) -> dict[str, str]:
    return {"ParameterKey": name, "ParameterValue": value}
