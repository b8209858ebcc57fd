"""The prefix on the name of everything a lab makes on a real account.

A cell says `create_queue(QueueName="orders")`; the queue is called anna-orders in the lab "anna".
The rule is applied to each request that the course makes, wherever botocore's model has a name in
it. ARNs, URLs and ids, which come from answers, stay as they are: `helpers.aws.ours` judges them.
So does what the caller keeps in maps of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

NAMES = frozenset(
    {
        "AlarmName",
        "AlarmNamePrefix",
        "AlarmNames",
        "Bucket",
        "DashboardName",
        "DashboardNamePrefix",
        "DashboardNames",
        "FunctionName",
        "QueueName",
        "QueueNamePrefix",
        "RoleName",
        "S3Bucket",
        "StackName",
        "StreamName",
        "TableName",
    }
)
"""Members of requests that are names, in each service that has them."""

NAMES_OF = {("SNS", "CreateTopic"): "Name"}
"""Members that are names in one operation, and mean something else in others."""

LOG_GROUPS = frozenset(
    {
        "logGroupIdentifier",
        "logGroupIdentifiers",
        "logGroupName",
        "logGroupNamePrefix",
        "logGroupNames",
    }
)
FUNCTION_LOGS = "/aws/lambda/"
"""Lambda calls a function's log group so, and the function's name."""

DIMENSIONS = frozenset({"QueueName", "FunctionName", "TableName", "TopicName"})
"""Dimensions of metrics whose values are names."""

LISTINGS = {
    "ListQueues": ("QueueNamePrefix", ()),
    "DescribeAlarms": ("AlarmNamePrefix", ("AlarmNames",)),
    "ListDashboards": ("DashboardNamePrefix", ()),
}
"""Operations that list by prefix, and the members that exclude one. A lab sees its own."""


class Names:
    """The names of one lab: `prefix` stands before each."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def of(self, name: str) -> str:
        """A name with the prefix, once; an ARN, a URL or nothing as it is."""
        known = name.startswith((self.prefix, "arn:", "https:", "http:"))
        return name if known or not name else self.prefix + name

    def in_request(self, params: Mapping[str, Any], operation: OperationModel) -> dict[str, Any]:
        """The parameters of a call with the prefix on each name; `params` stays as it is."""
        shape = operation.input_shape
        if shape is None:
            return dict(params)
        own = NAMES_OF.get((operation.service_model.service_id, operation.name))
        named = {
            member: self.of(value) if member == own and isinstance(value, str) else value
            for member, value in params.items()
        }
        return dict(self._walk(named, shape, ""))

    def in_listing(self, params: Mapping[str, Any], operation: OperationModel) -> dict[str, Any]:
        """The same parameters, and the lab's prefix where a list would show other people's."""
        member, others = LISTINGS.get(operation.name, ("", ()))
        if not member or any(name in params for name in (member, *others)):
            return dict(params)
        return {**params, member: self.prefix}

    def _walk(self, value: Any, shape: Shape, member: str) -> Any:
        match shape:
            case StructureShape() if isinstance(value, Mapping):
                return self._walk_structure(value, shape)
            case ListShape() if isinstance(value, list | tuple):
                return [self._walk(each, shape.member, member) for each in value]
            case MapShape() if isinstance(value, Mapping):
                return self._walk_map(value, member)
        return self._name(member, value) if isinstance(value, str) else value

    def _walk_structure(self, value: Mapping[str, Any], shape: StructureShape) -> dict[str, Any]:
        if set(value) == {"Name", "Value"}:  # a dimension of a metric
            known = value["Name"] in DIMENSIONS
            return {"Name": value["Name"], "Value": self.of(value["Value"])} if known else {**value}
        members = shape.members
        return {
            name: self._walk(each, members[name], name) if name in members else each
            for name, each in value.items()
        }

    def _walk_map(self, value: Mapping[str, Any], member: str) -> dict[str, Any]:
        """Keys and values are the caller's, but for those that a service reads as names."""
        if member == "RequestItems":  # of DynamoDB, by table
            return {self.of(table): requests for table, requests in value.items()}
        if member == "Attributes":
            return {name: self._name(name, each) for name, each in value.items()}
        if member.endswith("EncryptionContext") and "LambdaFunctionName" in value:
            return {**value, "LambdaFunctionName": self.of(value["LambdaFunctionName"])}
        return dict(value)

    def _name(self, member: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if member in NAMES:
            return self.of(value)
        if member in LOG_GROUPS:
            group, function = value[: len(FUNCTION_LOGS)], value[len(FUNCTION_LOGS) :]
            return group + self.of(function) if group == FUNCTION_LOGS else self.of(value)
        if value.startswith("alias/") and not value.startswith("alias/aws/"):
            return "alias/" + self.of(value.removeprefix("alias/"))
        if member == "DashboardBody":
            return self._name_in_dashboard(value)
        return value

    def _name_in_dashboard(self, body: str) -> str:
        """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html"""
        try:
            content = json.loads(body)
            for widget in content["widgets"]:
                for metric in widget["properties"].get("metrics", []):
                    for place, text in enumerate(metric[:-1]):
                        if place >= 2 and text in DIMENSIONS:
                            metric[place + 1] = self.of(metric[place + 1])
        except (ValueError, LookupError, TypeError, AttributeError):
            return body  # CloudWatch says what is wrong with it.
        return json.dumps(content)
