"""What a request about stacks wants: which stack, which template, with which parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from botocore.exceptions import ClientError

from helpers.embedded.service import Call
from helpers.embedded.services.cloudformation import parameters
from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.changes import Changes, changes_of
from helpers.embedded.services.cloudformation.deployment import Deployment
from helpers.embedded.services.cloudformation.desired import TYPES, scope_of
from helpers.embedded.services.cloudformation.errors import (
    InsufficientCapabilities,
    ValidationError,
)
from helpers.embedded.services.cloudformation.exports import Exports
from helpers.embedded.services.cloudformation.resource_types import as_mapping
from helpers.embedded.services.cloudformation.stack_state import Stack, Wanted
from helpers.embedded.services.cloudformation.template import Template, check, read_template
from helpers.embedded.services.cloudformation.template_text import malformed
from helpers.embedded.services.cloudformation.transforms import check_transforms, expand
from helpers.embedded.services.cloudformation.unknown_types import advice
from helpers.embedded.services.own_api import OwnApi
from helpers.embedded.wire import ApiResponse

if TYPE_CHECKING:
    from helpers.embedded.services.cloudformation.service import CloudFormationService

_TEMPLATE = {"TemplateBody", "TemplateURL"}

_NAME = "[a-zA-Z][-a-zA-Z0-9]{0,127}"
_IN_HOST = re.compile(r"(?P<bucket>[^/]+)\.s3[.-][^/]*amazonaws\.com")


@contextmanager
def _structured() -> Iterator[None]:
    """What is read inside has parts of a kind that they cannot be: a text for an object."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise malformed(f"unsupported structure. ({error!r})") from error


