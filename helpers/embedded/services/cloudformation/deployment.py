"""Bringing a stack to its template: made, changed, undone where that fails, taken down.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from botocore.exceptions import ClientError, ParamValidationError
from moto.moto_api._internal import mock_random

from helpers.embedded.services.cloudformation import (
    compute_types,
    identity_types,
    messaging_types,
    monitoring_types,
)
from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.errors import ResourceFailed, ValidationError
from helpers.embedded.services.cloudformation.intrinsics import Scope, resolve, resolve_conditions
from helpers.embedded.services.cloudformation.parameters import as_values
from helpers.embedded.services.cloudformation.resource_types import (
    Place,
    ResourceType,
    as_list,
    as_mapping,
)
from helpers.embedded.services.cloudformation.stack import Event, Resource, Stack
from helpers.embedded.services.cloudformation.template import Template
from helpers.embedded.time.clock import Clock

TYPES: dict[str, ResourceType] = {
    each.kind: each
    for module in (compute_types, identity_types, messaging_types, monitoring_types)
    for each in module.TYPES
}
"""Every type of resource that the embedded account can make."""

_FAILURES = (ResourceFailed, ValidationError, ClientError, ParamValidationError, KeyError)
"""Of a resource. KeyError: its properties lack one that it must have."""

_STACK = "AWS::CloudFormation::Stack"
_TOKEN_LENGTH = 12


class Wanted(NamedTuple):
    """What a stack is to be."""

    template: Template
    parameters: dict[str, str]
    tags: dict[str, str]


class Deployment:
    """One creation, update or deletion of a stack, in the name of whoever asked for it."""

    def __init__(self, stack: Stack, api: AccountApi, clock: Clock) -> None:
        self._stack = stack
        self._api = api
        self._clock = clock
        self._undo: list[Callable[[], None]] = []
        self._replaced: list[Resource] = []
        self._verb = "CREATE"

    # What can be asked for

    def create(self, on_failure: str) -> None:
        """Make everything. What fails is named, and undone.

        Args:
            on_failure: ROLLBACK, DELETE or DO_NOTHING.
        """
        stack = self._stack
        self._status("CREATE_IN_PROGRESS", "User Initiated")
        try:
            self._bring(Wanted(stack.template, stack.parameters, stack.tags))
        except ResourceFailed as failure:
            if on_failure == "DO_NOTHING":
                self._status("CREATE_FAILED", str(failure))
                return
            verb = "DELETE" if on_failure == "DELETE" else "ROLLBACK"
            self._status(f"{verb}_IN_PROGRESS", f"{failure} Rollback requested by user.")
            self._take_back(verb)
            return
        self._status("CREATE_COMPLETE")

    def update(self, wanted: Wanted) -> None:
        """Bring it from what it is to something else, or back if that fails."""
        stack, self._verb = self._stack, "UPDATE"
        before = Wanted(stack.template, stack.parameters, stack.tags)
        resources, outputs = stack.resources, stack.outputs
        self._status("UPDATE_IN_PROGRESS", "User Initiated")
        stack.template, stack.parameters, stack.tags = wanted
        try:
            self._bring(wanted)
        except ResourceFailed as failure:
            self._status("UPDATE_ROLLBACK_IN_PROGRESS", str(failure))
            stack.template, stack.parameters, stack.tags = before
            stack.resources, stack.outputs = resources, outputs
            self._take_back("UPDATE_ROLLBACK")
            return
        self._status("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        gone = [each for name, each in resources.items() if name not in stack.resources]
        self._delete(self._replaced + gone[::-1])
        self._status("UPDATE_COMPLETE")

    def delete(self) -> None:
        """Take everything down, what was made last first."""
        self._status("DELETE_IN_PROGRESS", "User Initiated")
        failed = self._delete(list(self._stack.resources.values())[::-1])
        if failed:
            names = ", ".join(failed)
            self._status("DELETE_FAILED", f"The following resource(s) failed to delete: [{names}].")
            return
        self._stack.deleted = self._clock.now()
        self._status("DELETE_COMPLETE")

    # Making and changing

    def _bring(self, wanted: Wanted) -> None:
        """Make and change resources until they are what is wanted.

        Raises:
            ResourceFailed: one is not; it is named.
        """
        stack, template = self._stack, wanted.template
        scope = scope_of(self._api, stack, wanted)
        before, stack.resources = stack.resources, {}
        for name in template.order(scope.conditions):
            old, resource = before.get(name), template.resources[name]
            try:
                made = self._settle(name, resource, old, scope, wanted.tags)
            except _FAILURES as error:
                verb = "UPDATE" if old else "CREATE"
                self._note(
                    name,
                    old.identity if old else "",
                    resource["Type"],
                    f"{verb}_FAILED",
                    _reason(error),
                )
                raise ResourceFailed(
                    f"The following resource(s) failed to {verb.lower()}: [{name}]."
                ) from None
            stack.resources[name] = made
            scope.references[name] = made.identity
            scope.attributes[name] = made.attributes
        stack.outputs = self._outputs(template, scope)

    def _settle(
        self,
        name: str,
        resource: dict[str, Any],
        old: Resource | None,
        scope: Scope,
        tags: dict[str, str],
    ) -> Resource:
        """One resource, made or brought up to date as far as it differs."""
        kind = TYPES[resource["Type"]]
        properties = resolve(resource.get("Properties", {}), scope)
        is_named = bool(properties.get(kind.named_by))
        place = Place(self._stack.name, name, _token())
        if kind.is_tagged:
            properties = properties | {"Tags": self._tags(name, tags, properties.get("Tags"))}
        if old is not None and old.kind == kind.kind and not old.is_named and not is_named:
            made_up = {kind.named_by: old.properties.get(kind.named_by)} if kind.named_by else {}
            properties = properties | made_up
        policies = (
            resource.get("DeletionPolicy", "Delete"),
            resource.get("UpdateReplacePolicy", "Delete"),
        )
        if old is None:
            return self._create(kind, place, properties, is_named, *policies)
        if old.kind == kind.kind and old.properties == properties:
            return old
        if old.kind != kind.kind or kind.replaces(old.properties, properties):
            return self._replace(kind, place, properties, is_named, old, policies)
        self._note(name, old.identity, kind.kind, "UPDATE_IN_PROGRESS")
        self._undo.append(partial(kind.update, self._api, old.identity, properties, old.properties))
        kind.update(self._api, old.identity, old.properties, properties)
        attributes = kind.attributes(self._api, old.identity, properties)
        self._note(name, old.identity, kind.kind, "UPDATE_COMPLETE")
        return Resource(name, kind.kind, old.identity, properties, attributes, is_named, *policies)

    def _create(
        self,
        kind: ResourceType,
        place: Place,
        properties: dict[str, Any],
        is_named: bool,
        when_deleted: str,
        when_replaced: str,
    ) -> Resource:
        name = place.logical_id
        self._note(name, "", kind.kind, f"{self._verb}_IN_PROGRESS")
        properties = kind.named(place, properties)
        identity = kind.create(self._api, properties, place)
        if when_deleted == "Retain":
            undo = partial(self._note, name, identity, kind.kind, "DELETE_SKIPPED")
        else:
            undo = partial(self._delete_one, name, kind, identity, properties)
        self._undo.append(undo)
        kind.complete(self._api, identity, properties)
        attributes = kind.attributes(self._api, identity, properties)
        self._note(name, identity, kind.kind, f"{self._verb}_COMPLETE")
        return Resource(
            name, kind.kind, identity, properties, attributes, is_named, when_deleted, when_replaced
        )

    def _replace(
        self,
        kind: ResourceType,
        place: Place,
        properties: dict[str, Any],
        is_named: bool,
        old: Resource,
        policies: tuple[str, str],
    ) -> Resource:
        """Another resource in the place of one. The old one goes when everything is done."""
        same_name = properties.get(kind.named_by) == old.properties.get(kind.named_by)
        if is_named and same_name and old.kind == kind.kind:
            raise ResourceFailed(
                "CloudFormation cannot update a stack when a custom-named resource requires "
                f"replacing. Rename {old.identity} and update the stack again."
            )
        if not is_named:
            properties = {key: each for key, each in properties.items() if key != kind.named_by}
        self._replaced.append(old)
        return self._create(kind, place, properties, is_named, *policies)

    def _tags(
        self, name: str, stack_tags: dict[str, str], own: list[dict[str, str]] | None
    ) -> list[dict[str, str]]:
        """A resource has its own tags, those of its stack, and where it belongs
        (UserGuide cfn-resource-tags)."""
        belongs = {
            "aws:cloudformation:stack-name": self._stack.name,
            "aws:cloudformation:stack-id": self._stack.id,
            "aws:cloudformation:logical-id": name,
        }
        return as_list(stack_tags | as_mapping(own) | belongs)

    def _outputs(self, template: Template, scope: Scope) -> list[dict[str, Any]]:
        found = []
        for name, output in template.outputs.items():
            if scope.conditions.get(output.get("Condition", ""), True):
                try:
                    value = resolve(output["Value"], scope)
                except ValidationError as error:
                    raise ResourceFailed(f"Output {name}: {error.message}") from None
                row = {"OutputKey": name, "OutputValue": str(value)}
                if text := output.get("Description"):
                    row["Description"] = text
                found.append(row)
        return found

    # Undoing and deleting

    def _take_back(self, verb: str) -> None:
        """Undo what was done, the last first."""
        try:
            for undo in reversed(self._undo):
                undo()
        except (ClientError, ParamValidationError) as error:
            self._status(f"{verb}_FAILED", _reason(error))
            return
        if verb != "UPDATE_ROLLBACK":
            self._stack.resources, self._stack.outputs = {}, []
        self._status(f"{verb}_COMPLETE")

    def _delete(self, resources: list[Resource]) -> list[str]:
        """Delete these, but for what is to be retained; the names of those that stay against
        their will."""
        failed = []
        for each in resources:
            is_replaced = each in self._replaced
            policy = each.when_replaced if is_replaced else each.when_deleted
            if policy != "Delete":
                self._note(each.logical_id, each.identity, each.kind, "DELETE_SKIPPED")
                continue
            try:
                self._delete_one(each.logical_id, TYPES[each.kind], each.identity, each.properties)
            except (ClientError, ParamValidationError) as error:
                failed.append(each.logical_id)
                self._note(
                    each.logical_id, each.identity, each.kind, "DELETE_FAILED", _reason(error)
                )
                continue
            if not is_replaced:
                self._stack.resources.pop(each.logical_id, None)
        return failed

    def _delete_one(
        self, name: str, kind: ResourceType, identity: str, properties: dict[str, Any]
    ) -> None:
        self._note(name, identity, kind.kind, "DELETE_IN_PROGRESS")
        kind.delete(self._api, identity, properties)
        self._note(name, identity, kind.kind, "DELETE_COMPLETE")

    # What is told

    def _status(self, status: str, reason: str | None = None) -> None:
        stack = self._stack
        stack.status = status
        stack.reason = reason if reason != "User Initiated" else None
        self._note(stack.name, stack.id, _STACK, status, reason)

    def _note(
        self, name: str, identity: str, kind: str, status: str, reason: str | None = None
    ) -> None:
        event = Event(
            str(mock_random.uuid4()), self._clock.now(), name, identity, kind, status, reason
        )
        self._stack.events.append(event)


def scope_of(api: AccountApi, stack: Stack, wanted: Wanted) -> Scope:
    """What names stand for before any resource is there, conditions included."""
    pseudo = {
        "AWS::AccountId": api.account_id,
        "AWS::Partition": "aws",
        "AWS::Region": api.region,
        "AWS::StackId": stack.id,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": "amazonaws.com",
    }
    values = as_values(wanted.template.parameters, wanted.parameters)
    scope = Scope(pseudo | values, wanted.template.mappings)
    resolve_conditions(wanted.template.conditions, scope)
    return scope


def _token() -> str:
    return str(mock_random.get_random_hex(_TOKEN_LENGTH)).upper()


def _reason(error: Exception) -> str:
    """Why, as events have it: a service's own words, and which service it was."""
    if isinstance(error, KeyError):
        return f"Properties validation failed: #: required key [{error.args[0]}] not found"
    if isinstance(error, ValidationError):
        return str(error.message)
    if not isinstance(error, ClientError):
        return " ".join(str(error).split())
    details = error.response["Error"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return (
        f'Resource handler returned message: "{details["Message"]} '
        f'(Operation: {error.operation_name}, Status Code: {status})" '
        f"(HandlerErrorCode: {details['Code']})"
    )
