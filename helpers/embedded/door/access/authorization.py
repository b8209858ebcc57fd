"""What access asks a service about itself: what a call wants, and what stands at a resource.

Each service says it in an `authorization.py` of its own, by its page of the reference:
https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, NamedTuple

from helpers.embedded.door.access.evaluation import Found
from helpers.embedded.door.access.policy_checks import Exists
from helpers.embedded.door.access.principals import Principal
from helpers.embedded.door.access.wildcards import Facts
from helpers.embedded.service import Call

Given = Mapping[str, tuple[str, ...]]
"""Condition keys in lower case, and the values that they have."""

KeyValues = Iterator[tuple[str, tuple[str, ...]]]
"""The same, one by one."""


class Want(NamedTuple):
    """One action that must be allowed."""

    action: str
    resource: str
    given: Given


class Refusal(NamedTuple):
    """An error: its code as the query services word it, and as the JSON services do."""

    query_code: str
    json_code: str
    message: str
    status: int = 403
    """Of the query and REST services; the JSON services refuse everything with 400."""


class Place(NamedTuple):
    """Where an operation puts a policy."""

    parameter: str
    """Of the call, or the attribute of that name."""
    check: Callable[[str, Exists], None]
    """Raises MalformedPolicy."""
    refusal: Callable[[str], Refusal]
    """By the reason."""


class Arn(NamedTuple):
    """An Amazon Resource Name, taken apart."""

    text: str
    service: str
    region: str
    account: str
    name: str


def parse_arn(text: str) -> Arn | None:
    """None: it is no ARN, such as the "*" of an action that has no resource."""
    parts = text.split(":", 5)
    return Arn(text, *parts[2:]) if len(parts) == 6 else None


def account_of(arn: str, otherwise: str) -> str:
    """The account that owns a resource."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[4].isdigit() else otherwise


class Authorization:
    """What a service says that has nothing particular to say."""

    prefix: str
    """What its actions and its ARNs begin with: "sqs"."""
    renamed: ClassVar[Mapping[str, str]] = {}
    """Operations that are not named like the action that they need."""
    tag_actions: ClassVar[Mapping[str, str]] = {}
    """What whoever makes something must be allowed besides, if the call gives it tags."""
    places: ClassVar[Mapping[str, Place]] = {}
    """Operations that put a policy somewhere."""
    free: ClassVar[frozenset[str]] = frozenset()
    """Operations that need no permission."""
    lets_strangers_in = False
    """Whether its resource policies can let in people who sign nothing."""
    binds_administrator = False
    """Whether a resource's policy can refuse even the administrator."""

    # A call

    def wants(self, call: Call) -> list[Want]:
        """Everything that must be allowed for the call. An unknown operation wants "*"."""
        if call.operation is None:
            return [Want(f"{self.prefix}:*", "*", {})]
        wants = list(self.particular(call))
        if wants and (action := self.tag_actions.get(call.operation)) and call.tags():
            wants.append(Want(action, wants[0].resource, self.given(call)))
        return wants

    def particular(self, call: Call) -> Iterator[Want]:
        """What the operation itself wants: the action of its name, on each of its resources."""
        action = f"{self.prefix}:{self.renamed.get(call.operation or '', call.operation)}"
        given = self.given(call)
        for resource in self.resources(call) or ["*"]:
            yield Want(action, resource, given)

    def resources(self, call: Call) -> list[str]:
        """The ARNs of what the call is about; none: its actions have no resource."""
        return []

    def given(self, call: Call) -> Given:
        """What the call says, beside who calls and about what."""
        facts = dict(self.facts_of(call))
        if call.agent:
            facts["aws:useragent"] = (call.agent,)
        tags = call.tags()
        facts |= {f"aws:requesttag/{key.lower()}": (text,) for key, text in tags}
        if keys := (*dict(tags), *call.texts("TagKeys", "tagKeys", "TagKey")):
            facts["aws:tagkeys"] = keys
        return facts

    def facts_of(self, call: Call) -> KeyValues:
        """Condition keys of the service that parameters of the call give values to."""
        yield from ()

    def violation(self, call: Call) -> Refusal | None:
        """Why the service refuses the call before it asks who may; None: it does not."""
        return None

    def objection(self, call: Call) -> Refusal | None:
        """Why the service refuses what the caller may ask; None: it does not."""
        return None

    def tells_first(self, want: Want, call: Call) -> bool:
        """Whether the service itself refuses this, whoever asks: nothing is decided then."""
        return False

    def answered(self, call: Call) -> None:
        """Forget what the call, which has been answered, may have changed."""

    # A resource

    def policy(self, arn: Arn, action: str) -> str | None:
        """The policy that stands at the resource; None: it has none, or cannot have one."""
        return None

    def must_allow(self, arn: Arn, action: str) -> bool:
        """Whether nobody may without the resource's own policy: keys, and roles to be assumed."""
        return False

    def grant(self, arn: Arn, principal: Principal, action: str, facts: Facts) -> Found | None:
        """Something else at the resource that lets the principal do this: a grant of a key."""
        return None

    def has_grants(self, arn: Arn) -> bool:
        """Whether there is anything that `grant` could find."""
        return False

    def tags(self, arn: Arn) -> Mapping[str, str]:
        """What aws:ResourceTag/... is of the resource."""
        return {}

    def facts_at(self, arn: Arn, principal: Principal) -> KeyValues:
        """Condition keys of the service that the resource gives values to."""
        yield from ()


class OtherService(Authorization):
    """A service of moto's, of which access knows the prefix of its actions alone."""

    lets_strangers_in = True

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix


def named_facts(call: Call, keys: Mapping[str, str]) -> KeyValues:
    """Condition keys by the parameter that each has its value from."""
    for key, parameter in keys.items():
        value: Any = call.parameters.get(parameter)
        if isinstance(value, bool | int | str) and value != "":
            yield key, (str(value).lower() if isinstance(value, bool) else str(value),)


def policy_put_by(call: Call, place: Place) -> str | None:
    """The policy that the call puts in the place; None: it puts none."""
    parameters = call.parameters
    if found := parameters.get(place.parameter):
        return str(found)
    if parameters.get("AttributeName") == place.parameter:
        return parameters.get("AttributeValue")
    attributes = parameters.get("Attributes")
    text = attributes.get(place.parameter) if isinstance(attributes, dict) else None
    return str(text) if text else None


def malformed_policy(reason: str) -> Refusal:
    """How IAM, STS and KMS refuse a policy."""
    return Refusal("MalformedPolicyDocument", "MalformedPolicyDocumentException", reason, 400)
