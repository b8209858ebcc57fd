"""The topics of one Region: moto's, which deliver within this account."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from moto.core.utils import iso_8601_datetime_with_milliseconds
from moto.sns.exceptions import SNSException, TopicNotFound
from moto.sns.models import SNSBackend, Subscription, Topic

from helpers.embedded import json_documents
from helpers.embedded.service import NotInEmbeddedAccount
from helpers.embedded.services.pattern_operators import InvalidPattern
from helpers.embedded.services.sns.filter_policy import accepts, read_policy
from helpers.embedded.services.sns.notification import Notification
from helpers.embedded.services.sns.publishing import Publication, check_publication, refused
from helpers.embedded.time.clock import SECOND
from helpers.embedded.uuids import new_uuid

if TYPE_CHECKING:
    from helpers.embedded.services.sns.service import SnsService

_PROTOCOLS = (
    "http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose",
)  # fmt: skip
_CONFIRMED_AT_ONCE = ("sqs", "lambda", "firehose", "sms", "application")
_UNKNOWN_TO_MOTO = "Unrecognized match type cidr"
"""IP address matching (SDG string-value-matching)."""
_REMEMBERED = 300 * SECOND
"""For how long a FIFO topic knows a deduplication id."""


_KEPT = frozenset(
    {
        *("ContentBasedDeduplication", "DeliveryPolicy", "DisplayName", "FifoTopic"),
        *("KmsMasterKeyId", "Policy", "SignatureVersion"),
    }
)
_NOT_HERE = re.compile(
    r"ArchivePolicy|FifoThroughputScope|TracingConfig"
    r"|\w+(SuccessFeedback(RoleArn|SampleRate)|FailureFeedbackRoleArn)"
)
"""Attributes of topics on AWS (API SetTopicAttributes) that nothing here would obey."""


def check_attribute(name: str, value: str) -> None:
    """Raise what AWS says to an attribute that no topic has, or that there is none here."""
    if name in _KEPT or (name, value) == ("TracingConfig", "PassThrough"):
        return
    if _NOT_HERE.fullmatch(name):
        raise NotInEmbeddedAccount(
            f"Topics of the embedded account have no {name}; those of a real account have."
        )
    raise refused("AttributeName")


class SnsBackend(SNSBackend):
    """moto's state of one Region, whose topics deliver within this account."""

    service: ClassVar[SnsService]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._published: dict[tuple[str, str], tuple[int, dict[str, str]]] = {}
        self._numbers = 10**19

    def create_topic(
        self,
        name: str,
        attributes: dict[str, str] | None = None,
        tags: dict[str, str] | None = None,
    ) -> Topic:
        stem = name.removesuffix(".fifo") if (attributes or {}).get("FifoTopic") else name
        named_fifo = stem != name or not (attributes or {}).get("FifoTopic")
        if not named_fifo or not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", stem):
            raise refused("Topic Name")
        if (policy := (attributes or {}).get("Policy")) is not None:
            _check_policy(policy)
        for attribute, value in (attributes or {}).items():
            check_attribute(attribute, value)
        return super().create_topic(name, attributes, tags)

    def subscribe(self, topic_arn: str, endpoint: str, protocol: str) -> Subscription:
        if protocol not in _PROTOCOLS:
            raise refused(f"Amazon SNS does not support this protocol string: {protocol}")
        made = super().subscribe(topic_arn, endpoint, protocol)
        made.attributes["PendingConfirmation"] = protocol not in _CONFIRMED_AT_ONCE
        return made

    def set_subscription_attributes(self, arn: str, name: str, value: Any) -> None:
        if name in ("FilterPolicy", "RedrivePolicy", "DeliveryPolicy") and value:
            try:
                policy = json_documents.parse(value)
            except ValueError as error:
                raise refused(f"{name}: failed to parse JSON. {error}") from None
            if not isinstance(policy, dict):
                raise refused(f"{name}: must be a JSON object")
        super().set_subscription_attributes(arn, name, value)

    def _validate_filter_policy(self, value: Any, scope: str | None) -> None:
        """What moto refuses in AWS's words, and whatever else the language does not know."""
        try:
            super()._validate_filter_policy(value, scope)
        except SNSException as refusal:
            if not refusal.message.endswith(_UNKNOWN_TO_MOTO):
                raise
        except (LookupError, TypeError, AttributeError):  # moto expects some kinds of values
            pass
        try:
            read_policy(json.dumps(value))
        except InvalidPattern as error:
            raise refused(f"FilterPolicy: {error}") from None

    def topic(self, arn: str | None) -> Topic:
        """The topic with that ARN, or a refusal of what is no ARN or no topic's."""
        if not arn:
            raise refused("TopicArn or TargetArn Reason: no value for required parameter")
        check_arn(arn, "TopicArn")
        topic = self.topics.get(arn)
        if topic is None:
            raise TopicNotFound
        return topic

    def accept(self, topic: Topic, entry: Mapping[str, Any]) -> dict[str, str]:
        """Publish to all subscribers; MessageId, and of a FIFO topic SequenceNumber."""
        publication = check_publication(topic, entry)
        now = self.service.clock.elapsed
        key = (topic.arn, publication.deduplication_id or "")
        expires, answer = self._published.get(key, (0, {}))
        if publication.deduplication_id and now < expires:
            return answer
        answer = {"MessageId": new_uuid()}
        if topic.fifo_topic:
            self._numbers += 1
            answer["SequenceNumber"] = str(self._numbers)
            self._published[key] = (now + _REMEMBERED, answer)
        self._deliver(topic, publication, answer)
        return answer

    def _deliver(self, topic: Topic, publication: Publication, answer: dict[str, str]) -> None:
        timestamp = iso_8601_datetime_with_milliseconds()
        for subscription in list(self.subscriptions.values()):
            policy = subscription.attributes.get("FilterPolicy")
            scope = subscription.attributes.get("FilterPolicyScope") or "MessageAttributes"
            if subscription.topic is topic and (not policy or accepts(policy, scope, publication)):
                self.service.delivery.deliver(
                    Notification(
                        subscription,
                        publication,
                        answer["MessageId"],
                        timestamp,
                        answer.get("SequenceNumber"),
                    )
                )


def check_arn(arn: str, parameter: str) -> None:
    if (elements := len(arn.split(":"))) < 6:
        raise refused(f"{parameter} Reason: An ARN must have at least 6 elements, not {elements}")


def _check_policy(text: str) -> None:
    try:
        policy = json_documents.parse(text)
    except ValueError:
        policy = None
    if not isinstance(policy, dict):
        raise refused("Policy Error: null")
