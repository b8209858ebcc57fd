"""What happens by the clock: AWS::Events."""

from __future__ import annotations

from typing import Any

from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.resource_types import (
    Place,
    Properties,
    ResourceType,
    without,
)
from helpers.embedded.services.cloudformation.tagging import Tagging, retag

_TAGS = Tagging("events", "ResourceARN")
_MISSING = "ResourceNotFound"


class Rule(ResourceType):
    kind = "AWS::Events::Rule"
    named_by = "Name"
    longest_name = 64
    fixed = frozenset({"EventBusName"})
    is_tagged = True

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        name = str(wanted["Name"])
        if api.succeeds(_MISSING, "events", "DescribeRule", Name=name):
            raise self.already_there(name)
        api.call("events", "PutRule", **without(wanted, "Targets"))
        return name

    def complete(self, api: AccountApi, identity: str, wanted: Properties) -> None:
        self._aim(api, identity, {}, wanted)

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        """Putting a rule replaces all of it but its targets and tags (API PutRule)."""
        if without(old, "Tags", "Targets") != without(new, "Tags", "Targets"):
            api.call("events", "PutRule", **without(new, "Tags", "Targets"))
        self._aim(api, identity, old, new)
        retag(api, _TAGS, self._arn(api, identity), old, new)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        if api.succeeds(_MISSING, "events", "DescribeRule", Name=identity):
            self._aim(api, identity, properties, {})
            api.call("events", "DeleteRule", Name=identity)

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        return {"Arn": self._arn(api, identity)}

    @staticmethod
    def _arn(api: AccountApi, name: str) -> str:
        return api.arn("events", f"rule/{name}")

    @staticmethod
    def _aim(api: AccountApi, name: str, old: Properties, new: Properties) -> None:
        before, after = (
            {each["Id"]: each for each in properties.get("Targets", ())}
            for properties in (old, new)
        )
        if gone := sorted(before.keys() - after.keys()):
            api.call("events", "RemoveTargets", Rule=name, Ids=gone)
        if come := [each for key, each in after.items() if before.get(key) != each]:
            api.call("events", "PutTargets", Rule=name, Targets=come)


TYPES = (Rule(),)
