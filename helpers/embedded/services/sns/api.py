"""SNS as this account answers it: moto's topics and subscriptions, our publishing.

https://docs.aws.amazon.com/sns/latest/api/welcome.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from moto.core.responses import ActionResult
from moto.core.utils import iso_8601_datetime_with_milliseconds
from moto.moto_api._internal import mock_random
from moto.sns.exceptions import (
    BatchEntryIdsNotDistinct,
    SNSException,
    TooManyEntriesInBatchRequest,
    TopicNotFound,
)
from moto.sns.models import SNSBackend, Subscription, Topic, sns_backends
from moto.sns.responses import SNSResponse

from helpers.embedded.door.access.access import Access
from helpers.embedded.moto_seams.backends import ReplacedBackend
from helpers.embedded.services.sns.delivery import Delivery, Invoke
from helpers.embedded.services.sns.notification import Notification
from helpers.embedded.services.sns.publishing import Publication, check_publication, refused
from helpers.embedded.services.sqs.queues import Queues
from helpers.embedded.time.clock import SECOND, Clock

_PROTOCOLS = (
    "http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose",
)  # fmt: skip
_CONFIRMED_AT_ONCE = ("sqs", "lambda", "firehose", "sms", "application")
_REMEMBERED = 300 * SECOND
"""For how long a FIFO topic knows a deduplication id."""
_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_MOST_ENTRIES = 10


class EmptyBatchRequest(SNSException):
    code = "EmptyBatchRequest"
    message = "The batch request doesn't contain any entries."


class InvalidBatchEntryId(SNSException):
    code = "InvalidBatchEntryId"
    message = "The Id of a batch entry in a batch request doesn't abide by the specification."


class Backend(SNSBackend):
    """moto's state of one Region, whose topics deliver within this account."""

    account: ClassVar[Notifications]

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
                policy = json.loads(value)
            except ValueError as error:
                raise refused(f"{name}: failed to parse JSON. {error}") from None
            if not isinstance(policy, dict):
                raise refused(f"{name}: must be a JSON object")
        super().set_subscription_attributes(arn, name, value)

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
        now = self.account.clock.elapsed
        key = (topic.arn, publication.deduplication_id or "")
        expires, answer = self._published.get(key, (0, {}))
        if publication.deduplication_id and now < expires:
            return answer
        answer = {"MessageId": str(mock_random.uuid4())}
        if topic.fifo_topic:
            self._numbers += 1
            answer["SequenceNumber"] = str(self._numbers)
            self._published[key] = (now + _REMEMBERED, answer)
        self._deliver(topic, publication, answer)
        return answer

    def _deliver(self, topic: Topic, publication: Publication, answer: dict[str, str]) -> None:
        timestamp = iso_8601_datetime_with_milliseconds()
        for subscription in list(self.subscriptions.values()):
            matcher = subscription._filter_policy_matcher
            if subscription.topic is topic and (
                matcher is None or matcher.matches(publication.attributes, publication.message)
            ):
                self.account.delivery.deliver(
                    Notification(
                        subscription,
                        publication,
                        answer["MessageId"],
                        timestamp,
                        answer.get("SequenceNumber"),
                    )
                )


class SnsApi(SNSResponse):
    """One request to SNS. What moto answers rightly is left to moto."""

    @property
    def backend(self) -> Backend:
        backend = sns_backends[self.current_account][self.region]
        assert isinstance(backend, Backend)
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
        return answer  # type: ignore[no-any-return]

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
        if given.get("PhoneNumber") or ":endpoint/" in str(target):
            return super().publish()
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


def check_arn(arn: str, parameter: str) -> None:
    if (elements := len(arn.split(":"))) < 6:
        raise refused(f"{parameter} Reason: An ARN must have at least 6 elements, not {elements}")


class Notifications:
    """SNS's place in the account, put together when it is used first."""

    def __init__(self, clock: Clock, queues: Queues, access: Access, invoke: Invoke) -> None:
        self.clock = clock
        self.delivery = Delivery(queues, access, invoke)
        self.handler: Callable[..., Any] = SnsApi.dispatch
        self._replaced = ReplacedBackend(sns_backends, Backend, self)

    def publish(self, topic_arn: str, message: str, subject: str) -> bool:
        """Publish on behalf of a service; False: there is no such topic."""
        region, account = topic_arn.split(":")[3:5]
        backend = sns_backends[account][region]
        assert isinstance(backend, Backend)
        if topic_arn not in backend.topics:
            return False
        backend.accept(backend.topics[topic_arn], {"Message": message, "Subject": subject})
        return True

    def close(self) -> None:
        self._replaced.restore()
