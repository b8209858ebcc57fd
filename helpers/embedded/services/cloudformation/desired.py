"""What one resource is to be, and what that means for the one that is there."""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from moto.moto_api._internal import mock_random

from helpers.embedded.services.cloudformation import (
    compute_types,
    identity_types,
    messaging_types,
    monitoring_types,
    schedule_types,
    storage_types,
    version_types,
)
from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.dynamic_references import resolve_references
from helpers.embedded.services.cloudformation.intrinsics import Scope, resolve, resolve_conditions
from helpers.embedded.services.cloudformation.parameters import as_values
from helpers.embedded.services.cloudformation.resource_types import (
    Place,
    Properties,
    ResourceType,
    as_list,
    as_mapping,
)
from helpers.embedded.services.cloudformation.stack_state import Resource, Stack, Wanted

_MODULES = (
    compute_types,
    identity_types,
    messaging_types,
    monitoring_types,
    schedule_types,
    storage_types,
    version_types,
)

TYPES: dict[str, ResourceType] = {each.kind: each for module in _MODULES for each in module.TYPES}
"""Every type of resource that the embedded account can make."""

_TOKEN_LENGTH = 12


class Step(Enum):
    """What has to be done."""

    ADD = "Add"
    KEEP = "Keep"
    MODIFY = "Modify"
    REPLACE = "Replace"


class Desired(NamedTuple):
    kind: ResourceType
    properties: Properties
    is_named: bool
    """Whether the template gives it its name."""
    place: Place
    when_deleted: str
    when_replaced: str

    def step(self, old: Resource | None) -> Step:
        if old is None:
            return Step.ADD
        if old.properties == self.properties:
            return Step.KEEP
        return Step.REPLACE if self.kind.replaces(old.properties, self.properties) else Step.MODIFY


def desired(
    stack: Stack, wanted: Wanted, name: str, old: Resource | None, scope: Scope, api: AccountApi
) -> Desired:
    """A resource of a template with everything resolved.

    Raises:
        ValidationError: a function in it cannot be resolved.
    """
    resource = wanted.template.resources[name]
    kind = TYPES[resource["Type"]]
    properties = resolve_references(resolve(resource.get("Properties", {}), scope), api)
    is_named = bool(properties.get(kind.named_by))
    if kind.is_tagged:
        tags = _tags(stack, name, wanted.tags, properties.get("Tags"))
        properties = properties | {"Tags": tags}
    if old is not None and kind.named_by and not old.is_named and not is_named:
        properties = properties | {kind.named_by: old.properties.get(kind.named_by)}
    token = str(mock_random.get_random_hex(_TOKEN_LENGTH)).upper()
    return Desired(
        kind,
        properties,
        is_named,
        Place(stack.name, name, token),
        resource.get("DeletionPolicy", kind.when_deleted),
        resource.get("UpdateReplacePolicy", "Delete"),
    )


def _tags(stack: Stack, name: str, stack_tags: dict[str, str], own: Any) -> list[dict[str, str]]:
    """A resource has its own tags, those of its stack, and where it belongs
    (UserGuide cfn-resource-tags)."""
    belongs = {
        "aws:cloudformation:stack-name": stack.name,
        "aws:cloudformation:stack-id": stack.id,
        "aws:cloudformation:logical-id": name,
    }
    return as_list(stack_tags | as_mapping(own) | belongs)


def scope_of(api: AccountApi, stack: Stack, wanted: Wanted) -> Scope:
    """What names stand for before any resource is there, conditions included."""
    pseudo = {
        "AWS::AccountId": api.account_id,
        "AWS::NotificationARNs": [],
        "AWS::Partition": "aws",
        "AWS::Region": api.region,
        "AWS::StackId": stack.id,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": "amazonaws.com",
    }
    values = as_values(wanted.template.parameters, wanted.parameters, api)
    scope = Scope(pseudo | values, wanted.template.mappings)
    resolve_conditions(wanted.template.conditions, scope)
    return scope
