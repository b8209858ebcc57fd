"""Our backends in the place of moto's, for as long as an account is open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_ACCOUNT = re.compile(r"\d{12}")


def backend_at(backends: Any, account: str, region: str) -> Any | None:
    """What moto has of a service in an account and Region; None: there is no such place."""
    if not _ACCOUNT.fullmatch(account):
        return None
    try:
        return backends[account][region]
    except KeyError:
        return None


class ReplacedBackend:
    """moto makes and resets the backends of a service by account number and Region alone, so the
    account's service that ours belong to stands in a class made for it, as `service`.

    Args:
        backends: moto's BackendDict of the service.
        ours: a subclass of the class that moto has there.
        service: what each instance finds as its `service`.
    """

    def __init__(self, backends: Any, ours: type, service: object) -> None:
        self._backends = backends
        self._original = backends.backend
        self._ours = ours
        backends.clear()
        backends.backend = type("AccountBackend", (ours,), {"service": service})

    def all(self) -> Iterator[Any]:
        """Every backend that has been made, by account and Region."""
        for _, _, backend in self._backends.iter_backends():
            if isinstance(backend, self._ours):
                yield backend

    def restore(self) -> None:
        """Give moto its own class back, and let go of everything that ours hold."""
        # A cache of moto's keeps `regions`, and through it our class, for ever.
        for regions in self._backends.values():
            regions.clear()
        del self._backends.backend.service
        self._backends.backend = self._original
        self._backends.clear()
