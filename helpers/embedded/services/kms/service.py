"""The KMS part of one account: where the rest of the account finds its keys."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from moto.core.request import Request
from moto.kms.models import kms_backends

from helpers.embedded.moto_seams.backends import ReplacedBackend
from helpers.embedded.services.kms.api import KmsApi
from helpers.embedded.services.kms.backend import Backend, backend_of
from helpers.embedded.services.kms.key import Key
from helpers.embedded.time.clock import Clock


class KeyService:
    """All keys of an account, in every Region, from the moment it is made until `close`.

    Args:
        seed: of the key material and of everything else that KMS draws, so that ciphertexts
            repeat. It has randomness of its own: the ids in the account do not depend on how
            much is encrypted.
        is_principal: whether an ARN is one of somebody whom a grant can name.
    """

    def __init__(self, clock: Clock, seed: int, is_principal: Callable[[str], bool]) -> None:
        self.clock = clock
        self.is_principal = is_principal
        self.random = Random(f"kms {seed}")
        self._replaced = ReplacedBackend(kms_backends, Backend, self)

    def close(self) -> None:
        """Give moto its own keys back."""
        self._replaced.restore()

    def handler(self, request: Request, url: str, headers: Any) -> Any:
        """Answers a request to KMS, in the place of moto's own handler."""
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
