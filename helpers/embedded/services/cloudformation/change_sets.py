"""Change sets: what is wanted of a stack, kept until somebody has looked at it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from helpers.embedded.services.cloudformation import parameters
from helpers.embedded.services.cloudformation.changes import Changes
from helpers.embedded.services.cloudformation.errors import ChangeSetNotFound
from helpers.embedded.services.cloudformation.resource_types import as_list
from helpers.embedded.services.cloudformation.stack_state import Stack, Wanted

NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set."
)
"""What a change set says of itself that would change nothing (UserGuide, troubleshooting)."""


@dataclass
class ChangeSet:
    id: str
    """Its ARN."""
    name: str
    stack: Stack
    wanted: Wanted
    created: datetime
    description: str | None
    capabilities: list[str]
    on_failure: str
    changes: list[dict[str, Any]]
    status: str = "CREATE_COMPLETE"
    execution: str = "AVAILABLE"
    reason: str | None = None
    is_first: bool = field(default=False)
    """Whether it makes the stack."""

    def judge(self, changes: Changes) -> None:
        """One without changes has failed, and cannot be executed."""
        if not changes.is_any and self.wanted.tags == self.stack.wanted.tags:
            self.status, self.execution, self.reason = "FAILED", "UNAVAILABLE", NO_CHANGES

    def listed(self) -> dict[str, Any]:
        return {
            "StackId": self.stack.id,
            "StackName": self.stack.name,
            "ChangeSetId": self.id,
            "ChangeSetName": self.name,
            "ExecutionStatus": self.execution,
            "Status": self.status,
            "StatusReason": self.reason,
            "CreationTime": self.created,
            "Description": self.description,
            "IncludeNestedStacks": False,
        }

    def described(self) -> dict[str, Any]:
        wanted = self.wanted
        return self.listed() | {
            "Parameters": parameters.shown(wanted.template.parameters, wanted.parameters),
            "Tags": as_list(wanted.tags),
            "Capabilities": self.capabilities,
            "Changes": [{"Type": "Resource", "ResourceChange": each} for each in self.changes],
        }


def find(stack: Stack, name: str) -> ChangeSet:
    """By its name or ARN. Raises ChangeSetNotFound."""
    for each in stack.change_sets:
        if name in (each.name, each.id):
            return each
    raise ChangeSetNotFound(f"ChangeSet [{name}] does not exist")
