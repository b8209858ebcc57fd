"""Bringing a stack to its template: made, changed, undone where that fails, taken down.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial

from botocore.exceptions import ClientError, ParamValidationError

from helpers.embedded.service import NotInEmbeddedAccount
from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.desired import (
    TYPES,
    Desired,
    Step,
    desired,
    scope_of,
)
from helpers.embedded.services.cloudformation.errors import ResourceFailed, ValidationError
from helpers.embedded.services.cloudformation.exports import Exports
from helpers.embedded.services.cloudformation.intrinsics import Scope, imports_in, resolve
from helpers.embedded.services.cloudformation.resource_types import Properties, without
from helpers.embedded.services.cloudformation.stack_state import (
    IN_REVIEW,
    Event,
    Output,
    Resource,
    Stack,
    Wanted,
)
from helpers.embedded.services.cloudformation.template import Template
from helpers.embedded.services.cloudformation.template_text import as_text
from helpers.embedded.time.clock import Clock
from helpers.embedded.uuids import new_uuid

_FAILURES = (
    ResourceFailed,
    ValidationError,
    ClientError,
    ParamValidationError,
    NotInEmbeddedAccount,
    AttributeError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
)
"""Of a resource. KeyError: its properties lack one that it must have; the other errors of Python:
one is a list where an object must be."""

_STACK = "AWS::CloudFormation::Stack"


class Deployment:
    """One creation, update or deletion of a stack, in the name of whoever asked for it."""

    def __init__(self, stack: Stack, api: AccountApi, exports: Exports, clock: Clock) -> None:
        self._stack = stack
        self._api = api
        self._exports = exports
        self._clock = clock
        self._undo: list[Callable[[], None]] = []
        self._replaced: list[Resource] = []
        self._verb = "CREATE"

    # What can be asked for

    def review(self) -> None:
        """Nothing is made yet: somebody looks at what would be."""
        self._status(IN_REVIEW, "User Initiated")

    def create(self, on_failure: str) -> None:
        """Make everything. What fails is named, and undone.

        Args:
            on_failure: ROLLBACK, DELETE or DO_NOTHING.
        """
        stack = self._stack
        self._status("CREATE_IN_PROGRESS", "User Initiated")
        try:
            self._bring(stack.wanted)
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
        before, imports = stack.wanted, stack.imports
        resources, outputs = stack.resources, stack.outputs
        self._status("UPDATE_IN_PROGRESS", "User Initiated")
        stack.wanted = wanted
        try:
            self._bring(wanted)
        except ResourceFailed as failure:
            self._status("UPDATE_ROLLBACK_IN_PROGRESS", str(failure))
            stack.wanted, stack.imports = before, imports
            stack.resources, stack.outputs = resources, outputs
            self._take_back("UPDATE_ROLLBACK")
            return
        self._status("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        gone = [each for name, each in resources.items() if name not in stack.resources]
        self._delete(self._replaced + gone[::-1])
        self._status("UPDATE_COMPLETE")

    def delete(self, retained: Collection[str] = ()) -> None:
        """Take everything down, what was made last first, but for what others import.

        Args:
            retained: logical ids of resources to be left where they are.
        """
        stack, before = self._stack, self._stack.status
        try:
            self._exports.check(stack, stack.outputs, [])
        except ResourceFailed as failure:
            self._status(before, str(failure))
            return
        self._status("DELETE_IN_PROGRESS", "User Initiated")
        for name in retained:
            kept = stack.resources.pop(name)
            self._note(name, kept.identity, kept.kind, "DELETE_SKIPPED")
        failed = self._delete(list(stack.resources.values())[::-1])
        if failed:
            names = ", ".join(failed)
            self._status("DELETE_FAILED", f"The following resource(s) failed to delete: [{names}].")
            return
        stack.deleted, stack.outputs, stack.imports = self._clock.now(), [], frozenset()
        self._status("DELETE_COMPLETE")

    # Making and changing

    def _bring(self, wanted: Wanted) -> None:
        """Make and change resources until they are what is wanted.

        Raises:
            ResourceFailed: one is not; it is named.
        """
        stack, template = self._stack, wanted.template
        scope = scope_of(self._api, stack, wanted)
        order = template.order(scope.conditions)
        self._import(template, order, scope)
        before, stack.resources = stack.resources, {}
        for name in order:
            old, resource = before.get(name), template.resources[name]
            try:
                made = self._settle(desired(stack, wanted, name, old, scope, self._api), old)
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
        outputs = outputs_of(template, scope)
        self._exports.check(stack, stack.outputs, outputs)
        stack.outputs = outputs

    def _import(self, template: Template, order: list[str], scope: Scope) -> None:
        """Find what other stacks export, before anything is made."""
        parts = [template.resources[name] for name in order] + list(template.outputs.values())
        for argument in imports_in(parts):
            try:
                name = as_text(resolve(argument, scope))
            except ValidationError:
                raise ResourceFailed(
                    "Template error: the attribute in Fn::ImportValue must not depend on any "
                    "resources, imported values, or Fn::GetAZs"
                ) from None
            scope.imports[name] = self._exports.value(name)
        self._stack.imports = frozenset(scope.imports)

    def _settle(self, wanted: Desired, old: Resource | None) -> Resource:
        """One resource, made or brought up to date as far as it differs."""
        kind, step = wanted.kind, wanted.step(old)
        if old is None or step is Step.ADD:
            return self._create(wanted)
        if step is Step.KEEP:
            return replace(
                old,
                is_named=wanted.is_named,
                when_deleted=wanted.when_deleted,
                when_replaced=wanted.when_replaced,
            )
        if step is Step.REPLACE:
            return self._replace(wanted, old)
        name, properties = old.logical_id, wanted.properties
        self._note(name, old.identity, kind.kind, "UPDATE_IN_PROGRESS")
        self._undo.append(partial(self._change_back, old, properties))
        self._change(old, properties)
        attributes = kind.attributes(self._api, old.identity, properties)
        self._note(name, old.identity, kind.kind, "UPDATE_COMPLETE")
        return self._resource(wanted, old.identity, properties, attributes)

    def _change(self, old: Resource, properties: Properties) -> None:
        before = self._spared(old)
        TYPES[old.kind].update(self._api, old.identity, before, properties)

    def _change_back(self, old: Resource, properties: Properties) -> None:
        self._note(old.logical_id, old.identity, old.kind, "UPDATE_IN_PROGRESS")
        TYPES[old.kind].update(self._api, old.identity, properties, old.properties)
        self._note(old.logical_id, old.identity, old.kind, "UPDATE_COMPLETE")

    def _create(self, wanted: Desired) -> Resource:
        kind, name = wanted.kind, wanted.place.logical_id
        self._note(name, "", kind.kind, "CREATE_IN_PROGRESS")
        properties = kind.named(wanted.place, wanted.properties)
        identity = kind.create(self._api, properties, wanted.place)
        made = self._resource(wanted, identity, properties, {})
        if wanted.when_deleted == "Retain":
            undo = partial(self._note, name, identity, kind.kind, "DELETE_SKIPPED")
        else:
            undo = partial(self._delete_one, made)
        self._undo.append(undo)
        kind.complete(self._api, identity, properties)
        attributes = kind.attributes(self._api, identity, properties)
        self._note(name, identity, kind.kind, "CREATE_COMPLETE")
        return replace(made, attributes=attributes)

    def _replace(self, wanted: Desired, old: Resource) -> Resource:
        """Another resource in the place of one. The old one goes when everything is done."""
        name = wanted.kind.named_by
        if wanted.is_named and wanted.properties[name] == old.properties.get(name):
            raise ResourceFailed(
                "CloudFormation cannot update a stack when a custom-named resource requires "
                f"replacing. Rename {old.identity} and update the stack again."
            )
        if not wanted.is_named:
            wanted = wanted._replace(properties=without(wanted.properties, name))
        self._replaced.append(old)
        self._note(
            old.logical_id, old.identity, old.kind, "UPDATE_IN_PROGRESS",
            "Requested update requires the creation of a new physical resource; hence creating "
            "one.",
        )  # fmt: skip
        return self._create(wanted)

    @staticmethod
    def _resource(
        wanted: Desired, identity: str, properties: Properties, attributes: Properties
    ) -> Resource:
        return Resource(
            wanted.place.logical_id,
            wanted.kind.kind,
            identity,
            properties,
            attributes,
            wanted.is_named,
            wanted.when_deleted,
            wanted.when_replaced,
        )

    # Undoing and deleting

    def _take_back(self, verb: str) -> None:
        """Undo what was done, the last first."""
        try:
            for undo in reversed(self._undo):
                undo()
            self._lay_again()
        except (ClientError, ParamValidationError) as error:
            self._status(f"{verb}_FAILED", _reason(error))
            return
        if verb != "UPDATE_ROLLBACK":
            self._stack.resources, self._stack.outputs = {}, []
            self._stack.imports = frozenset()
        self._status(f"{verb}_COMPLETE")

    def _lay_again(self) -> None:
        """What is laid on something else was perhaps taken from it with what lay there too."""
        for each in self._stack.resources.values() if self._verb == "UPDATE" else ():
            if TYPES[each.kind].laid_on:
                TYPES[each.kind].update(self._api, each.identity, {}, each.properties)

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
                self._delete_one(each)
            except (ClientError, ParamValidationError) as error:
                failed.append(each.logical_id)
                self._note(
                    each.logical_id, each.identity, each.kind, "DELETE_FAILED", _reason(error)
                )
                continue
            if not is_replaced:
                self._stack.resources.pop(each.logical_id, None)
        return failed

    def _delete_one(self, resource: Resource) -> None:
        name, kind, identity = resource.logical_id, TYPES[resource.kind], resource.identity
        self._note(name, identity, kind.kind, "DELETE_IN_PROGRESS")
        kind.delete(self._api, identity, self._spared(resource))
        self._note(name, identity, kind.kind, "DELETE_COMPLETE")

    def _spared(self, resource: Resource) -> Properties:
        """Properties of a resource without what others of the stack lay on the same thing, such
        as a policy on the same queue: it is theirs by now."""
        kind, properties = TYPES[resource.kind], resource.properties
        others = [
            each.properties
            for each in self._stack.resources.values()
            if each.kind == resource.kind and each.logical_id != resource.logical_id
        ]
        return kind.spare(properties, others) if others else properties

    # What is told

    def _status(self, status: str, reason: str | None = None) -> None:
        stack = self._stack
        stack.status = status
        stack.reason = reason if reason != "User Initiated" else None
        self._note(stack.name, stack.id, _STACK, status, reason)

    def _note(
        self, name: str, identity: str, kind: str, status: str, reason: str | None = None
    ) -> None:
        event = Event(new_uuid(), self._clock.now(), name, identity, kind, status, reason)
        self._stack.events.append(event)


def outputs_of(template: Template, scope: Scope) -> list[Output]:
    """Raises ResourceFailed: one of them cannot be resolved."""
    found = []
    for name, output in template.outputs.items():
        if not scope.conditions.get(output.get("Condition", ""), True):
            continue
        try:
            value = as_text(resolve(output["Value"], scope))
            export = as_text(resolve(output.get("Export", {}).get("Name", ""), scope))
        except ValidationError as error:
            raise ResourceFailed(f"Output {name}: {error.message}") from None
        found.append(Output(name, value, output.get("Description", ""), export))
    return found


def _reason(error: Exception) -> str:
    """Why, as events have it: a service's own words, and which service it was."""
    if isinstance(error, KeyError):
        return f"Properties validation failed: #: required key [{error.args[0]}] not found"
    if isinstance(error, ValidationError):
        return str(error.message)
    if isinstance(error, AttributeError | IndexError | TypeError | ValueError):
        return f"Properties validation failed: a part is of another kind than it can be: {error!r}"
    if not isinstance(error, ClientError):
        return " ".join(str(error).split())
    details = error.response["Error"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return (
        f'Resource handler returned message: "{details["Message"]} '
        f'(Operation: {error.operation_name}, Status Code: {status})" '
        f"(HandlerErrorCode: {details['Code']})"
    )
