"""The one shape of a service: what the door hands to it, and what it does with that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from helpers.embedded.time.simulation import Steps
from helpers.embedded.wire import ApiRequest, ApiResponse

if TYPE_CHECKING:
    from helpers.embedded.door.access.principals import Principal
    from helpers.embedded.door.request_members import Members


class NotInEmbeddedAccount(NotImplementedError):
    """The embedded account has no such service or operation; a real account has."""


@dataclass(slots=True)
class Call:
    """One request, read once: what is called, with which parameters, and by whom."""

    request: ApiRequest
    service: str
    """moto's name of it: botocore's, but for "awslambda"."""
    operation: str | None
    """None: a request by path that no operation of the service explains."""
    parameters: dict[str, Any]
    """By the names of the operation's input shape."""
    region: str
    account: str = ""
    """Account of the caller, which owns what the request names without an account."""
    caller: Principal | None = None
    """Who signed it; None while nobody is asked who they are."""

    @property
    def user(self) -> str:
        """The user who calls, whom IAM means where a request names none; empty: somebody else."""
        return self.caller.name if self.caller and self.caller.kind == "user" else ""

    @property
    def agent(self) -> str:
        """The program that calls, as it presents itself."""
        return self.request.header("User-Agent") or ""

    def first(self, *names: str) -> str | None:
        """The first of these parameters that the call has."""
        return next(
            (str(self.parameters[name]) for name in names if self.parameters.get(name)), None
        )

    def texts(self, *names: str) -> tuple[str, ...]:
        """The members of a parameter that is a list, by the first of these names that is one."""
        for name in names:
            if isinstance(listed := self.parameters.get(name), list):
                return tuple(str(each) for each in listed)
        return ()

    def tags(self) -> list[tuple[str, str]]:
        """The tags that the call puts; every service writes them in a way of its own."""
        given = self.parameters.get("Tags") or self.parameters.get("tags")
        if isinstance(given, dict):
            return [(str(key), str(text)) for key, text in given.items()]
        tags = [each for each in given or () if isinstance(each, dict)]
        return [(_part_of_tag(tag, "Key"), _part_of_tag(tag, "Value")) for tag in tags]

    def arn(self, service: str, name: str) -> str:
        """The ARN of something of the caller's account in the Region of the call."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{name}"


def _part_of_tag(tag: Mapping[str, Any], part: str) -> str:
    """Of Key and Value, or of KMS's TagKey and TagValue."""
    return str(tag.get(part, tag.get(f"Tag{part}", "")))


Waiting = Callable[[Call], Steps[ApiResponse | None]]
"""Waits in lab time as long as an operation does. What it returns is the answer; None: the
service answers then."""


class Answers(Protocol):
    """One call to a service, about to be answered."""

    def answer(self) -> ApiResponse: ...


class Service:
    """What the account holds of one service."""

    name: str
    """moto's name of it."""

    members: Members | None = None
    """What it takes of a request; None: nobody has said so, and nothing is refused for it."""

    waits: Mapping[str, Waiting] = {}
    """Operations that take lab time, such as a long poll."""

    api: Callable[[Call], Answers]
    """What answers one call; a service that does it otherwise extends `answer`."""

    def takes_time(self, call: Call) -> bool:
        """Whether the account has to let something happen before it can answer; asked only of
        operations that may wait."""
        return True

    def settle(self) -> None:
        """Bring up to date what is computed only when somebody asks."""

    def answer(self, call: Call) -> ApiResponse:
        """What the service answers now. The caller may ask for it: that is decided before."""
        return self.api(call).answer()

    def close(self) -> None:
        """Give moto back what is moto's, and let go of all state."""
