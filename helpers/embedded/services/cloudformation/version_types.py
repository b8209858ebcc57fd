"""What belongs to a function besides itself: versions, aliases, its Event invocations, layers."""

from __future__ import annotations

from typing import Any

from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.errors import ResourceFailed
from helpers.embedded.services.cloudformation.resource_types import (
    Place,
    Properties,
    ResourceType,
    without,
)

_MISSING = "ResourceNotFound"


class Version(ResourceType):
    """A function as it is now, kept. Nothing of it can be changed."""

    kind = "AWS::Lambda::Version"

    def replaces(self, old: Properties, new: Properties) -> bool:
        return True

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        """A function that has not changed since its last version gets no other one."""
        name = wanted.get("FunctionName")
        known = api.call("lambda", "ListVersionsByFunction", FunctionName=name)["Versions"]
        made = api.call("lambda", "PublishVersion", **wanted)
        if any(each["Version"] == made["Version"] for each in known):
            raise ResourceFailed(
                f"A version for this Lambda function exists ( {made['Version']} ). Modify the "
                "function to create a new version."
            )
        return str(made["FunctionArn"])

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        api.succeeds(_MISSING, "lambda", "DeleteFunction", FunctionName=identity)

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        return {"FunctionArn": identity, "Version": identity.rpartition(":")[2]}


class Alias(ResourceType):
    kind = "AWS::Lambda::Alias"
    fixed = frozenset({"FunctionName", "Name"})

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        return str(api.call("lambda", "CreateAlias", **_routed(wanted))["AliasArn"])

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        empty = {"Description": "", "RoutingConfig": {"AdditionalVersionWeights": {}}}
        gone = {name: empty[name] for name in (old.keys() - new.keys()) & empty.keys()}
        api.call("lambda", "UpdateAlias", **(gone | _routed(new)))

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        named = {name: properties[name] for name in self.fixed}
        api.succeeds(_MISSING, "lambda", "DeleteAlias", **named)

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        return {"AliasArn": identity}


def _routed(properties: Properties) -> Properties:
    """Weights are a list in templates and a mapping in the API."""
    if "RoutingConfig" not in properties:
        return properties
    listed = properties["RoutingConfig"].get("AdditionalVersionWeights", [])
    weights = {each["FunctionVersion"]: float(each["FunctionWeight"]) for each in listed}
    return properties | {"RoutingConfig": {"AdditionalVersionWeights": weights}}


class EventInvokeConfig(ResourceType):
    kind = "AWS::Lambda::EventInvokeConfig"
    fixed = frozenset({"FunctionName", "Qualifier"})

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        named = {name: wanted.get(name) for name in self.fixed}
        if api.succeeds(_MISSING, "lambda", "GetFunctionEventInvokeConfig", **named):
            raise self.already_there(f"{named['FunctionName']}|{named['Qualifier']}")
        self.update(api, "", {}, wanted)
        return place.name(128)

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        """Putting it forgets what is not given (API PutFunctionEventInvokeConfig)."""
        api.call("lambda", "PutFunctionEventInvokeConfig", **new)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        named = {name: properties.get(name) for name in self.fixed}
        api.succeeds(_MISSING, "lambda", "DeleteFunctionEventInvokeConfig", **named)


class LayerVersion(ResourceType):
    """Every change of it is another version, under the same name."""

    kind = "AWS::Lambda::LayerVersion"

    def replaces(self, old: Properties, new: Properties) -> bool:
        return True

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        name = wanted.get("LayerName") or place.logical_id
        settings = without(wanted, "LayerName")
        made = api.call("lambda", "PublishLayerVersion", LayerName=name, **settings)
        return str(made["LayerVersionArn"])

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        layer, _, number = identity.rpartition(":")
        name = layer.rpartition(":")[2]
        api.succeeds(
            _MISSING, "lambda", "DeleteLayerVersion", LayerName=name, VersionNumber=int(number)
        )

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        return {"LayerVersionArn": identity}


TYPES = (Version(), Alias(), EventInvokeConfig(), LayerVersion())
