"""Whose it is that a request names: by its name, or, where AWS chose the name, by asking.

Names get the lab's prefix (`helpers.aws.names`). What comes from answers is judged here: ARNs,
URLs of queues, ids of keys and mappings. An ARN of this lab has its account, its Region and a
name with its prefix; a key has its tag; a mapping has a function of the lab.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
has the forms of ARNs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

ID_MEMBERS = re.compile(
    r"(Arns?|ARNs?|KeyId|QueueUrl|UUID|Uuid|Resource|Role|Actions|Endpoint|Destination"
    r"|Identifiers?|PermissionsBoundary|Names?|Bucket|KmsMasterKeyId)$",
    re.IGNORECASE,
)
"""Members of requests that may hold an ARN, a URL or an id. Others are the caller's own words."""

KINDS = {
    "cloudformation": ("stack/",),
    "cloudwatch": ("alarm:", "dashboard/"),
    "dynamodb": ("table/",),
    "iam": ("role/",),
    "kinesis": ("stream/",),
    "lambda": ("function:",),
    "logs": ("log-group:/aws/lambda/", "log-group:"),
    "s3": ("",),
    "sns": ("",),
    "sqs": ("",),
}
"""What stands before the name in an ARN, by service."""

OF_AWS = re.compile(
    r"arn:[\w-]+:(iam::aws:policy/|lambda:[\w-]+:\d{12}:layer:|kms:[\w-]+:\d*:alias/aws/).*"
)
"""Made to be used by everybody: managed policies, public layers, AWS's own keys."""


class NotOurs(RuntimeError):
    """A request that names what this lab did not make. It was not sent."""


class Ours:
    """Knows what one lab's own is.

    Args:
        prefix: before each of its names.
        account_id, region: where they are.
        has_key: asks whether a key, by its id, carries the lab's tag.
        has_mapping: asks whether a mapping, by its UUID, has a function of the lab.
    """

    def __init__(
        self,
        prefix: str,
        account_id: str,
        region: str,
        has_key: Callable[[str], bool],
        has_mapping: Callable[[str], bool],
    ) -> None:
        self._prefix = prefix
        self._account_id = account_id
        self._region = region
        self._has = {"key": has_key, "mapping": has_mapping}
        self._known: set[tuple[str, str]] = set()

    def check(self, params: Mapping[str, Any], operation: OperationModel) -> None:
        """Look at every ARN, URL and id among the parameters of a call.

        Raises:
            NotOurs: one of them is somebody else's.
        """
        if operation.input_shape is None:
            return
        for member, value in _texts(params, operation.input_shape, ""):
            if ID_MEMBERS.search(member) and not self._is_ours(member, value):
                raise NotOurs(
                    f"{operation.name} was not sent: {member} is {value}, which this lab did not "
                    f"make (its names begin with {self._prefix}, in account {self._account_id}, "
                    f"{self._region}). To work with it, use another kernel, without LAB=aws."
                )

    def _is_ours(self, member: str, value: str) -> bool:
        if not value:
            return True
        if value.startswith("arn:"):
            return self._is_our_arn(value)
        if member == "QueueUrl":
            return self._is_our_url(value)
        if member.lower() == "uuid":
            return self._asked("mapping", value)
        if member.endswith(("KeyId", "KeyARN", "KeyArn")):
            return self._is_our_key(value)
        return True

    def _is_our_url(self, url: str) -> bool:
        """https://sqs.us-east-1.amazonaws.com/123456789012/anna-orders"""
        *_, account, name = ["", *urlsplit(url).path.split("/")]
        return account in ("", self._account_id) and name.startswith(self._prefix)

    def _is_our_key(self, key: str) -> bool:
        if key.startswith("alias/"):
            return key.startswith(("alias/aws/", f"alias/{self._prefix}"))
        return self._asked("key", key)

    def _is_our_arn(self, arn: str) -> bool:
        if OF_AWS.fullmatch(arn):
            return True
        parts = arn.split(":", 5)
        if len(parts) != 6:
            return True  # The service says that it is none.
        _, _, service, region, account, resource = parts
        if account not in ("", self._account_id) or region not in ("", self._region):
            return False
        kind, _, key = resource.partition("/")
        if service == "kms":
            return self._is_our_key(key if kind == "key" else resource)
        if service == "lambda" and resource.startswith("event-source-mapping:"):
            return self._asked("mapping", resource.partition(":")[2])
        if service == "iam" and kind == "role":
            resource = f"role/{resource.rpartition('/')[2]}"
        return any(resource.startswith(kind + self._prefix) for kind in KINDS.get(service, ()))

    def _asked(self, kind: str, identifier: str) -> bool:
        """The answer of the account, which is asked until it says yes."""
        if (kind, identifier) not in self._known:
            if not self._has[kind](identifier):
                return False
            self._known.add((kind, identifier))
        return True


def _texts(value: Any, shape: Shape, member: str) -> Iterator[tuple[str, str]]:
    """Every text among the parameters, with the member that it is in."""
    match shape:
        case StructureShape() if isinstance(value, Mapping):
            for name, each in value.items():
                if name in shape.members:
                    yield from _texts(each, shape.members[name], name)
        case ListShape() if isinstance(value, list | tuple):
            for each in value:
                yield from _texts(each, shape.member, member)
        case MapShape() if isinstance(value, Mapping):
            yield from _texts_of_map(value, member)
        case _ if isinstance(value, str):
            yield member, value


def _texts_of_map(value: Mapping[str, Any], member: str) -> Iterator[tuple[str, str]]:
    """Keys and values are the caller's, but for those that a service reads as ids."""
    if member == "RequestItems":  # of DynamoDB, by table
        yield from (("TableName", table) for table in value)
    if member == "Attributes":
        for name, text in value.items():
            if name == "RedrivePolicy" and isinstance(text, str):
                yield "deadLetterTargetArn", _dead_letter_target(text)
            elif isinstance(text, str):
                yield name, text


def _dead_letter_target(policy: str) -> str:
    try:
        return str(json.loads(policy)["deadLetterTargetArn"])
    except (ValueError, LookupError, TypeError):
        return ""  # SQS says what is wrong with it, or takes the policy away.
