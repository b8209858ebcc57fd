"""KMS in an embedded account: all its keys, and the requests about them."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from moto.core.request import Request
from moto.kms.models import kms_backends

from helpers.embedded.door.access.authorization import Given
from helpers.embedded.moto_seams.backends import ReplacedBackend
from helpers.embedded.moto_seams.services import MotoService
from helpers.embedded.services.kms import cryptographic_operations, states
from helpers.embedded.services.kms.api import KmsApi
from helpers.embedded.services.kms.authorization import KmsAuthorization, encryption_facts
from helpers.embedded.services.kms.backend import KmsBackend, backend_of
from helpers.embedded.services.kms.key import Key
from helpers.embedded.services.kms.members import MEMBERS
from helpers.embedded.services.parts import Parts


class KmsService(MotoService):
    """All keys of an account, in every Region."""

    name = "kms"
    members = MEMBERS

    def __init__(self, parts: Parts) -> None:
        parts.access.learn(self.name, KmsAuthorization(parts.access))
        self.clock = parts.simulation.clock
        self.is_principal = parts.access.identities.can_be_named
        """Whether an ARN is one of somebody whom a grant can name."""
        self.random = Random(f"kms {parts.settings.seed}")
        """Of the key material and of everything else that KMS draws, so that ciphertexts repeat.
        The ids in the account do not depend on how much is encrypted."""
        self._replaced = ReplacedBackend(kms_backends, KmsBackend, self)

    def close(self) -> None:
        """Give moto its own keys back."""
        self._replaced.restore()

    def respond(self, request: Request, url: str, headers: Any) -> Any:
        return KmsApi().dispatch_request(request, url, headers)

    def settle(self) -> None:
        """Let every rotation and deletion happen that is due by now."""
        now = self.clock.now().replace(tzinfo=None)
        for backend in self._replaced.all():
            backend.settle(now)

    def find(self, given: str, region: str, account: str) -> Key:
        """The key by its id, ARN, alias or the alias's ARN, as somebody in `account` names it.

        Raises:
            KmsException: NotFoundException.
        """
        owner = given.split(":")[4] if given.startswith("arn:") and given.count(":") >= 5 else ""
        return backend_of(kms_backends, owner or account, region).find(given)

    # As other services of the account use a key, once it is clear that they may

    def check_state(self, key: Key, operation: str) -> None:
        """KmsException: the key is disabled, or about to be deleted."""
        states.check_state(key, operation)

    def generate_data_key(self, key: Key, context: Mapping[str, str], length: int) -> bytes:
        """A data key of so many bytes, sealed."""
        return cryptographic_operations.generate_data_key(key, context, length).sealed

    def open(self, key: Key, sealed: bytes, context: Mapping[str, str]) -> bytes:
        """A data key in the open."""
        return key.open(cryptographic_operations.parse_blob(sealed, key), context)

    def facts_of(self, context: Mapping[str, str]) -> Given:
        """The condition keys that an encryption context gives values to."""
        return encryption_facts(context)


connect = KmsService
