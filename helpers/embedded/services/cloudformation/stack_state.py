"""A stack: its template, its parameters, and the resources that it has made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.embedded.services.cloudformation.template import Template

if TYPE_CHECKING:
    from helpers.embedded.services.cloudformation.change_sets import ChangeSet


IN_REVIEW = "REVIEW_IN_PROGRESS"
"""The status of a stack that only a change set has asked for."""


@dataclass(frozen=True)
class Resource:
    """One that is there, with the properties that it was made of."""

    logical_id: str
    kind: str
    identity: str
    """Its physical id."""
    properties: dict[str, Any]
    attributes: dict[str, Any]
    is_named: bool
    """Whether the template gave it its name."""
    when_deleted: str
    """Its DeletionPolicy."""
    when_replaced: str
    """Its UpdateReplacePolicy."""


class Output(NamedTuple):
    """A value that a stack shows of itself."""

    key: str
    value: str
    description: str = ""
    export: str = ""
    """The name under which other stacks find it."""


@dataclass(frozen=True)
class Event:
    """What happened to a resource, or to the stack itself."""

    id: str
    time: datetime
    logical_id: str
    identity: str
    kind: str
    status: str
    reason: str | None


class Wanted(NamedTuple):
    """What a stack is to be."""

    template: Template
    """After its transforms."""
    parameters: dict[str, str]
    tags: dict[str, str]


@dataclass
class Stack:
    id: str
    """Its ARN."""
    name: str
    created: datetime
    wanted: Wanted
    capabilities: list[str]
    is_protected: bool = False
    """Whether it cannot be deleted (termination protection)."""
    keeps_what_failed: bool = False
    """Whether it was made with DisableRollback."""
    timeout: int | None = None
    """Minutes in which it was to be made."""
    status: str = ""
    reason: str | None = None
    updated: datetime | None = None
    deleted: datetime | None = None
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    imports: frozenset[str] = frozenset()
    """The exports of other stacks that it uses."""
    change_sets: list[ChangeSet] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    """Oldest first."""

    @property
    def template(self) -> Template:
        return self.wanted.template

    @property
    def is_gone(self) -> bool:
        return self.status == "DELETE_COMPLETE"

    def latest(self, logical_id: str) -> Event:
        """The last event of a resource, which has its status."""
        return next(each for each in reversed(self.events) if each.logical_id == logical_id)