class StackRequest(OwnApi):
    """One request about stacks."""

    service = "cloudformation"

    def __init__(self, stacks: CloudFormationService, call: Call) -> None:
        super().__init__(call)
        self._stacks = stacks

    def answer(self) -> ApiResponse:
        """Every list is answered whole, so that no answer has given a token."""
        if self.params.get("NextToken"):
            return self.refuse(ValidationError("The specified NextToken is not valid."))
        return super().answer()

    def _required(self, name: str) -> str:
        """A parameter that the model takes for optional, and this use of it does not."""
        if not (value := self.params.get(name)):
            raise ValidationError(
                f"1 validation error detected: Value null at '{name[0].lower()}{name[1:]}' failed "
                "to satisfy constraint: Member must not be null"
            )
        return str(value)

    # Stacks

    def _here(self) -> Iterator[Stack]:
        """All of the caller's account in the Region, deleted ones too; the newest first."""
        place = self.call.arn("cloudformation", "")
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

    def _check_name(self, name: str) -> None:
        if not re.fullmatch(_NAME, name):
            raise ValidationError(
                f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy "
                f"constraint: Member must satisfy regular expression pattern: {_NAME}"
            )

    # What is wanted of them

    @_structured()
    def _template(self, stack: Stack | None) -> Template:
        """The template that the request brings or means, before its transforms."""
        given = [name for name in (*sorted(_TEMPLATE), "UsePreviousTemplate")
                 if self.params.get(name)]  # fmt: skip
        if len(given) > 1:
            raise ValidationError(f"You cannot specify both {' and '.join(given)}")
        if not given:
            raise ValidationError("Either Template URL or Template Body must be specified.")
        if given == ["UsePreviousTemplate"]:
            if stack is None:
                raise ValidationError("There is no previous template: the stack does not exist.")
            return stack.template.original
        text = self.params.get("TemplateBody") or self._fetch(str(self.params["TemplateURL"]))
        template = read_template(text)
        check_transforms(template)
        return template if template.transforms else _checked(template)

    def _fetch(self, url: str) -> str:
        """A template that lies in a bucket, read in the caller's name."""
        parts = urlsplit(url)
        key = unquote(parts.path.lstrip("/"))
        if found := _IN_HOST.fullmatch(parts.netloc):
            bucket = found["bucket"]
        else:
            bucket, _, key = key.partition("/")
        if not (parts.netloc.endswith("amazonaws.com") and bucket and key):
            raise ValidationError("TemplateURL must be a supported URL.")
        try:
            answer = self._api().call("s3", "GetObject", Bucket=bucket, Key=key)
        except ClientError as error:
            message = error.response["Error"]["Message"]
            raise ValidationError(f"S3 error: {message}") from None
        return str(answer["Body"].read().decode())

    @_structured()
    def _wanted(self, stack: Stack | None) -> Wanted:
        """What the stack is to be. `stack`: what there is of it so far."""
        template = self._template(stack)
        before = stack.wanted if stack else None
        given, tags = self.params.get("Parameters") or [], self.params.get("Tags")
        known = before.parameters if before else {}
        texts = parameters.fill(template.parameters, given, known)
        processed = expand(template, texts, self._api())
        if processed.source is not None:
            _checked(processed)
        if tags is None and before is not None:
            return Wanted(processed, texts, before.tags)
        return Wanted(processed, texts, as_mapping(tags))

    def _check_capabilities(self, template: Template, is_reviewed: bool = False) -> None:
        """Whoever deploys what grants something, or what a transform makes, must say so (API
        CreateStack, Capabilities). A change set can be looked at before it is executed."""
        given = self.params.get("Capabilities") or []
        needed = []
        if template.original.transforms and not is_reviewed:
            needed.append("CAPABILITY_AUTO_EXPAND")
        if (iam := needed_capability(template)) and "CAPABILITY_NAMED_IAM" not in given:
            needed.append(iam)
        if missing := [each for each in needed if each not in given]:
            raise InsufficientCapabilities(f"Requires capabilities : [{', '.join(missing)}]")

    @_structured()
    def _check(self, stack: Stack, wanted: Wanted) -> None:
        """Refuse what can be seen to fail before anything is made."""
        other = [
            name
            for name, each in wanted.template.resources.items()
            if name in stack.resources and stack.resources[name].kind != each["Type"]
        ]
        if other:
            raise ValidationError(
                "Update of resource type is not permitted. The new template modifies resource type "
                f"of the following resources: [{', '.join(other)}]"
            )
        scope = scope_of(self._api(), stack, wanted)
        wanted.template.order(scope.conditions)

    def _changes(self, stack: Stack, wanted: Wanted) -> Changes:
        return changes_of(stack, wanted, self._api(), self._exports())

    # How it is done

    def _exports(self) -> Exports:
        return Exports(self._own())

    def _deployment(self, stack: Stack) -> Deployment:
        return Deployment(stack, self._api(), self._exports(), self._stacks.clock)

    def _api(self) -> AccountApi:
        """The account's API in the caller's name."""
        key = self.call.request.scope[0] if self.call.request.scope else ""
        credential = self._stacks.access.identities.credential(key)
        secret, token = (credential.secret, credential.token) if credential else ("", None)
        return AccountApi(
            self._stacks.send, self.call.region, self.call.account, (key, secret, token)
        )


def _checked(template: Template) -> Template:
    """The template, if its types are known and nothing in it is missing."""
    if unknown := [kind for kind in template.types() if kind not in TYPES]:
        raise ValidationError(
            f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]. "
            + advice(unknown, TYPES)
        )
    check(template)
    return template


_NAMES = ("GroupName", "InstanceProfileName", "ManagedPolicyName", "RoleName", "UserName")


def needed_capability(template: Template) -> str | None:
    """By the resources of the template that grant something."""
    kinds = [
        each
        for each in template.resources.values()
        if isinstance(each, dict) and str(each.get("Type")).startswith("AWS::IAM::")
    ]
    if any(each.get("Properties", {}).keys() & set(_NAMES) for each in kinds):
        return "CAPABILITY_NAMED_IAM"
    return "CAPABILITY_IAM" if kinds else None


def requested(value: Any) -> bool:
    """A flag of a request."""
    return str(value).lower() == "true"
