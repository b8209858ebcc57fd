"""What access asks of EventBridge.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from helpers.embedded.door.access.authorization import Authorization
from helpers.embedded.service import Call


class EventsAuthorization(Authorization):
    """Rules, as policies name them."""

    prefix = "events"
    tag_actions: ClassVar[Mapping[str, str]] = {"PutRule": "events:TagResource"}

    def resources(self, call: Call) -> list[str]:
        if arn := call.first("ResourceARN"):
            return [arn]
        if call.operation == "PutEvents":
            return [call.arn("events", "event-bus/default")]
        name = call.first("Rule", "Name")
        return [call.arn("events", f"rule/{name}") if name else "*"]
