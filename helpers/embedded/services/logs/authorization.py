"""What access asks of CloudWatch Logs.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from helpers.embedded.door.access.authorization import Authorization
from helpers.embedded.service import Call


class LogsAuthorization(Authorization):
    """Log groups and streams, as policies name them."""

    prefix = "logs"
    tag_actions: ClassVar[Mapping[str, str]] = {"CreateLogGroup": "logs:TagResource"}

    def resources(self, call: Call) -> list[str]:
        group = call.first("logGroupName", "logGroupNamePrefix", "logGroupIdentifier")
        if group and group.startswith("arn:"):
            return [group]
        stream = call.first("logStreamName") or ""
        return [call.arn("logs", f"log-group:{group or ''}:log-stream:{stream}")]
