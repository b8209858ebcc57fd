"""CloudFormation's API for change sets, which the AWS CLI's deploy, SAM and CDK use.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
"""

from __future__ import annotations

import re

from helpers.embedded.services.cloudformation.change_sets import ChangeSet, find
from helpers.embedded.services.cloudformation.errors import (
    AlreadyExists,
    InvalidChangeSetStatus,
    ValidationError,
)
from helpers.embedded.services.cloudformation.stack_requests import StackRequest, requested
from helpers.embedded.services.cloudformation.stack_state import IN_REVIEW, Stack, Wanted
from helpers.embedded.services.own_api import Result
from helpers.embedded.uuids import new_uuid

_NAME = "[a-zA-Z][-a-zA-Z0-9]*"
UPDATABLE = (
    "CREATE_COMPLETE",
    "IMPORT_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
)


NO_HALF_UPDATE = (
    "The embedded account does not know DisableRollback of an update: what fails is undone. Update "
    "again with a template that does not fail."
)


class ChangeSetsApi(StackRequest):
    """One request about change sets."""

    def create_change_set(self) -> Result:
        name, kind = str(self.params["ChangeSetName"]), self.params.get("ChangeSetType", "UPDATE")
        if not re.fullmatch(_NAME, name):
            raise ValidationError(
                f"1 validation error detected: Value '{name}' at 'changeSetName' failed to satisfy "
                f"constraint: Member must satisfy regular expression pattern: {_NAME}"
            )
        if kind not in ("CREATE", "UPDATE"):
            raise ValidationError(f"The embedded account does not know the ChangeSetType {kind}.")
        found = self._for_change_set(name, kind)
        wanted = self._wanted(found)
        self._check_capabilities(wanted.template, is_reviewed=True)
        stack = found or self._in_review(wanted)
        self._check(stack, wanted)
        if any(each.name == name for each in stack.change_sets):
            raise AlreadyExists(f"ChangeSet {name} cannot be created as it already exists")
        changes = self._changes(stack, wanted)
        made = ChangeSet(
            self.call.arn("cloudformation", f"changeSet/{name}/{new_uuid()}"),
            name,
            stack,
            wanted,
            self._stacks.clock.now(),
            self.params.get("Description"),
            self.params.get("Capabilities") or [],
            self.params.get("OnStackFailure", "ROLLBACK"),
            changes.resources,
            is_first=kind == "CREATE",
        )
        made.judge(changes)
        self._stacks.known[stack.id] = stack
        stack.change_sets.append(made)
        return {"Id": made.id, "StackId": stack.id}

    def describe_change_set(self) -> Result:
        return self._change_set().described()

    def list_change_sets(self) -> Result:
        stack = self._named(self.params["StackName"])
        return {"Summaries": [each.listed() for each in stack.change_sets]}

    def delete_change_set(self) -> Result:
        """One that is not there is no error."""
        name = str(self.params["ChangeSetName"])
        for stack in self._own():
            if self.params.get("StackName") in (None, stack.name, stack.id):
                stack.change_sets = [
                    each for each in stack.change_sets if name not in (each.name, each.id)
                ]
        return {}

    def execute_change_set(self) -> Result:
        """The other change sets of the stack are of no use after it, and go."""
        chosen = self._change_set()
        if chosen.execution != "AVAILABLE":
            raise InvalidChangeSetStatus(
                f"ChangeSet [{chosen.id}] cannot be executed in its current status of "
                f"[{chosen.status}]"
            )
        stack, does_nothing = chosen.stack, requested(self.params.get("DisableRollback"))
        if does_nothing and not chosen.is_first:
            raise ValidationError(NO_HALF_UPDATE)
        stack.change_sets = []
        stack.capabilities = chosen.capabilities
        if not chosen.is_first:
            self._update(stack, chosen.wanted)
            return {}
        stack.wanted = chosen.wanted
        on_failure = "DO_NOTHING" if does_nothing else chosen.on_failure
        self._deployment(stack).create(on_failure)
        return {}

    def _update(self, stack: Stack, wanted: Wanted) -> None:
        stack.updated = self._stacks.clock.now()
        self._deployment(stack).update(wanted)

    def _change_set(self) -> ChangeSet:
        name = str(self.params["ChangeSetName"])
        if wanted := self.params.get("StackName"):
            return find(self._named(wanted), name)
        sets = [each for stack in self._own() for each in stack.change_sets]
        for each in sets:
            if each.id == name:
                return each
        raise ValidationError(
            "StackName must be specified if ChangeSetName is not specified as an ARN."
        )

    def _for_change_set(self, name: str, kind: str) -> Stack | None:
        """The stack that the change set is for, if there is one yet."""
        stack_name = str(self.params["StackName"])
        found = next((each for each in self._own() if stack_name in (each.name, each.id)), None)
        if kind == "CREATE":
            if found is not None and found.status != IN_REVIEW:
                raise ValidationError(
                    f"Stack [{found.name}] already exists and cannot be created again with the "
                    f"changeSet [{name}]"
                )
            self._check_name(stack_name)
            return found
        if found is None:
            raise ValidationError(f"Stack [{stack_name}] does not exist")
        if found.status not in UPDATABLE:
            raise ValidationError(
                f"Stack:{found.id} is in {found.status} state and can not be updated."
            )
        return found

    def _in_review(self, wanted: Wanted) -> Stack:
        """A stack without anything in it, for the change set that will make it."""
        stack = self._new_stack(wanted)
        self._deployment(stack).review()
        return stack

    def _new_stack(self, wanted: Wanted) -> Stack:
        name = str(self.params["StackName"])
        stack_id = self.call.arn("cloudformation", f"stack/{name}/{new_uuid()}")
        return Stack(
            stack_id,
            name,
            self._stacks.clock.now(),
            wanted,
            self.params.get("Capabilities") or [],
            requested(self.params.get("EnableTerminationProtection")),
        )
