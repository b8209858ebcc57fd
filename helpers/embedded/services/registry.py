"""The services of one account, each made when it is asked for first."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from helpers.embedded.moto_seams.services import motos_own
from helpers.embedded.service import Service
from helpers.embedded.services.parts import Parts

_FOLDERS = {"awslambda": "lambda_"}
"""Where a service's folder has not moto's name of it."""

_BEFORE = {"kinesis": "cloudwatch"}
"""What moto's own services call: moto's Kinesis publishes metrics."""

if TYPE_CHECKING:
    from helpers.embedded.services.lambda_.service import LambdaService
    from helpers.embedded.services.sqs.service import SqsService


class _Made(dict[str, Service]):
    """Each is looked up by every request, and made once."""

    def __init__(self, make: Callable[[str], Service]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> Service:
        made = self[name] = self._make(name)
        return made


class Services:
    """Makes and keeps them.

    A folder of ours with a `service.py` says by its `connect` what its service is; any other
    service is moto's own.

    Args:
        imported: called when moto has imported something more.
    """

    def __init__(self, imported: Callable[[], None]) -> None:
        self.parts: Parts
        """Set once, by the account."""
        self._imported = imported
        self._made = _Made(self._make)
        self.load: Callable[[str], Service] = self._made.__getitem__
        """The service that moto calls by that name."""

    @property
    def queues(self) -> SqsService | None:
        """SQS, if anybody has asked for it."""
        return cast("SqsService | None", self._made.get("sqs"))

    @property
    def functions(self) -> LambdaService | None:
        """Lambda, if anybody has asked for it."""
        return cast("LambdaService | None", self._made.get("awslambda"))

    def close(self) -> None:
        """Close all, the newest first: it may need those that it asked for."""
        for service in reversed(self._made.values()):
            service.close()

    def _make(self, name: str) -> Service:
        if before := _BEFORE.get(name):
            self.load(before)
        home = f"{__package__}.{_FOLDERS.get(name, name)}"
        if find_spec(home) is None or find_spec(f"{home}.service") is None:
            made = motos_own(name)
            self._imported()
            return made
        module = import_module(f"{home}.service")
        self._imported()
        service: Service = module.connect(self.parts)
        return service
