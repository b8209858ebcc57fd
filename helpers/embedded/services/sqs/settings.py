"""The attributes of a queue: kept by moto's queue, given names and text as AWS gives them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.sqs.models import Queue as MotoQueue

from helpers.embedded.services.sqs.attributes import DEFAULTS

_STORED_AS = {
    "ContentBasedDeduplication": "content_based_deduplication",
    "DeduplicationScope": "deduplication_scope",
    "DelaySeconds": "delay_seconds",
    "FifoQueue": "fifo_queue",
    "FifoThroughputLimit": "fifo_throughput_limit",
    "KmsDataKeyReusePeriodSeconds": "kms_data_key_reuse_period_seconds",
    "KmsMasterKeyId": "kms_master_key_id",
    "MaximumMessageSize": "maximum_message_size",
    "MessageRetentionPeriod": "message_retention_period",
    "Policy": "policy",
    "ReceiveMessageWaitTimeSeconds": "receive_message_wait_time_seconds",
    "RedriveAllowPolicy": "redrive_allow_policy",
    "RedrivePolicy": "redrive_policy",
    "SqsManagedSseEnabled": "sqs_managed_sse_enabled",
    "VisibilityTimeout": "visibility_timeout",
}
_FIFO_ONLY = (
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoQueue",
    "FifoThroughputLimit",
)


class Settings(MotoQueue):
    """What can be set on a queue; SQS policies keep the format version that AWS gives them."""

    content_based_deduplication: bool
    deduplication_scope: str
    delay_seconds: int
    fifo_queue: bool
    kms_data_key_reuse_period_seconds: int
    kms_master_key_id: str | None
    maximum_message_size: int
    message_retention_period: int
    receive_message_wait_time_seconds: int
    redrive_allow_policy: dict[str, Any] | None = None
    redrive_policy: dict[str, Any] | None
    sqs_managed_sse_enabled: bool
    visibility_timeout: int

    def setting(self, name: str) -> Any:
        """An attribute by its name in the API."""
        return getattr(self, _STORED_AS[name])

    def assign(self, values: Mapping[str, Any]) -> None:
        """Set checked attributes, by their names in the API."""
        for name, value in values.items():
            setattr(self, _STORED_AS[name], value)

    def admits(self, source: MotoQueue) -> bool:
        """Whether this queue may be the dead-letter queue of `source`."""
        policy = self.redrive_allow_policy or {"redrivePermission": "allowAll"}
        if policy["redrivePermission"] == "byQueue":
            return source.queue_arn in policy["sourceQueueArns"]
        return bool(policy["redrivePermission"] == "allowAll")

    @property
    def attributes(self) -> dict[str, str]:
        """All attributes that the queue has, as GetQueueAttributes returns them."""
        values: dict[str, Any] = {
            "QueueArn": self.queue_arn,
            "ApproximateNumberOfMessages": self.approximate_number_of_messages,
            "ApproximateNumberOfMessagesNotVisible": (
                self.approximate_number_of_messages_not_visible
            ),
            "ApproximateNumberOfMessagesDelayed": self.approximate_number_of_messages_delayed,
            "CreatedTimestamp": int(self.created_timestamp),
            "LastModifiedTimestamp": int(self.last_modified_timestamp),
        }
        for name in _STORED_AS:
            if name in _FIFO_ONLY and not self.fifo_queue:
                continue
            if name == "KmsDataKeyReusePeriodSeconds" and not self.kms_master_key_id:
                continue
            values[name] = self.setting(name)
        return {name: _text(value) for name, value in values.items() if value is not None}

    @property
    def policy(self) -> str | None:
        """The access policy; None when nothing is granted."""
        return _text(self._policy_json) if self._policy_json["Statement"] else None

    @policy.setter
    def policy(self, policy: str | None) -> None:
        self._policy_json = (
            json.loads(policy)
            if policy
            else {
                "Version": "2008-10-17",
                "Id": f"{self.queue_arn}/SQSDefaultPolicy",
                "Statement": [],
            }
        )


ATTRIBUTE_NAMES = frozenset(
    {
        "All",
        "QueueArn",
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
        "CreatedTimestamp",
        "LastModifiedTimestamp",
        *_STORED_AS,
        *DEFAULTS,
    }
)
"""What GetQueueAttributes may be asked for."""


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return json.dumps(value, separators=(",", ":"))
    return str(value)
