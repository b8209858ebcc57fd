"""CloudFormation's API as far as this account has it: stacks, without change sets.

A stack is complete, or rolled back, when the answer comes: nothing here takes lab time.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from moto.core.request import Request
from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.moto_api._internal import mock_random

from helpers.embedded.services.cloudformation import parameters
from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.deployment import TYPES, Deployment, Wanted, scope_of
from helpers.embedded.services.cloudformation.errors import (
    AlreadyExists,
    InsufficientCapabilities,
    ValidationError,
)
from helpers.embedded.services.cloudformation.resource_types import as_list, as_mapping
from helpers.embedded.services.cloudformation.stack import Event, Stack
from helpers.embedded.services.cloudformation.template import Template, read_template

if TYPE_CHECKING:
    from helpers.embedded.services.cloudformation.service import CloudFormationService

_KNOWN = frozenset(
    {
        "Capabilities",
        "ClientRequestToken",
        "DisableRollback",
        "EnableTerminationProtection",
        "OnFailure",
        "Parameters",
        "StackName",
        "Tags",
        "TemplateBody",
        "UsePreviousTemplate",
    }
)
"""Parameters of CreateStack and UpdateStack that mean something here."""

_NAME = "[a-zA-Z][-a-zA-Z0-9]{0,127}"
_CAN_BE_UPDATED = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


class CloudFormationApi(BaseResponse):
    """One request about stacks."""

    def __init__(self, stacks: CloudFormationService) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True
        self._stacks = stacks

    def answer(self, request: Request, url: str, headers: Any) -> Any:
        """Answers it, in the place of a handler of moto's."""
        return self._dispatch(request, url, headers)

    # What changes stacks

    def create_stack(self) -> ActionResult:
        name = str(self.params["StackName"])
        if not re.fullmatch(_NAME, name):
            raise ValidationError(
                f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy "
                f"constraint: Member must satisfy regular expression pattern: {_NAME}"
            )
        if any(each.name == name for each in self._own()):
            raise AlreadyExists(f"Stack [{name}] already exists")
        template = self._template(None)
        place = f"{self.region}:{self.current_account}:stack/{name}"
        stack = Stack(
            f"arn:aws:cloudformation:{place}/{mock_random.uuid4()}",
            name,
            self._stacks.clock.now(),
            template,
            parameters.fill(template.parameters, self.params.get("Parameters") or [], {}),
            as_mapping(self.params.get("Tags")),
            self.params.get("Capabilities") or [],
            bool(self.params.get("EnableTerminationProtection")),
        )
        self._check(stack, Wanted(template, stack.parameters, stack.tags))
        self._stacks.known[stack.id] = stack
        on_failure = self.params.get("OnFailure", "ROLLBACK")
        if self.params.get("DisableRollback"):
            on_failure = "DO_NOTHING"
        self._deployment(stack).create(on_failure)
        return ActionResult({"StackId": stack.id})

    def update_stack(self) -> ActionResult:
        stack = self._named(self.params["StackName"])
        if stack.status not in _CAN_BE_UPDATED:
            raise ValidationError(
                f"Stack:{stack.id} is in {stack.status} state and can not be updated."
            )
        template = self._template(stack)
        given = self.params.get("Parameters") or []
        tags = self.params.get("Tags")
        wanted = Wanted(
            template,
            parameters.fill(template.parameters, given, stack.parameters),
            stack.tags if tags is None else as_mapping(tags),
        )
        self._check(stack, wanted)
        if wanted == Wanted(stack.template, stack.parameters, stack.tags):
            raise ValidationError("No updates are to be performed.")
        stack.updated = self._stacks.clock.now()
        stack.capabilities = self.params.get("Capabilities") or []
        self._deployment(stack).update(wanted)
        return ActionResult({"StackId": stack.id})

    def delete_stack(self) -> ActionResult:
        """One that is not there is no error (API DeleteStack)."""
        name = self.params["StackName"]
        for stack in [each for each in self._own() if name in (each.name, each.id)]:
            if stack.is_protected:
                raise ValidationError(
                    f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
                )
            self._deployment(stack).delete()
        return EmptyResult()

    def update_termination_protection(self) -> ActionResult:
        stack = self._named(self.params["StackName"])
        stack.is_protected = bool(self.params["EnableTerminationProtection"])
        return ActionResult({"StackId": stack.id})

    # What only looks

    def describe_stacks(self) -> ActionResult:
        name = self.params.get("StackName")
        found = [self._named(name)] if name else list(self._own())
        return ActionResult({"Stacks": [_as_described(each) for each in found]})

    def list_stacks(self) -> ActionResult:
        wanted = self.params.get("StackStatusFilter")
        found = [each for each in self._here() if not wanted or each.status in wanted]
        return ActionResult({"StackSummaries": [_as_listed(each) for each in found]})

    def describe_stack_events(self) -> ActionResult:
        stack = self._named(self.params["StackName"])
        events = [_as_event(stack, each) for each in reversed(stack.events)]
        return ActionResult({"StackEvents": events})

    def describe_stack_resources(self) -> ActionResult:
        stack = self._named(self.params["StackName"])
        wanted = self.params.get("LogicalResourceId")
        names = [wanted] if wanted else list(stack.resources)
        rows = [self._resource(stack, name) for name in names]
        return ActionResult({"StackResources": rows})

    def describe_stack_resource(self) -> ActionResult:
        stack = self._named(self.params["StackName"])
        row = self._resource(stack, self.params["LogicalResourceId"])
        moment = {"LastUpdatedTimestamp": row.pop("Timestamp")}
        return ActionResult({"StackResourceDetail": row | moment})

    def list_stack_resources(self) -> ActionResult:
        stack = self._named(self.params["StackName"])
        rows = [self._resource(stack, name) for name in stack.resources]
        summaries = [row | {"LastUpdatedTimestamp": row["Timestamp"]} for row in rows]
        return ActionResult({"StackResourceSummaries": summaries})

    def get_template(self) -> ActionResult:
        stack = self._named(self.params["StackName"])
        return ActionResult({"TemplateBody": stack.template.text})

    def validate_template(self) -> ActionResult:
        template = self._template(None)
        rows = [
            {
                "ParameterKey": name,
                "DefaultValue": each.get("Default"),
                "NoEcho": str(each.get("NoEcho", False)).lower() == "true",
                "Description": each.get("Description"),
            }
            for name, each in template.parameters.items()
        ]
        needed = _needed_capability(template)
        return ActionResult(
            {
                "Parameters": rows,
                "Description": template.description,
                "Capabilities": [needed] if needed else [],
            }
        )

    # Within

    def _here(self) -> Iterator[Stack]:
        """All of the caller's account in the Region, deleted ones too; the newest first."""
        place = f"arn:aws:cloudformation:{self.region}:{self.current_account}:"
        return (
            each
            for each in reversed(list(self._stacks.known.values()))
            if each.id.startswith(place)
        )

    def _own(self) -> Iterator[Stack]:
        return (each for each in self._here() if not each.is_gone)

    def _named(self, name: str) -> Stack:
        """By its name; by its id even if it is deleted."""
        for stack in self._here():
            if name == stack.id or (name == stack.name and not stack.is_gone):
                return stack
        raise ValidationError(f"Stack with id {name} does not exist")

    def _template(self, stack: Stack | None) -> Template:
        """The template that the request brings, or means."""
        if unknown := sorted(self.params.keys() - _KNOWN):
            raise ValidationError(
                f"The embedded account does not know {', '.join(unknown)} of {self._get_action()}."
            )
        if stack is not None and self.params.get("UsePreviousTemplate"):
            return stack.template
        if not (text := self.params.get("TemplateBody")):
            raise ValidationError("Either Template URL or Template Body must be specified.")
        template = read_template(text)
        if unknown_types := [kind for kind in template.types() if kind not in TYPES]:
            raise ValidationError(
                f"Template format error: Unrecognized resource types: [{', '.join(unknown_types)}]."
                f" The embedded account makes: {', '.join(sorted(TYPES))}."
            )
        return template

    def _check(self, stack: Stack, wanted: Wanted) -> None:
        """Refuse what can be seen to fail before anything is made."""
        needed = _needed_capability(wanted.template)
        given = self.params.get("Capabilities") or []
        if needed and needed not in given and "CAPABILITY_NAMED_IAM" not in given:
            raise InsufficientCapabilities(f"Requires capabilities : [{needed}]")
        scope = scope_of(self._api(), stack, wanted)
        wanted.template.order(scope.conditions)

    def _deployment(self, stack: Stack) -> Deployment:
        return Deployment(stack, self._api(), self._stacks.clock)

    def _api(self) -> AccountApi:
        credential = self._stacks.access.identities.credential(self.access_key)
        secret, token = (credential.secret, credential.token) if credential else ("", None)
        return AccountApi(
            self._stacks.send, self.region, self.current_account, (self.access_key, secret, token)
        )

    def _resource(self, stack: Stack, name: str) -> dict[str, Any]:
        if (resource := stack.resources.get(name)) is None:
            raise ValidationError(f"Resource {name} does not exist for stack {stack.name}")
        latest = stack.latest(name)
        return {
            "StackName": stack.name,
            "StackId": stack.id,
            "LogicalResourceId": name,
            "PhysicalResourceId": resource.identity,
            "ResourceType": resource.kind,
            "ResourceStatus": latest.status,
            "Timestamp": latest.time,
        }


def _needed_capability(template: Template) -> str | None:
    """Whoever deploys a template that grants something must say so
    (API CreateStack, Capabilities)."""
    kinds = [each for each in template.resources.values() if each["Type"].startswith("AWS::IAM::")]
    if any("RoleName" in each.get("Properties", {}) for each in kinds):
        return "CAPABILITY_NAMED_IAM"
    return "CAPABILITY_IAM" if kinds else None


def _as_listed(stack: Stack) -> dict[str, Any]:
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "TemplateDescription": stack.template.description,
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "DeletionTime": stack.deleted,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
    }


def _as_described(stack: Stack) -> dict[str, Any]:
    described = _as_listed(stack)
    described["Description"] = described.pop("TemplateDescription")
    return described | {
        "Parameters": parameters.shown(stack.template.parameters, stack.parameters),
        "Tags": as_list(stack.tags),
        "Outputs": stack.outputs,
        "Capabilities": stack.capabilities,
        "EnableTerminationProtection": stack.is_protected,
    }


def _as_event(stack: Stack, event: Event) -> dict[str, Any]:
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "EventId": event.id,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.identity,
        "ResourceType": event.kind,
        "Timestamp": event.time,
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
    }
