"""KMS as SQS uses it: in the name of whoever calls SQS, and counted in the trace."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from random import Random
from typing import TYPE_CHECKING, TypeVar

from moto.core.exceptions import JsonRESTError

from helpers.embedded.door.access.access import Access
from helpers.embedded.door.access.authorization import Want
from helpers.embedded.door.access.principals import Principal
from helpers.embedded.door.access.wording import sentence
from helpers.embedded.services.sqs.cipher import DataKey, Envelope
from helpers.embedded.services.sqs.errors import KmsRefusal
from helpers.embedded.time.trace import Trace
from helpers.embedded.uuids import new_request_id

if TYPE_CHECKING:
    from helpers.embedded.services.kms.key import Key
    from helpers.embedded.services.kms.service import KmsService

T = TypeVar("T")

DATA_KEY_BYTES = 32


class KeysForQueues:
    """Each call asks in this order: is the key there, may the caller (decided by the account's
    policies, as kms:ViaService), and does the key's state allow it.

    Args:
        keys: gives the account's keys; called when the first queue needs one.
        seed: of the key of SSE-SQS.
    """

    def __init__(
        self, keys: Callable[[], KmsService], access: Access, trace: Trace, seed: int
    ) -> None:
        self._keys = keys
        self._access = access
        self._trace = trace
        self.sqs_owned_key = DataKey(Random(f"sqs {seed}").randbytes(DATA_KEY_BYTES), None)

    def caller(self) -> Principal | None:
        """Who calls SQS; None: the account itself, which needs no permission."""
        return self._access.delivering_service() or self._access.caller

    def acting_as(self, caller: Principal | None) -> AbstractContextManager[None]:
        return self._access.acting_as(caller)

    def requester(self) -> Hashable:
        """SQS tells identities and session policies apart, but not the sessions of one role
        (SDG sqs-key-management)."""
        caller = self.caller()
        return caller and (caller.identity, caller.session_policies)

    def generate_data_key(self, key: str, queue_arn: str) -> Envelope:
        def generate(keys: KmsService, found: Key) -> Envelope:
            sealed = keys.generate_data_key(found, _context(queue_arn), DATA_KEY_BYTES)
            return Envelope(found.arn, queue_arn, sealed)

        return self._call("GenerateDataKey", key, queue_arn, queue_arn, generate)

    def decrypt(self, envelope: Envelope, queue_arn: str) -> bytes:
        def decrypt(keys: KmsService, found: Key) -> bytes:
            return keys.open(found, envelope.sealed, _context(envelope.queue_arn))

        return self._call("Decrypt", envelope.key_arn, queue_arn, envelope.queue_arn, decrypt)

    def _call(
        self,
        operation: str,
        key: str,
        queue_arn: str,
        sent_to: str,
        use: Callable[[KmsService, Key], T],
    ) -> T:
        _, _, _, region, account, queue = queue_arn.split(":", 5)
        outcome = "success"
        try:
            keys = self._keys()
            keys.settle()
            found = keys.find(key, region, account)
            if said := self._denial(keys, f"kms:{operation}", found.arn, region, sent_to):
                outcome = "AccessDeniedException"
                raise _refusal(outcome, said)
            keys.check_state(found, operation)
            return use(keys, found)
        except JsonRESTError as error:
            outcome = error.error_type
            raise _refusal(outcome, error.message) from None
        finally:
            self._trace.key_use(f"kms:{operation}", queue, outcome)

    def _denial(
        self, keys: KmsService, action: str, key_arn: str, region: str, sent_to: str
    ) -> str | None:
        """KMS's words if the caller of SQS may not do this; None: it may."""
        caller = self.caller()
        if caller is None or not self._access.enforced:
            return None
        given = {
            **keys.facts_of(_context(sent_to)),
            "kms:viaservice": (f"sqs.{region}.amazonaws.com",),
            "aws:viaawsservice": ("true",),
            **self._access.delivery_facts(),
        }
        decision = self._access.decide(caller, action, key_arn, given)
        return (
            None if decision.allowed else sentence(caller, Want(action, key_arn, given), decision)
        )


def _context(queue_arn: str) -> dict[str, str]:
    return {"aws:sqs:arn": queue_arn}


def _refusal(code: str, message: str) -> KmsRefusal:
    """KMS's refusal as SQS passes it on."""
    return KmsRefusal(
        code,
        f"{message} (Service: AWSKMS; Status Code: 400; Error Code: {code}; "
        f"Request ID: {new_request_id()}; Proxy: null)",
    )
