"""The STS API. That the caller may is decided before, and that the parameters are sound.

https://docs.aws.amazon.com/STS/latest/APIReference/
"""

from __future__ import annotations

from math import ceil
from typing import Any

from moto.core.request import Request
from moto.core.responses import ActionResult
from moto.sts.exceptions import STSValidationError
from moto.sts.responses import TokenResponse

from helpers.embedded.door.access.access import Access
from helpers.embedded.door.access.identities import federated_user, user_session
from helpers.embedded.door.access.principals import Issue, Principal
from helpers.embedded.services.iam.directory import document_of_managed, role_at
from helpers.embedded.services.sts.sessions import Session
from helpers.embedded.time.clock import Clock

_LONGEST_POLICY = 2048
"""Characters of a session's policies, of which PackedPolicySize is a share in per cent."""

_HOUR = 3600


class StsApi(TokenResponse):
    """One request to STS."""

    def __init__(self, access: Access, clock: Clock) -> None:
        super().__init__()
        self._access = access
        self._clock = clock

    def answer(self, request: Request, url: str, headers: Any) -> Any:
        """Answers it, in the place of moto's own handler."""
        return self._dispatch(request, url, headers)

    @property
    def _caller(self) -> Principal:
        return self._access.caller_with(self.access_key)

    def get_caller_identity(self) -> ActionResult:
        who = self._caller
        return ActionResult({"UserId": who.user_id, "Account": who.account, "Arn": who.arn})

    def assume_role(self) -> ActionResult:
        arn, name = self._get_param("RoleArn"), self._get_param("RoleSessionName")
        seconds = self._get_int_param("DurationSeconds", _HOUR)
        role = role_at(arn)
        if seconds > int(getattr(role, "max_session_duration", None) or _HOUR):
            raise STSValidationError(
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
            )
        policies = self._policies()
        principal = self._access.identities.role_session(arn, name, policies or None, self._issue())
        session = Session(principal, seconds)
        user = {"AssumedRoleId": principal.user_id, "Arn": principal.arn}
        identity = principal.issue.source_identity if principal.issue else ""
        more = {"SourceIdentity": identity} if identity else {}
        return self._answer(session, AssumedRoleUser=user, **more)

    def get_session_token(self) -> ActionResult:
        seconds = self._get_int_param("DurationSeconds", 12 * _HOUR)
        principal = user_session(self._caller, self._issue())
        return ActionResult({"Credentials": Session(principal, seconds).credentials()})

    def get_federation_token(self) -> ActionResult:
        """A guest may what both the user and the policies passed allow; without these, nothing."""
        seconds = self._get_int_param("DurationSeconds", 12 * _HOUR)
        name = self._get_param("Name")
        principal = federated_user(self._caller, name, self._policies(), self._issue())
        user = {"FederatedUserId": principal.user_id, "Arn": principal.arn}
        return self._answer(Session(principal, seconds), FederatedUser=user)

    def _answer(self, session: Session, **more: Any) -> ActionResult:
        who = session.principal
        assert who.issue is not None
        packed = [*(who.session_policies or ()), *(text for tag in who.issue.tags for text in tag)]
        size = ceil(100 * sum(map(len, packed)) / _LONGEST_POLICY)
        if packed or who.kind == "federated":
            more["PackedPolicySize"] = size
        return ActionResult({"Credentials": session.credentials(), **more})

    def _policies(self) -> tuple[str, ...]:
        """The session policies of the request: one in it, and others by their ARNs."""
        given = self._get_param("Policy")
        arns = [each["arn"] for each in self._get_param("PolicyArns", [])]
        documents = [document_of_managed(arn, self.current_account) for arn in arns]
        for arn, document in zip(arns, documents, strict=True):
            if document is None:
                raise STSValidationError(f"Policy {arn} does not exist or is not attachable.")
        return tuple(each for each in (given, *documents) if each)

    def _issue(self) -> Issue:
        """Now, with the tags of the request and those that the caller's session hands down."""
        before = self._caller.issue
        tags = before.handed_down() if before else {}
        keys = {key.lower() for key in self._get_param("TransitiveTagKeys", [])} | tags.keys()
        tags |= {each["Key"].lower(): each["Value"] for each in self._get_param("Tags", [])}
        identity = self._get_param("SourceIdentity") or (before.source_identity if before else "")
        moment = f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}"
        return Issue(moment, tuple(tags.items()), frozenset(keys), identity)
