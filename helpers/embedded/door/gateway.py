"""The account's front door: every API request of every caller comes through here.

It is read once, its caller is authenticated and judged once, and then its service answers. A few
operations take lab time before that: a long poll, a synchronous invocation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from helpers.embedded.door.access.denials import INTERNAL, TOO_DEEP, refuse
from helpers.embedded.door.access.gate import Gate
from helpers.embedded.door.oddities import find_refusal
from helpers.embedded.door.reading import complain_about_region, read_call
from helpers.embedded.moto_seams.services import service_at
from helpers.embedded.service import Call, NotInEmbeddedAccount, Service
from helpers.embedded.time.simulation import Simulation, Steps
from helpers.embedded.wire import ApiRequest, ApiResponse

Answer = TypeVar("Answer")

_NOT_IN_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""Control characters and U+FFFE, U+FFFF (XML 1.0, 2.2)."""

_ON_PURPOSE = (NotImplementedError,)
"""The account says in words what it does not have (NotInEmbeddedAccount)."""


class Gateway:
    """Finds who is asked for what, whether that is allowed, and lets the service answer.

    What a service stumbles over is refused for what is odd about it. If nothing is, it is a fault
    of ours: it is told, and becomes an internal error of that request.

    Args:
        load: a service by moto's name, made when it is asked for first.
    """

    def __init__(self, load: Callable[[str], Service], gate: Gate, simulation: Simulation) -> None:
        self._load = load
        self._gate = gate
        self._simulation = simulation

    def admit(self, request: ApiRequest) -> Call | ApiResponse:
        """The request as a call that may be answered, or the refusal that it deserves.

        Raises:
            NotInEmbeddedAccount: nobody in the embedded account knows this service, this Region,
                this operation or a member of the request.
        """
        name = service_at(request.host)
        if name is None:
            raise NotInEmbeddedAccount(
                f"The embedded account does not have {urlsplit(request.url).netloc}, and nothing "
                "leaves this machine. For a real account, restart the kernel and open no lab."
            )

        if request.scope and (complaint := complain_about_region(request.scope[1])):
            raise NotInEmbeddedAccount(complaint)

        def read() -> Call | ApiResponse:
            service = self._load(name)
            service.settle()
            call = read_call(request, name)
            if refusal := self._gate.refusal(call):
                return refusal
            if (members := service.members) is not None and members.looks[call.operation]:
                members.check(call)
            return call

        return self._kept(read, request, name)

    def takes_time(self, call: Call) -> bool:
        """Whether the operation is one that can wait."""
        service = self._load(call.service)
        return call.operation in service.waits and service.takes_time(call)

    def answer(self, call: Call) -> ApiResponse:
        """What the service answers at this moment."""

        def answer() -> ApiResponse:
            with self._gate.passed_by(call):
                return self._load(call.service).answer(call)

        return _readable(self._kept(answer, call.request, call.service, call))

    def answer_in_time(self, call: Call) -> Steps[ApiResponse]:
        """What the service answers once the operation has taken its time."""
        service = self._load(call.service)
        if steps := service.waits.get(call.operation or ""):
            answer = yield from self._simulation.keep(
                steps(call),
                _name(call.service, call.operation),
                lambda _: refuse(call.request, call.service, INTERNAL),
                _ON_PURPOSE,
            )
            if answer is not None:
                return answer
            service.settle()
        return self.answer(call)

    def answer_at_once(self, request: ApiRequest) -> ApiResponse:
        """The answer to a request of the account's own parts, none of which waits."""
        call = self.admit(request)
        return self.answer(call) if isinstance(call, Call) else call

    def _kept(
        self,
        answer: Callable[[], Answer],
        request: ApiRequest,
        service: str,
        call: Call | None = None,
    ) -> Answer | ApiResponse:
        try:
            return answer()
        except _ON_PURPOSE:
            raise
        except RecursionError:  # moto reads documents of all kinds, and some are too deep
            return refuse(request, service, TOO_DEEP)
        except Exception as fault:
            if call is not None and (refusal := find_refusal(call, fault)):
                return refuse(request, service, refusal)
            self._simulation.faults.tell(fault, _name(service, call.operation if call else None))
            return refuse(request, service, INTERNAL)


def _readable(answer: ApiResponse) -> ApiResponse:
    """XML cannot hold every character that a request may bring."""
    if not answer.body.startswith(b"<"):
        return answer
    return answer._replace(body=_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}".encode(), answer.body))


def _name(service: str, operation: str | None) -> str:
    """A request, as a warning names it."""
    return f"a request to {service} ({operation or 'not read yet'})"
