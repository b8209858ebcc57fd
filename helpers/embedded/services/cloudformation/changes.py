"""What an update would do, before it is done.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
"""

from __future__ import annotations

from typing import Any, NamedTuple

from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.deployment import outputs_of
from helpers.embedded.services.cloudformation.desired import TYPES, Desired, Step, desired, scope_of
from helpers.embedded.services.cloudformation.errors import ResourceFailed, ValidationError
from helpers.embedded.services.cloudformation.exports import Exports
from helpers.embedded.services.cloudformation.intrinsics import Scope, imports_in, names_in, resolve
from helpers.embedded.services.cloudformation.resource_types import ResourceType
from helpers.embedded.services.cloudformation.stack_state import Resource, Stack, Wanted
from helpers.embedded.services.cloudformation.template_text import as_text

_ATTRIBUTES = ("DeletionPolicy", "Metadata", "UpdateReplacePolicy")


class Changes(NamedTuple):
    """What is told of each resource that is touched, and whether anything is to be done."""

    resources: list[dict[str, Any]]
    is_any: bool


def changes_of(stack: Stack, wanted: Wanted, api: AccountApi, exports: Exports) -> Changes:
    """What would be done to the resources of a stack, in the order of the template.

    Raises:
        ValidationError: the template cannot be resolved.
    """
    scope = scope_of(api, stack, wanted)
    for name, each in stack.resources.items():
        scope.references[name], scope.attributes[name] = each.identity, each.attributes
    order = wanted.template.order(scope.conditions)
    _import(wanted, order, scope, exports)
    moved: set[str] = set()
    rows = []
    for name in order:
        if row := _change(stack, wanted, name, scope, api, moved):
            rows.append(row)
    gone = [each for name, each in stack.resources.items() if name not in order]
    rows += [_row("Remove", each) for each in gone]
    return Changes(rows, bool(rows) or _has_other_outputs(stack, wanted, scope))


def _change(
    stack: Stack, wanted: Wanted, name: str, scope: Scope, api: AccountApi, moved: set[str]
) -> dict[str, Any] | None:
    """`moved`: those before it that will have another physical id."""
    resource, old = wanted.template.resources[name], stack.resources.get(name)
    if old is None:
        moved.add(name)
        return {
            "Action": "Add",
            "LogicalResourceId": name,
            "ResourceType": resource["Type"],
            "Scope": [],
            "Details": [],
        }
    before = stack.template.resources[name]
    scopes = [each for each in _ATTRIBUTES if resource.get(each) != before.get(each)]
    moves = {
        each
        for each, value in resource.get("Properties", {}).items()
        if moved & set(names_in(value, scope.conditions))
    }
    try:
        made = desired(stack, wanted, name, old, scope, api)
        step = made.step(old)
    except ValidationError:
        if not moves:
            raise
        made, step = None, Step.MODIFY
    if moves and step is Step.KEEP:
        step = Step.MODIFY
    if step is Step.KEEP and not scopes:
        return None
    if step is Step.REPLACE:
        moved.add(name)
    kind = TYPES[old.kind]
    differing = [each for each in _differing(made, old) if each not in moves] if made else []
    details = [_detail(each, True, kind) for each in sorted(moves)]
    details += [_detail(each, False, kind) for each in differing]
    touched = {"Tags" if each == "Tags" else "Properties" for each in [*moves, *differing]}
    scopes += sorted(touched)
    replacement = "True" if step is Step.REPLACE else "Conditional" if moves else "False"
    return _row("Modify", old) | {
        "Replacement": replacement, "Scope": scopes, "Details": details
    }  # fmt: skip


def _differing(made: Desired, old: Resource) -> list[str]:
    names = made.properties.keys() | old.properties.keys()
    return sorted(each for each in names if made.properties.get(each) != old.properties.get(each))


def _row(action: str, old: Resource) -> dict[str, Any]:
    return {
        "Action": action,
        "LogicalResourceId": old.logical_id,
        "PhysicalResourceId": old.identity,
        "ResourceType": old.kind,
        "Scope": [],
        "Details": [],
    }


def _detail(name: str, is_dynamic: bool, kind: ResourceType) -> dict[str, Any]:
    target = {"Attribute": "Tags"}
    if name != "Tags":
        moves = name == kind.named_by or name in kind.fixed
        recreation = ("Conditionally" if is_dynamic else "Always") if moves else "Never"
        target = {"Attribute": "Properties", "Name": name, "RequiresRecreation": recreation}
    return {
        "Target": target,
        "Evaluation": "Dynamic" if is_dynamic else "Static",
        "ChangeSource": "ResourceReference" if is_dynamic else "DirectModification",
    }


def _import(wanted: Wanted, order: list[str], scope: Scope, exports: Exports) -> None:
    parts = [wanted.template.resources[name] for name in order]
    for argument in imports_in([*parts, *wanted.template.outputs.values()]):
        try:
            name = as_text(resolve(argument, scope))
            scope.imports[name] = exports.value(name)
        except ResourceFailed as failure:
            raise ValidationError(str(failure)) from None


def _has_other_outputs(stack: Stack, wanted: Wanted, scope: Scope) -> bool:
    try:
        return outputs_of(wanted.template, scope) != stack.outputs
    except ResourceFailed:
        return True
