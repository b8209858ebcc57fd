"""What stacks export, and who imports it: one name stands for one value in an account and Region.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from helpers.embedded.services.cloudformation.errors import ResourceFailed
from helpers.embedded.services.cloudformation.stack_state import Output, Stack


class Export(NamedTuple):
    name: str
    value: str
    stack: Stack


class Exports:
    """Those of all stacks of one account in one Region.

    Args:
        stacks: those that are there.
    """

    def __init__(self, stacks: Iterable[Stack]) -> None:
        self._stacks = list(stacks)

    def all(self) -> list[Export]:
        """By name."""
        found = (
            Export(output.export, output.value, stack)
            for stack in self._stacks
            for output in stack.outputs
            if output.export
        )
        return sorted(found, key=lambda each: each.name)

    def value(self, name: str) -> str:
        """Raises ResourceFailed if nobody exports it."""
        for each in self.all():
            if each.name == name:
                return each.value
        raise ResourceFailed(f"No export named {name} found.")

    def importers(self, name: str) -> list[str]:
        """The names of the stacks that import it."""
        return [stack.name for stack in self._stacks if name in stack.imports]

    def check(self, stack: Stack, before: list[Output], after: list[Output]) -> None:
        """Refuse outputs that take a name of another stack, or change what others import."""
        values = {each.export: each.value for each in after if each.export}
        for each in self.all():
            if each.stack is not stack and each.name in values:
                raise ResourceFailed(
                    f"Export with name {each.name} is already exported by stack {each.stack.name}."
                )
        for output in before:
            users = [name for name in self.importers(output.export) if name != stack.name]
            if users and values.get(output.export) != output.value:
                done = "updated" if output.export in values else "deleted"
                raise ResourceFailed(
                    f"Export {output.export} cannot be {done} as it is in use by "
                    f"{', '.join(users[:-1]) + ' and ' if users[1:] else ''}{users[-1]}."
                )
