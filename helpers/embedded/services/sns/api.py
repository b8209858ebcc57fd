"""SNS as this account answers it: moto's topics and subscriptions, our publishing.

https://docs.aws.amazon.com/sns/latest/api/welcome.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.sns.exceptions import (
    BatchEntryIdsNotDistinct,
    SNSException,
    TooManyEntriesInBatchRequest,
)
from moto.sns.models import sns_backends
from moto.sns.responses import SNSResponse

from helpers.embedded.services.sns.backend import SnsBackend, check_arn, check_attribute

_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_MOST_ENTRIES = 10


class EmptyBatchRequest(SNSException):
    code = "EmptyBatchRequest"
    message = "The batch request doesn't contain any entries."


class InvalidBatchEntryId(SNSException):
    code = "InvalidBatchEntryId"
    message = "The Id of a batch entry in a batch request doesn't abide by the specification."


class SnsApi(SNSResponse):
    """One request to SNS. What moto answers rightly is left to moto."""

    @property
    def backend(self) -> SnsBackend:
        backend = sns_backends[self.current_account][self.region]
        assert isinstance(backend, SnsBackend)
        return backend

    def get_topic_attributes(self) -> ActionResult:
        topic = self.backend.topic(self._get_param("TopicArn"))
        answer: Any = super().get_topic_attributes()
        states = [
            each.attributes["PendingConfirmation"]
            for each in self.backend.subscriptions.values()
            if each.topic is topic
        ]
        answer.result["Attributes"] |= {
            "SubscriptionsConfirmed": states.count(False),
            "SubscriptionsPending": states.count(True),
        }
        if version := getattr(topic, "signature_version", None):
            answer.result["Attributes"]["SignatureVersion"] = version
        return answer  # type: ignore[no-any-return]

    def set_topic_attributes(self) -> ActionResult:
        check_attribute(self._get_param("AttributeName"), self._get_param("AttributeValue"))
        return super().set_topic_attributes()

    def subscribe(self) -> ActionResult:
        self.backend.topic(self._get_param("TopicArn"))
        before = set(self.backend.subscriptions)
        try:
            answer: Any = super().subscribe()
        except SNSException:  # of an attribute, for which moto has subscribed already
            for arn in self.backend.subscriptions.keys() - before:
                del self.backend.subscriptions[arn]
            raise
        made = self.backend.subscriptions[answer.result["SubscriptionArn"]]
        asked = str(self._get_param("ReturnSubscriptionArn", "false")).lower() == "true"
        if made.attributes["PendingConfirmation"] and not asked:
            answer.result["SubscriptionArn"] = "pending confirmation"
        return answer  # type: ignore[no-any-return]

    def unsubscribe(self) -> ActionResult:
        check_arn(self._get_param("SubscriptionArn"), "SubscriptionArn")
        return super().unsubscribe()

    def publish(self) -> ActionResult:
        given = self._get_params()
        target = given.get("TopicArn") or given.get("TargetArn")
        backend = self.backend
        return ActionResult(backend.accept(backend.topic(target), given))

    def publish_batch(self) -> ActionResult:
        given = self._get_params()
        topic = self.backend.topic(given.get("TopicArn"))
        entries = given.get("PublishBatchRequestEntries") or []
        _check_batch(entries)
        successful, failed = [], []
        for entry in entries:
            try:
                successful.append({"Id": entry["Id"], **self.backend.accept(topic, entry)})
            except SNSException as error:
                failed.append(
                    {
                        "Id": entry["Id"],
                        "Code": error.code,
                        "Message": error.message,
                        "SenderFault": True,
                    }
                )
        return ActionResult({"Successful": successful, "Failed": failed})


def _check_batch(entries: list[Mapping[str, Any]]) -> None:
    names = [str(entry.get("Id", "")) for entry in entries]
    if not names:
        raise EmptyBatchRequest
    if len(names) > _MOST_ENTRIES:
        raise TooManyEntriesInBatchRequest
    if len(set(names)) < len(names):
        raise BatchEntryIdsNotDistinct
    if not all(map(_ENTRY_ID.fullmatch, names)):
        raise InvalidBatchEntryId
