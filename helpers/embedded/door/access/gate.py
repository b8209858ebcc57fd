"""The gate: who signed a request, whether they may, and whether a policy that they put is sound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from helpers.embedded.door.access import denials, function_rules, resources, session_rules
from helpers.embedded.door.access.access import Access
from helpers.embedded.door.access.denials import Refusal
from helpers.embedded.door.access.errors import MalformedPolicy
from helpers.embedded.door.access.identities import ORGANIZATION_ROLE
from helpers.embedded.door.access.principals import ANONYMOUS, Principal
from helpers.embedded.door.access.puts import is_put, place_of
from helpers.embedded.door.access.signatures import is_signed_with
from helpers.embedded.door.access.wants import SERVICES, Want, key_arn, wants_of
from helpers.embedded.service import Call
from helpers.embedded.time.clock import Clock
from helpers.embedded.wire import ApiRequest, ApiResponse

_RESOURCES_DECIDE = frozenset({"sqs", "kms", "sns", "sts"})
"""Services where a resource's policy can refuse even the administrator."""

_BY_TOKEN = frozenset({"AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"})
"""Operations of STS that are not signed: an identity provider vouches for the caller."""

_FREE = frozenset({"GetCallerIdentity", "GetSessionToken"})
"""Operations of STS that need no permission (STS API reference)."""

_ANONYMOUS_SERVICES = frozenset({"sqs", "sns", "awslambda"})
"""Services whose resource policies can let in people who sign nothing."""

_CHANGES_QUEUE_POLICIES = frozenset(
    {"AddPermission", "CreateQueue", "RemovePermission", "SetQueueAttributes"}
)


class Gate:
    """Lets requests through, or answers them itself with a refusal."""

    def __init__(self, access: Access, clock: Clock, account_id: str) -> None:
        self._access = access
        self._clock = clock
        self._account_id = account_id

    def refusal(self, call: Call) -> ApiResponse | None:
        """The refusal that the call deserves; None: it may be answered, and its caller is known."""
        if not self._access.enforced:
            call.account = self._access.account_with(call.request.scope)
            return None
        who = self._authenticate(call.request, call.service, call.operation)
        if isinstance(who, Refusal):
            return denials.refuse(call.request, call.service, who)
        call.caller, call.account = who, who.account or self._account_id
        refusal = self._judge(call, who)
        return refusal and denials.refuse(call.request, call.service, refusal)

    @contextmanager
    def passed_by(self, call: Call) -> Iterator[None]:
        """What happens inside is done by the caller; then what it may have changed is forgotten."""
        if not self._access.enforced:
            yield
            return
        with self._access.acting_as(call.caller):
            yield
        if call.service == "iam" and not _only_reads(call):
            self._access.forget()
        elif call.service == "sqs" and call.operation in _CHANGES_QUEUE_POLICIES:
            self._access.forget_readers()

    @property
    def _administrator(self) -> Principal:
        return self._access.identities.administrator

    def _authenticate(
        self, request: ApiRequest, service: str, operation: str | None
    ) -> Principal | Refusal:
        """Who signed the request."""
        scope = request.scope
        if scope is None:
            if operation in _BY_TOKEN:
                return denials.untrusted_token(operation)
            if service in _ANONYMOUS_SERVICES or service not in SERVICES:
                return ANONYMOUS
            return denials.UNSIGNED
        credential = self._access.identities.credential(scope[0])
        if credential is None:
            return denials.UNKNOWN_KEY
        if credential.token is not None:
            if (request.header("X-Amz-Security-Token") or "") != credential.token:
                return denials.UNKNOWN_KEY
            now = self._clock.now().replace(tzinfo=None)
            if credential.expires is not None and now >= credential.expires:
                return denials.EXPIRED
        if not is_signed_with(request, credential.secret):
            return denials.BAD_SIGNATURE
        return credential.principal

    def _judge(self, call: Call, who: Principal) -> Refusal | None:
        """Why the caller may not do this, or not with that policy."""
        service = call.service
        makes = service == "awslambda" and function_rules.may_break(call)
        puts = is_put(service, call.operation) or makes
        if service == "iam" and who.is_user_session:
            return denials.UNKNOWN_KEY  # STS API GetSessionToken: none for IAM without MFA
        may_all = who == self._administrator and service not in _RESOURCES_DECIDE
        if may_all and not puts:
            return None
        if service == "sts" and (refusal := session_rules.violation(call, who)):
            return refusal
        if not may_all and (refusal := self._denial(who, call)):
            return refusal
        if makes:
            return function_rules.violation(call, self._access)
        return self._bad_policy(who, call) if puts else None

    def _denial(self, who: Principal, call: Call) -> Refusal | None:
        if call.service == "sts" and call.operation in _FREE:
            return None
        for want in wants_of(call):
            if resources.is_missing_key(want.resource, call.account, call.region):
                continue
            decision = self._access.decide(who, want.action, want.resource, want.given)
            if not decision.allowed and not self._enters_account(who, want):
                return denials.access_denied(who, want, decision)
        return None

    def _enters_account(self, who: Principal, want: Want) -> bool:
        """Whether the administrator goes into another account of the organization."""
        return (
            who.arn == self._administrator.arn
            and want.action.startswith("sts:")
            and resources.account_of(want.resource, self._account_id) != self._account_id
            and want.resource.endswith(f":role/{ORGANIZATION_ROLE}")
        )

    def _bad_policy(self, who: Principal, call: Call) -> Refusal | None:
        """What is wrong with the policy that the call puts."""
        if (found := place_of(call)) is None:
            return None
        place, text = found
        try:
            place.check(text, self._access.identities.exists)
        except MalformedPolicy as error:
            return place.refusal(str(error))
        if call.service == "kms" and self._locks_out(who, call, text):
            return place.refusal(
                "The new key policy will not allow you to update the key policy in the future."
            )
        return None

    def _locks_out(self, who: Principal, call: Call, policy: str) -> bool:
        """KMS's safety check: whoever puts a key policy must be able to put the next one.

        https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
        """
        if call.parameters.get("BypassPolicyLockoutSafetyCheck"):
            return False
        key = key_arn(call, call.parameters.get("KeyId") or "new")
        return not self._access.would_allow(who, "kms:PutKeyPolicy", key, policy)


def _only_reads(call: Call) -> bool:
    return (call.operation or "").startswith(("Get", "List", "Describe", "Simulate"))
