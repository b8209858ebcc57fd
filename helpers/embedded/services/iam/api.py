"""The IAM API: users mean themselves where they name nobody, and have permissions boundaries.

https://docs.aws.amazon.com/IAM/latest/APIReference/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from moto.core.request import Request
from moto.core.responses import ActionResult, EmptyResult
from moto.iam.exceptions import (
    DeleteConflictException,
    EntityAlreadyExists,
    IAMException,
    NoSuchEntity,
    ValidationError,
)
from moto.iam.models import iam_backends
from moto.iam.responses import IamResponse

from helpers.embedded.door.access.access import Access
from helpers.embedded.services.iam.authorization import ABOUT_ONESELF
from helpers.embedded.services.paging import BadToken, page_of
from helpers.embedded.time.clock import START

_NAMES = {"RoleName": 64, "UserName": 64, "GroupName": 128, "PolicyName": 128}
"""Parameters that are names, and how long one may be."""

_PAGE = 100
_LISTS = {
    "GetGroup": "Users",
    "ListAccessKeys": "AccessKeyMetadata",
    "ListGroupPolicies": "PolicyNames",
    "ListGroups": "Groups",
    "ListGroupsForUser": "Groups",
    "ListPolicyVersions": "Versions",
    "ListRolePolicies": "PolicyNames",
    "ListUserPolicies": "PolicyNames",
    "ListUserTags": "Tags",
    "ListUsers": "Users",
}
"""Lists that moto answers whole, by their operations."""

_MUST = "Cannot delete entity, must {} first."


class IamApi(IamResponse):
    """One request to IAM. What moto answers rightly is left to moto."""

    def __init__(self, access: Access) -> None:
        super().__init__()
        self._access = access

    def answer(self, request: Request, url: str, headers: Any) -> Any:
        """Answers it, in the place of moto's own handler."""
        return self._dispatch(request, url, headers)

    def call_action(self) -> Any:
        try:
            for parameter, longest in _NAMES.items():
                if name := self.params.get(parameter):
                    _check_name(f"{parameter[0].lower()}{parameter[1:]}", name, longest)
        except ValidationError as error:
            return self.serialized(ActionResult(error))
        return super().call_action()

    def serialized(self, action_result: ActionResult) -> Any:
        result: Any = action_result.result
        if isinstance(result, IAMException):
            result.message = reworded(result.message, self._get_action())
        elif rows := _LISTS.get(self._get_action()):
            try:
                action_result = ActionResult(result | self._page(rows, list(result[rows])))
            except BadToken:
                action_result = ActionResult(ValidationError("Invalid Marker."))
        return super().serialized(action_result)

    def _page(self, name: str, rows: Sequence[Any]) -> dict[str, Any]:
        """What of a list is answered now (IAM API reference, Marker and MaxItems)."""
        if prefix := self.params.get("PathPrefix"):
            rows = [each for each in rows if each.path.startswith(prefix)]
        page = page_of(rows, self.params.get("Marker"), self.params.get("MaxItems"), _PAGE)
        rest = {"Marker": page.token} if page.token else {}
        return {name: page.rows, "IsTruncated": bool(page.token), **rest}

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        found = super()._get_param(param_name, if_none)
        if param_name == "UserName" and not found and self._get_action() in ABOUT_ONESELF:
            return self._own_name()
        return found

    def _own_name(self) -> str:
        caller = self._access.caller_with(self.access_key)
        if caller.kind != "user":
            raise ValidationError("Must specify userName when calling with non-User credentials")
        return caller.name

    # The lab's own user stands in no list of users, but knows itself

    def get_user(self) -> ActionResult:
        administrator = self._access.identities.administrator
        if self._get_param("UserName") != administrator.name:
            return super().get_user()
        user = {
            "Path": "/",
            "UserName": administrator.name,
            "UserId": administrator.user_id,
            "Arn": administrator.arn,
            "CreateDate": START,
        }
        return ActionResult({"User": user})

    def create_user(self) -> ActionResult:
        name, boundary = self._get_param("UserName"), self._get_param("PermissionsBoundary")
        if name == self._access.identities.administrator.name:
            raise EntityAlreadyExists(f"User with name {name} already exists.")
        self._check_boundary()
        made = super().create_user()
        user = self._find_user()
        user.id = f"AIDA{user.id[4:].upper()}"
        if boundary:
            _limit(user, boundary)
        return made

    # What something else hangs on is not deleted

    def delete_user(self) -> ActionResult:
        user = self._find_user()
        if any(user in group.users for group in self._backend.groups.values()):
            raise DeleteConflictException(_MUST.format("remove users from group"))
        if user.access_keys:
            raise DeleteConflictException(_MUST.format("delete access keys"))
        return super().delete_user()

    def delete_group(self) -> ActionResult:
        group = self._backend.get_group(self._get_param("GroupName"))
        if group.users:
            raise DeleteConflictException(_MUST.format("remove users from group"))
        if group.managed_policies:
            raise DeleteConflictException(_MUST.format("detach all policies"))
        if group.policies:
            raise DeleteConflictException(_MUST.format("delete policies"))
        return super().delete_group()

    def delete_policy(self) -> ActionResult:
        policy = self._backend.get_policy(self._get_param("PolicyArn"))
        if any(self._is_attached(policy.arn)):
            raise DeleteConflictException("Cannot delete a policy attached to entities.")
        if len(policy.versions) > 1:
            raise DeleteConflictException(
                "This policy has more than one version. Before you delete a policy, you must "
                "delete the policy's versions. The default version is deleted with the policy."
            )
        return super().delete_policy()

    def _is_attached(self, arn: str) -> Iterator[bool]:
        """To each user, group and role; to be its boundary is as good."""
        holders = (self._backend.users, self._backend.groups, self._backend.roles)
        for holder in chain.from_iterable(each.values() for each in holders):
            yield arn in holder.managed_policies
            yield arn == getattr(holder, "permissions_boundary_arn", None)

    @property
    def _backend(self) -> Any:
        return iam_backends[self.current_account]["aws"]

    def remove_role_from_instance_profile(self) -> ActionResult:
        try:
            return super().remove_role_from_instance_profile()
        except ValueError:  # it is not in moto's list
            role = self._get_param("RoleName")
            raise NoSuchEntity(f"The role with name {role} cannot be found.") from None

    def create_service_linked_role(self) -> ActionResult:
        """The name of a service is that of its principal; the words are modelled."""
        name = self._get_param("AWSServiceName")
        if not re.fullmatch(r"[\w.-]+\.amazonaws\.com", str(name), re.ASCII):
            raise ValidationError(f"{name} is not the name of a service: sqs.amazonaws.com is one.")
        return super().create_service_linked_role()

    # Permissions boundaries

    def create_role(self) -> ActionResult:
        self._check_boundary()
        return super().create_role()

    def put_role_permissions_boundary(self) -> ActionResult:
        self._check_boundary()
        return super().put_role_permissions_boundary()

    def put_user_permissions_boundary(self) -> ActionResult:
        self._check_boundary()
        _limit(self._find_user(), self._get_param("PermissionsBoundary"))
        return EmptyResult()

    def delete_user_permissions_boundary(self) -> ActionResult:
        _limit(self._find_user(), None)
        return EmptyResult()

    def _check_boundary(self) -> None:
        """A boundary is a managed policy; the words are recorded (test_iam.snapshot.json)."""
        arn = self._get_param("PermissionsBoundary")
        if arn and arn not in self._backend.managed_policies:
            raise NoSuchEntity(f"Scope ARN: {arn} does not exist or is not attachable.")

    def _find_user(self) -> Any:
        return self._backend.get_user(self._get_param("UserName"))


