"""CloudFormation's API for stacks, as far as this account has it.

A stack is complete, or rolled back, when the answer comes: nothing here takes lab time.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/
"""

from __future__ import annotations

import json
from typing import Any

from helpers.embedded.services.cloudformation import parameters
from helpers.embedded.services.cloudformation.change_set_api import (
    NO_HALF_UPDATE,
    UPDATABLE,
    ChangeSetsApi,
)
from helpers.embedded.services.cloudformation.errors import AlreadyExists, ValidationError
from helpers.embedded.services.cloudformation.resource_types import as_list
from helpers.embedded.services.cloudformation.stack_requests import requested
from helpers.embedded.services.cloudformation.stack_state import Event, Output, Stack
from helpers.embedded.services.cloudformation.summaries import summary_of
from helpers.embedded.services.own_api import Result


class CloudFormationApi(ChangeSetsApi):
    """One request about stacks."""

    # What changes stacks

    def create_stack(self) -> Result:
        name = str(self.params["StackName"])
        self._check_name(name)
        if any(each.name == name for each in self._own()):
            raise AlreadyExists(f"Stack [{name}] already exists")
        wanted = self._wanted(None)
        self._check_capabilities(wanted.template)
        stack = self._new_stack(wanted)
        stack.timeout = self.params.get("TimeoutInMinutes")
        self._check(stack, wanted)
        self._stacks.known[stack.id] = stack
        on_failure = self.params.get("OnFailure", "ROLLBACK")
        if requested(self.params.get("DisableRollback")):
            if "OnFailure" in self.params:
                raise ValidationError(
                    "You can specify either DisableRollback or OnFailure, but not both."
                )
            on_failure = "DO_NOTHING"
        stack.keeps_what_failed = on_failure == "DO_NOTHING"
        self._deployment(stack).create(on_failure)
        return {"StackId": stack.id}

    def update_stack(self) -> Result:
        stack = self._named(self.params["StackName"])
        if stack.status not in UPDATABLE:
            raise ValidationError(
                f"Stack:{stack.id} is in {stack.status} state and can not be updated."
            )
        if requested(self.params.get("DisableRollback")):
            raise ValidationError(NO_HALF_UPDATE)
        wanted = self._wanted(stack)
        self._check_capabilities(wanted.template)
        self._check(stack, wanted)
        if not self._changes(stack, wanted).is_any and wanted.tags == stack.wanted.tags:
            raise ValidationError("No updates are to be performed.")
        stack.capabilities = self.params.get("Capabilities") or []
        stack.change_sets = []
        self._update(stack, wanted)
        return {"StackId": stack.id}

    def delete_stack(self) -> Result:
        """One that is not there is no error (API DeleteStack)."""
        name, retained = self.params["StackName"], self.params.get("RetainResources") or []
        for stack in [each for each in self._own() if name in (each.name, each.id)]:
            if stack.is_protected:
                raise ValidationError(
                    f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
                )
            if retained and stack.status != "DELETE_FAILED":
                raise ValidationError(
                    f"Invalid operation on stack [{stack.id}]. When you delete a stack, specify "
                    "which resources to retain only when the stack is in the DELETE_FAILED state."
                )
            if unknown := [each for each in retained if each not in stack.resources]:
                raise ValidationError(
                    f"The following resources to retain do not exist: [{', '.join(unknown)}]"
                )
            self._deployment(stack).delete(retained)
        return {}

    def update_termination_protection(self) -> Result:
        stack = self._named(self.params["StackName"])
        stack.is_protected = requested(self.params["EnableTerminationProtection"])
        return {"StackId": stack.id}

    # What only looks

    def describe_stacks(self) -> Result:
        name = self.params.get("StackName")
        found = [self._named(name)] if name else list(self._own())
        return {"Stacks": [_as_described(each) for each in found]}

    def list_stacks(self) -> Result:
        wanted = self.params.get("StackStatusFilter")
        found = [each for each in self._here() if not wanted or each.status in wanted]
        return {"StackSummaries": [_as_listed(each) for each in found]}

    def describe_stack_events(self) -> Result:
        stack = self._named(self.params["StackName"])
        events = [_as_event(stack, each) for each in reversed(stack.events)]
        return {"StackEvents": events}

    def describe_stack_resources(self) -> Result:
        """Of a stack, or of the stack that a resource belongs to."""
        physical = self.params.get("PhysicalResourceId")
        if not (name := self.params.get("StackName")) and not physical:
            raise ValidationError(
                "Either a StackName or a PhysicalResourceId must be specified to "
                "DescribeStackResources."
            )
        stack = self._named(name) if name else self._owner_of(str(physical))
        wanted = self.params.get("LogicalResourceId")
        names = [wanted] if wanted else list(stack.resources)
        rows = [self._resource(stack, name) for name in names]
        if name and physical:
            rows = [row for row in rows if row["PhysicalResourceId"] == physical]
        return {"StackResources": rows}

    def _owner_of(self, physical: str) -> Stack:
        for stack in self._own():
            if any(each.identity == physical for each in stack.resources.values()):
                return stack
        raise ValidationError(f"Stack for {physical} does not exist")

    def describe_stack_resource(self) -> Result:
        stack = self._named(self.params["StackName"])
        row = self._resource(stack, self.params["LogicalResourceId"])
        moment = {"LastUpdatedTimestamp": row.pop("Timestamp")}
        return {"StackResourceDetail": row | moment}

    def list_stack_resources(self) -> Result:
        stack = self._named(self.params["StackName"])
        rows = [self._resource(stack, name) for name in stack.resources]
        summaries = [row | {"LastUpdatedTimestamp": row["Timestamp"]} for row in rows]
        return {"StackResourceSummaries": summaries}

    def list_exports(self) -> Result:
        rows = [
            {"ExportingStackId": each.stack.id, "Name": each.name, "Value": each.value}
            for each in self._exports().all()
        ]
        return {"Exports": rows}

    def list_imports(self) -> Result:
        name = self.params["ExportName"]
        if not (importers := self._exports().importers(name)):
            raise ValidationError(f"Export '{name}' is not imported by any stack.")
        return {"Imports": importers}

    def get_template(self) -> Result:
        """As it was handed in, unless the request asks for it after its transforms."""
        if self.params.get("ChangeSetName"):
            template = self._change_set().wanted.template
        else:
            template = self._named(self._required("StackName")).template
        stages = ["Original", "Processed"]
        if self.params.get("TemplateStage") == "Processed" and template.source is not None:
            return {"TemplateBody": json.dumps(template.document), "StagesAvailable": stages}
        return {"TemplateBody": template.text, "StagesAvailable": stages}

    def get_template_summary(self) -> Result:
        if name := self.params.get("StackName"):
            return summary_of(self._named(name).template.original)
        return summary_of(self._template(None))

    def validate_template(self) -> Result:
        return summary_of(self._template(None), is_short=True)

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
        "Parameters": parameters.shown(stack.template.parameters, stack.wanted.parameters),
        "Tags": as_list(stack.wanted.tags),
        "Outputs": [_as_output(each) for each in stack.outputs],
        "Capabilities": stack.capabilities,
        "EnableTerminationProtection": stack.is_protected,
        "DisableRollback": stack.keeps_what_failed,
        "TimeoutInMinutes": stack.timeout,
    }


def _as_output(output: Output) -> dict[str, str | None]:
    return {
        "OutputKey": output.key,
        "OutputValue": output.value,
        "Description": output.description or None,
        "ExportName": output.export or None,
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
