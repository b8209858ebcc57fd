"""A stack: its template, its parameters, and the resources that it has made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from helpers.embedded.services.cloudformation.template import Template


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


@dataclass
class Stack:
    id: str
    """Its ARN."""
    name: str
    created: datetime
    template: Template
    parameters: dict[str, str]
    tags: dict[str, str]
    capabilities: list[str]
    is_protected: bool = False
    """Whether it cannot be deleted (termination protection)."""
    status: str = ""
    reason: str | None = None
    updated: datetime | None = None
    deleted: datetime | None = None
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    """Oldest first."""

    @property
    def is_gone(self) -> bool:
        return self.status == "DELETE_COMPLETE"

    def latest(self, logical_id: str) -> Event:
        """The last event of a resource, which has its status."""
        return next(each for each in reversed(self.events) if each.logical_id == logical_id)
