"""What access asks of CloudWatch.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
"""

from __future__ import annotations

from helpers.embedded.door.access.authorization import Authorization, KeyValues, named_facts
from helpers.embedded.service import Call


class CloudWatchAuthorization(Authorization):
    """Alarms as policies name them, and the namespace of metrics."""

    prefix = "cloudwatch"

    def resources(self, call: Call) -> list[str]:
        names = call.parameters.get("AlarmNames") or [call.first("AlarmName")]
        return [call.arn("cloudwatch", f"alarm:{name}") for name in names if name]

    def facts_of(self, call: Call) -> KeyValues:
        return named_facts(call, {"cloudwatch:namespace": "Namespace"})
