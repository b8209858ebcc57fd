"""The IAM API: users mean themselves where they name nobody, and have permissions boundaries.

https://docs.aws.amazon.com/IAM/latest/APIReference/
"""

from __future__ import annotations

from typing import Any

from moto.core.request import Request
from moto.core.responses import ActionResult, EmptyResult
from moto.iam.exceptions import EntityAlreadyExists, NoSuchEntity, ValidationError
from moto.iam.models import iam_backends
from moto.iam.responses import IamResponse

from helpers.embedded.access import Access
from helpers.embedded.access.wants import ABOUT_ONESELF
from helpers.embedded.clock import START


class IamApi(IamResponse):
    """One request to IAM. What moto answers rightly is left to moto."""

    def __init__(self, access: Access) -> None:
        super().__init__()
        self._access = access

    def answer(self, request: Request, url: str, headers: Any) -> Any:
        """Answers it, in the place of moto's own handler."""
        return self._dispatch(request, url, headers)

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
        known = iam_backends[self.current_account]["aws"].managed_policies
        if arn and arn not in known:
            raise NoSuchEntity(f"Scope ARN: {arn} does not exist or is not attachable.")

    def _find_user(self) -> Any:
        return iam_backends[self.current_account]["aws"].get_user(self._get_param("UserName"))


def _limit(user: Any, boundary: str | None) -> None:
    """moto keeps boundaries of roles only; what GetUser shows of one stands beside it."""
    user.permissions_boundary_arn = boundary
    user.permissions_boundary = boundary and {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": boundary,
    }
