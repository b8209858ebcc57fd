"""What access asks of SNS.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from moto.sns.models import sns_backends

from helpers.embedded.door.access.authorization import (
    Arn,
    Authorization,
    KeyValues,
    Place,
    Refusal,
    named_facts,
)
from helpers.embedded.door.access.policy_checks import check_topic_policy
from helpers.embedded.moto_seams.backends import backend_at
from helpers.embedded.service import Call


def _bad_policy(reason: str) -> Refusal:
    said = f"Invalid parameter: {reason}"
    return Refusal("InvalidParameter", "InvalidParameterException", said, 400)


class SnsAuthorization(Authorization):
    """Topics as policies name them, with the topics' own policies."""

    prefix = "sns"
    renamed: ClassVar[Mapping[str, str]] = {"PublishBatch": "Publish"}
    tag_actions: ClassVar[Mapping[str, str]] = {"CreateTopic": "sns:TagResource"}
    places: ClassVar[Mapping[str, Place]] = {
        operation: Place("Policy", check_topic_policy, _bad_policy)
        for operation in ("CreateTopic", "SetTopicAttributes")
    }
    lets_strangers_in = True
    binds_administrator = True

    def resources(self, call: Call) -> list[str]:
        arn = call.first("TopicArn", "TargetArn", "ResourceArn", "SubscriptionArn")
        if arn:
            return [":".join(arn.split(":")[:6])]
        return [call.arn("sns", call.first("Name") or "*")]

    def facts_of(self, call: Call) -> KeyValues:
        return named_facts(call, {"sns:protocol": "Protocol", "sns:endpoint": "Endpoint"})

    def policy(self, arn: Arn, action: str) -> str | None:
        topic = _find(arn)
        return json.dumps(topic._policy_json) if topic else None

    def tags(self, arn: Arn) -> Mapping[str, str]:
        topic = _find(arn)
        return dict(topic._tags) if topic else {}


def _find(arn: Arn) -> Any | None:
    """moto's topic."""
    backend = backend_at(sns_backends, arn.account, arn.region)
    return backend.topics.get(arn.text) if backend else None
