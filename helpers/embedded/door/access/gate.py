"""The gate: who signed a request, whether they may, and whether a policy that they put is sound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from helpers.embedded.door.access import denials
from helpers.embedded.door.access.access import Access
from helpers.embedded.door.access.authorization import (
    Authorization,
    Refusal,
    Want,
    account_of,
    policy_put_by,
)
from helpers.embedded.door.access.identities import ORGANIZATION_ROLE
from helpers.embedded.door.access.principals import ANONYMOUS, MalformedPolicy, Principal
from helpers.embedded.door.access.signatures import is_signed_with
from helpers.embedded.service import Call
from helpers.embedded.time.clock import Clock
from helpers.embedded.wire import ApiResponse


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
        who = self._authenticate(call)
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
        self._access.of_service(call.service).answered(call)

    @property
    def _administrator(self) -> Principal:
        return self._access.identities.administrator

    def _authenticate(self, call: Call) -> Principal | Refusal:
        """Who signed the request."""
        request = call.request
        if (scope := request.scope) is None:
            strangers = self._access.of_service(call.service).lets_strangers_in
            return ANONYMOUS if strangers else denials.UNSIGNED
        credential = self._access.identities.credential(scope[0])
        if credential is None:
            return denials.UNKNOWN_KEY
        if credential.token is not None:
            if (request.header("X-Amz-Security-Token") or "") != credential.token:
                return denials.UNKNOWN_KEY
            now = self._clock.now().replace(tzinfo=None)
            if credential.expires is not None and now >= credential.expires:
                return denials.EXPIRED
        if request.signer is not None:  # it came the short way, unsigned, with who would sign
            is_theirs = request.signer.secret == credential.secret
        else:
            is_theirs = is_signed_with(request, credential.secret)
        if not is_theirs:
            return denials.BAD_SIGNATURE
        return credential.principal

    def _judge(self, call: Call, who: Principal) -> Refusal | None:
        """Why the caller may not do this, or not with what the call puts."""
        service = self._access.of_service(call.service)
        if refusal := service.violation(call):
            return refusal
        may_all = who == self._administrator and not service.binds_administrator
        if not may_all and (refusal := self._denial(call, who, service)):
            return refusal
        return self._bad_policy(call, service) or service.objection(call)

    def _denial(self, call: Call, who: Principal, service: Authorization) -> Refusal | None:
        if call.operation in service.free:
            return None
        for want in service.wants(call):
            if service.tells_first(want, call):
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
            and account_of(want.resource, self._account_id) != self._account_id
            and want.resource.endswith(f":role/{ORGANIZATION_ROLE}")
        )

    def _bad_policy(self, call: Call, service: Authorization) -> Refusal | None:
        """What is wrong with the policy that the call puts."""
        place = service.places.get(call.operation or "")
        text = place and policy_put_by(call, place)
        if place and text:
            try:
                place.check(text, self._access.identities.exists)
            except MalformedPolicy as error:
                return place.refusal(str(error))
        return None
