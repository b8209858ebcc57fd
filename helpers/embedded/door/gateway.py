"""The account's front door: every API request of every caller comes through here.

Most operations are answered at once by moto. A few wait in lab time (a long poll, a
synchronous invocation); the parts of the account register those with `waits`.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from helpers.embedded.door.access.gate import Gate
from helpers.embedded.moto_seams.services import MotoServices, NotInEmbeddedAccount, service_at
from helpers.embedded.time.simulation import Steps
from helpers.embedded.wire import ApiRequest, ApiResponse

Waiting = Callable[[ApiRequest], Steps[ApiResponse | None]]
"""Waits as long as the operation does. What it returns is the answer; None: moto answers."""


class Gateway:
    """Finds the service and operation of a request, lets it wait, and has it answered."""

    def __init__(self, services: MotoServices, gate: Gate) -> None:
        self._services = services
        self._gate = gate
        self._waiting: dict[str, dict[str, Waiting]] = {}
        self._before: dict[str, Callable[[], None]] = {}

    def waits(self, service: str, operation: str, steps: Waiting) -> None:
        """Run `steps` in lab time before (or instead of) moto's answer to `operation`."""
        self._waiting.setdefault(service, {})[operation] = steps

    def before(self, service: str, refresh: Callable[[], None]) -> None:
        """Call `refresh` before moto answers anything of `service`, to bring its state up to date.

        What nobody asks for is then never computed.
        """
        self._before[service] = refresh

    def waiting_steps(self, request: ApiRequest) -> Waiting | None:
        """The steps registered for the request's operation, if it is one that can wait."""
        service = service_at(request.host)
        if service is None:
            return None
        self._services.load(service)
        operations = self._waiting.get(service)
        if operations is None:
            return None
        operation = request.target or _rest_operation(request)
        return operations.get(operation) if operation else None

    def answer(self, request: ApiRequest) -> ApiResponse:
        """What the account answers at this moment.

        Raises:
            NotInEmbeddedAccount: nobody in the embedded account knows this service.
        """
        service = service_at(request.host)
        if service is None:
            raise NotInEmbeddedAccount(
                f"The embedded account does not have {urlsplit(request.url).netloc}, and nothing "
                "leaves this machine. For a real account, restart the kernel and open no lab."
            )
        self._services.load(service)
        if refresh := self._before.get(service):
            refresh()
        return self._gate.answer(request, service, lambda: self._services.answer(request, service))

    def call(self, request: ApiRequest) -> Steps[ApiResponse]:
        """Answer a request in lab time, waiting where its operation waits."""
        if steps := self.waiting_steps(request):
            service = service_at(request.host)
            if service and (refusal := self._gate.refusal(request, service)):
                return refusal
            answer = yield from steps(request)
            if answer is not None:
                return answer
        return self.answer(request)


def _rest_operation(request: ApiRequest) -> str | None:
    """Lambda names its operations by path; only invocations wait."""
    if request.method == "POST" and request.path.rstrip("/").endswith("/invocations"):
        return "Invoke"
    return None
