"""An account with thousands of things in it, whose lists come in the pages that AWS gives.

It stands in for boto3's clients, because thousands of requests by HTTP take too long. botocore's
own paginators turn the pages. Sizes are those of the API references, where a request sets none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import boto3
import botocore.paginate
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
HERE = f"us-east-1:{ACCOUNT}"


class Kind(NamedTuple):
    """How one kind of thing is listed, asked for its tags, and deleted.

    Attributes:
        size: of a page, if the request sets none.
        item: what a list says of a thing, with {name} in it.
        by: the member of a request by which its tags are asked for, and what stands in it.
        tags: the member in which they come, and their form: "map", or the name of the key's member.
    """

    service: str
    lists: str
    key: str
    size: int
    item: Any
    asks: str
    by: tuple[str, str]
    tags: tuple[str, str]
    deletes: tuple[str, str]


KINDS = {
    "mappings": Kind("lambda", "ListEventSourceMappings", "EventSourceMappings", 100,
        {"UUID": "{name}", "State": "Enabled", "FunctionArn": f"arn:aws:lambda:{HERE}:function:f",
         "EventSourceMappingArn": f"arn:aws:lambda:{HERE}:event-source-mapping:{{name}}"},
        "ListTags", ("Resource", f"arn:aws:lambda:{HERE}:event-source-mapping:{{name}}"),
        ("Tags", "map"), ("DeleteEventSourceMapping", "UUID")),
    "functions": Kind("lambda", "ListFunctions", "Functions", 50,
        {"FunctionName": "{name}", "FunctionArn": f"arn:aws:lambda:{HERE}:function:{{name}}"},
        "ListTags", ("Resource", f"arn:aws:lambda:{HERE}:function:{{name}}"),
        ("Tags", "map"), ("DeleteFunction", "FunctionName")),
    "log groups": Kind("logs", "DescribeLogGroups", "logGroups", 50,
        {"logGroupName": "{name}", "arn": f"arn:aws:logs:{HERE}:log-group:{{name}}:*"},
        "ListTagsForResource", ("resourceArn", f"arn:aws:logs:{HERE}:log-group:{{name}}"),
        ("tags", "map"), ("DeleteLogGroup", "logGroupName")),
    "alarms": Kind("cloudwatch", "DescribeAlarms", "MetricAlarms", 50,
        {"AlarmName": "{name}", "AlarmArn": f"arn:aws:cloudwatch:{HERE}:alarm:{{name}}"},
        "ListTagsForResource", ("ResourceARN", f"arn:aws:cloudwatch:{HERE}:alarm:{{name}}"),
        ("Tags", "Key"), ("DeleteAlarms", "AlarmNames")),
    "dashboards": Kind("cloudwatch", "ListDashboards", "DashboardEntries", 1000,
        {"DashboardName": "{name}",
         "DashboardArn": f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{{name}}"},
        "ListTagsForResource", ("ResourceARN", f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{{name}}"),
        ("Tags", "Key"), ("DeleteDashboards", "DashboardNames")),
    "topics": Kind("sns", "ListTopics", "Topics", 100,
        {"TopicArn": f"arn:aws:sns:{HERE}:{{name}}"},
        "ListTagsForResource", ("ResourceArn", f"arn:aws:sns:{HERE}:{{name}}"),
        ("Tags", "Key"), ("DeleteTopic", "TopicArn")),
    "queues": Kind("sqs", "ListQueues", "QueueUrls", 1000,
        f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/{{name}}",
        "ListQueueTags", ("QueueUrl", f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/{{name}}"),
        ("Tags", "map"), ("DeleteQueue", "QueueUrl")),
    "tables": Kind("dynamodb", "ListTables", "TableNames", 100, "{name}",
        "ListTagsOfResource", ("ResourceArn", f"arn:aws:dynamodb:{HERE}:table/{{name}}"),
        ("Tags", "Key"), ("DeleteTable", "TableName")),
    "streams": Kind("kinesis", "ListStreams", "StreamNames", 100, "{name}",
        "ListTagsForStream", ("StreamName", "{name}"), ("Tags", "Key"),
        ("DeleteStream", "StreamName")),
    "buckets": Kind("s3", "ListBuckets", "Buckets", 10_000, {"Name": "{name}"},
        "GetBucketTagging", ("Bucket", "{name}"), ("TagSet", "Key"), ("DeleteBucket", "Bucket")),
    "roles": Kind("iam", "ListRoles", "Roles", 100, {"RoleName": "{name}", "Path": "/"},
        "ListRoleTags", ("RoleName", "{name}"), ("Tags", "Key"), ("DeleteRole", "RoleName")),
    "keys": Kind("kms", "ListKeys", "Keys", 100, {"KeyId": "{name}"},
        "ListResourceTags", ("KeyId", "{name}"), ("Tags", "TagKey"),
        ("ScheduleKeyDeletion", "KeyId")),
}  # fmt: skip


@dataclass
class Thing:
    """Something in the account; `error` is the code with which its tags are refused."""

    name: str
    tags: dict[str, str]
    error: str = ""


class PagedAws:
    """The account: its things by kind, in the order of their lists."""

    def __init__(self, things: dict[str, list[Thing]]) -> None:
        self.things = things
        self.deleted: dict[str, list[str]] = {kind: [] for kind in things}
        self.broken: set[str] = set()
        """Kinds of which no second page can be read."""
        self._clients: dict[str, Client] = {}

    def client(self, service: str, **_: Any) -> Client:
        if service not in self._clients:
            self._clients[service] = Client(self, service)
        return self._clients[service]


class Client:
    """A client of one service."""

    def __init__(self, account: PagedAws, service: str) -> None:
        real = _model(service)
        self._real, self._account = real, account
        self.exceptions = real.exceptions
        self._kinds = {
            name: kind for name, kind in KINDS.items() if kind.service == service
        }  # of this service

    def get_paginator(self, method: str) -> botocore.paginate.Paginator:
        real = self._real.get_paginator(method)
        return botocore.paginate.Paginator(getattr(self, method), real._pagination_cfg, real._model)

    def __getattr__(self, method: str) -> Any:
        operation = self._real.meta.method_to_api_mapping[method]

        def call(**asked: Any) -> dict[str, Any]:
            for name, kind in self._kinds.items():
                if operation == kind.lists:
                    return self._list(name, kind, method, asked)
                if operation == kind.asks:
                    if (thing := self._find(name, kind, asked)) is not None:
                        return self._tell_tags(thing, kind, operation, asked)
                elif operation == kind.deletes[0]:
                    return self._delete(name, kind, asked)
            return self._tell_state(operation, asked)

        return call

    def _list(self, name: str, kind: Kind, method: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Pages as botocore's model has them; of ListQueues only if MaxResults is set."""
        config = self._real.get_paginator(method)._pagination_cfg
        token_in, token_out = config["input_token"], config["output_token"]
        limit = asked.get(config.get("limit_key", ""))
        start = int(asked.get(token_in, 0))
        if start and name in self._account.broken:
            raise self._refuse("ThrottlingException", kind.lists)
        things, end = self._account.things[name], start + (limit or kind.size)
        answer: dict[str, Any] = {
            kind.key: [_fill(kind.item, thing.name) for thing in things[start:end]]
        }
        has_more = end < len(things) and (kind.lists != "ListQueues" or limit is not None)
        if has_more:
            answer[token_out] = str(end)
        if "more_results" in config:
            answer[config["more_results"]] = has_more
        return answer

    def _find(self, name: str, kind: Kind, asked: dict[str, Any]) -> Thing | None:
        before, _, after = kind.by[1].partition("{name}")
        value = asked[kind.by[0]]
        if not value.startswith(before):
            return None
        wanted = value.removeprefix(before).removesuffix(after)
        return next((each for each in self._account.things[name] if each.name == wanted), None)

    def _tell_tags(
        self, thing: Thing, kind: Kind, operation: str, asked: dict[str, Any]
    ) -> dict[str, Any]:
        if thing.error:
            raise self._refuse(thing.error, operation)
        member, form = kind.tags
        if form == "map":
            return {member: thing.tags}
        value = "TagValue" if form == "TagKey" else "Value"
        listed = [{form: key, value: text} for key, text in sorted(thing.tags.items())]
        if kind.lists == "ListStreams":  # 10 at a time, as the API has it
            after = asked.get("ExclusiveStartTagKey", "")
            rest = [tag for tag in listed if tag["Key"] > after]
            return {member: rest[:10], "HasMoreTags": len(rest) > 10}
        return {member: listed}

    def _delete(self, name: str, kind: Kind, asked: dict[str, Any]) -> dict[str, Any]:
        value = asked[kind.deletes[1]]
        value = value[0] if isinstance(value, list) else value
        things = self._account.things[name]
        own = [each for each in things if value in (each.name, _fill(kind.by[1], each.name))]
        if not own:
            raise self._refuse("ResourceNotFoundException", kind.deletes[0])
        things.remove(own[0])
        self._account.deleted[name].append(own[0].name)
        return {}

    def _tell_state(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        """What is asked on the way: nothing is in a bucket, on a topic or attached to a role."""
        match operation:
            case "DescribeTable":
                arn = f"arn:aws:dynamodb:{HERE}:table/{asked['TableName']}"
                return {"Table": {"TableStatus": "ACTIVE", "TableArn": arn}}
            case "DescribeKey":
                return {"KeyMetadata": {"KeyState": "Enabled", "KeyManager": "CUSTOMER"}}
        return {}

    def _refuse(self, code: str, operation: str) -> ClientError:
        refused: type[ClientError] = self.exceptions.from_code(code)
        return refused({"Error": {"Code": code, "Message": "it is said"}}, operation)


@cache
def _model(service: str) -> Any:
    """A real client, which is asked for its models only."""
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    return boto3.session.Session(region_name="us-east-1", **keys).client(service)


def _fill(item: Any, name: str) -> Any:
    if isinstance(item, str):
        return item.format(name=name)
    return {key: text.format(name=name) for key, text in item.items()}