def _check_name(parameter: str, name: str, longest: int) -> None:
    """IAM guide, reference_iam-quotas."""
    if len(name) > longest:
        raise ValidationError(
            f"1 validation error detected: Value '{name}' at '{parameter}' failed to satisfy "
            f"constraint: Member must have length less than or equal to {longest}"
        )
    if not re.fullmatch(r"[\w+=,.@-]+", name, re.ASCII):
        raise ValidationError(
            f"The specified value for {parameter} is invalid. It must contain only alphanumeric "
            "characters and/or the following: +=,.@_-"
        )


def _limit(user: Any, boundary: str | None) -> None:
    """moto keeps boundaries of roles only; what GetUser shows of one stands beside it."""
    user.permissions_boundary_arn = boundary
    user.permissions_boundary = boundary and {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": boundary,
    }


_WORDS = (
    (r"(?:Role|Group|User) (\S+) not found", r"The {kind} with name \1 cannot be found."),
    (
        r"Policy Document (\S+) not attached to role \S+",
        r"The role policy with name \1 cannot be found.",
    ),
    (r"Policy (arn:\S+) not found", r"Policy \1 was not found."),
    (r"Policy (?!version)(\S+) not found", r"The {kind} policy with name \1 cannot be found."),
    (r"(User|Group) (\S+) already exists", r"\1 with name \2 already exists."),
    (r"(The .+ with id \S+ cannot be found)", r"\1."),
)
"""IAM's words where moto has others (recorded: test_iam.snapshot.json of LocalStack)."""


def reworded(message: str, operation: str) -> str:
    """What IAM says where moto says this of an operation such as GetUserPolicy."""
    kinds = (kind for kind in ("Role", "User", "Group") if kind in operation)
    kind = next(kinds, message.partition(" ")[0]).lower()
    for pattern, words in _WORDS:
        found = re.fullmatch(pattern, message)
        if found and not (kind == "policy" and "{kind}" in words):
            return found.expand(words.format(kind=kind))
    return message
