"""What access asks of SQS.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import ClassVar

from helpers.embedded import json_documents
from helpers.embedded.door.access.access import Access
from helpers.embedded.door.access.authorization import Arn, Authorization, Place, Refusal
from helpers.embedded.door.access.policy_checks import check_queue_policy
from helpers.embedded.service import Call
from helpers.embedded.services.sqs.queue import Place as QueuePlace
from helpers.embedded.services.sqs.queue import Queue, parse_queue_url

_CHANGES_POLICIES = ("AddPermission", "CreateQueue", "RemovePermission", "SetQueueAttributes")


def _bad_policy(reason: str) -> Refusal:
    said = "Invalid value for the parameter Policy."
    return Refusal("InvalidAttributeValue", "InvalidAttributeValue", said, 400)


class SqsAuthorization(Authorization):
    """Queues as policies name them, with the queues' own policies."""

    prefix = "sqs"
    renamed: ClassVar[Mapping[str, str]] = {
        "SendMessageBatch": "SendMessage",
        "DeleteMessageBatch": "DeleteMessage",
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    }
    tag_actions: ClassVar[Mapping[str, str]] = {"CreateQueue": "sqs:TagQueue"}
    places: ClassVar[Mapping[str, Place]] = {
        operation: Place("Policy", check_queue_policy, _bad_policy)
        for operation in ("CreateQueue", "SetQueueAttributes")
    }
    lets_strangers_in = True
    binds_administrator = True

    def __init__(self, access: Access, queues: Mapping[QueuePlace, Queue]) -> None:
        self._access = access
        self._queues = queues

    def resources(self, call: Call) -> list[str]:
        if url := call.first("QueueUrl"):
            named = parse_queue_url(url)
            return [f"arn:aws:sqs:{call.region}:{named.owner or call.account}:{named.name}"]
        if source := call.first("SourceArn"):
            return [source]
        if handle := call.first("TaskHandle"):
            return _source_of(handle)
        if name := call.first("QueueName"):
            account = call.first("QueueOwnerAWSAccountId") or call.account
            return [f"arn:aws:sqs:{call.region}:{account}:{name}"]
        return [call.arn("sqs", "")]

    def answered(self, call: Call) -> None:
        if call.operation in _CHANGES_POLICIES:
            self._access.forget_readers()

    def policy(self, arn: Arn, action: str) -> str | None:
        queue = self._find(arn)
        if queue is None or not queue._policy_json.get("Statement"):
            return None
        return json.dumps(queue._policy_json)

    def tags(self, arn: Arn) -> Mapping[str, str]:
        queue = self._find(arn)
        return dict(queue.tags) if queue else {}

    def _find(self, arn: Arn) -> Queue | None:
        return self._queues.get((arn.account, arn.region, arn.name))


def _source_of(task_handle: str) -> list[str]:
    """The queue out of which a message move task moves."""
    try:
        return [str(json_documents.parse(b64decode(task_handle))["sourceArn"])]
    except (ValueError, KeyError, TypeError):
        return []
