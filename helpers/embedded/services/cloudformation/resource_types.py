"""What every type of resource can do: be made, changed, deleted, and told apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple

from botocore.exceptions import ClientError

from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.errors import ResourceFailed
from helpers.embedded.services.cloudformation.template_text import as_text

Properties = dict[str, Any]


class Place(NamedTuple):
    """Where in which stack a resource stands."""

    stack: str
    logical_id: str
    token: str
    """Letters and digits that no other resource has."""

    def name(self, longest: int, suffix: str = "") -> str:
        """The name that a resource gets which is given none."""
        ending = f"-{self.token}{suffix}"
        return f"{self.stack}-{self.logical_id}"[: longest - len(ending)] + ending


class ResourceType:
    """One type of resource. Each instance method is a request, or a few, to its service.

    Physical ids are what Ref gives.
    """

    kind: ClassVar[str]
    """Such as AWS::SQS::Queue."""
    named_by: ClassVar[str] = ""
    """The property that is its name; empty: it has none of its own."""
    longest_name: ClassVar[int] = 255
    fixed: ClassVar[frozenset[str]] = frozenset()
    """Properties whose change takes another resource in its place, besides its name."""
    is_tagged: ClassVar[bool] = False
    laid_on: ClassVar[tuple[str, ...]] = ()
    """Properties that list what it is laid on, such as the queues of a policy."""
    when_deleted: ClassVar[str] = "Delete"
    """Its DeletionPolicy, if the template names none."""

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        """Make it; its physical id. `wanted` has its name, if it is of those that have one."""
        raise NotImplementedError

    def complete(self, api: AccountApi, identity: str, wanted: Properties) -> None:
        """What else its making takes, once it is there and can be deleted again."""

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        """Bring it from the old properties to the new ones."""
        raise NotImplementedError

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        """Delete it. One that is not there any more is no error."""
        raise NotImplementedError

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        """What Fn::GetAtt can ask for."""
        return {}

    def named(self, place: Place, properties: Properties) -> Properties:
        """The properties with a name, made up if there is none."""
        if not self.named_by or properties.get(self.named_by):
            return properties
        return properties | {self.named_by: place.name(self.longest_name)}

    def replaces(self, old: Properties, new: Properties) -> bool:
        """Whether a change of these properties takes another resource."""
        return any(old.get(name) != new.get(name) for name in {*self.fixed, self.named_by} - {""})

    def spare(self, properties: Properties, others: list[Properties]) -> Properties:
        """The properties without what others of the type are laid on as well."""
        theirs = {
            name: {each for other in others for each in other.get(name, ())}
            for name in self.laid_on
        }
        return properties | {
            name: [each for each in properties[name] if each not in taken]
            for name, taken in theirs.items()
            if name in properties
        }

    def already_there(self, identity: str) -> ResourceFailed:
        return ResourceFailed(
            f"Resource of type '{self.kind}' with identifier '{identity}' already exists."
        )


def without(properties: Properties, *names: str) -> Properties:
    return {name: value for name, value in properties.items() if name not in names}


def changed(old: Properties, new: Properties, *names: str) -> bool:
    """Whether one of these properties differs."""
    return any(old.get(name) != new.get(name) for name in names)


def as_mapping(tags: Iterable[dict[str, str]] | None) -> dict[str, str]:
    """Tags in the form that SQS, Lambda and Logs take."""
    return {as_text(each["Key"]): as_text(each["Value"]) for each in tags or ()}


def as_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags in the form that most services take, and templates."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def ignore_missing(error: ClientError, *codes: str) -> None:
    """Go on if the error says that something is not there; raise it again otherwise."""
    if not any(code in error.response["Error"]["Code"] for code in codes):
        raise error
