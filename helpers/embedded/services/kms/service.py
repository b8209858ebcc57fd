"""KMS in an embedded account: all its keys, and the requests about them."""

from __future__ import annotations

from random import Random
from typing import Any

from moto.core.request import Request
from moto.kms.models import kms_backends

from helpers.embedded.moto_seams.backends import ReplacedBackend
from helpers.embedded.moto_seams.services import MotoService
from helpers.embedded.services.kms.api import KmsApi
from helpers.embedded.services.kms.backend import KmsBackend, backend_of
from helpers.embedded.services.kms.key import Key
from helpers.embedded.services.parts import Parts


class KmsService(MotoService):
    """All keys of an account, in every Region."""

    name = "kms"

    def __init__(self, parts: Parts) -> None:
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


connect = KmsService
