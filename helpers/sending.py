"""Where every request of botocore leaves this process: one method, and who stands before it.

Two may stand there. A guard looks at each request and may refuse it (`helpers.aws.door`); an
account in this process may answer it instead of the network (`helpers.embedded`). The guard is
asked first. Neither knows the other.

Where only an account stands there, it may take a request before botocore makes one of HTTP of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.endpoint import Endpoint
from botocore.httpsession import URLLib3Session

Guard = Callable[[AWSPreparedRequest], None]
"""Raises where a request may not leave."""

Answerer = Callable[[AWSPreparedRequest], AWSResponse | None]
"""Answers a request; None lets it go out to the network."""

Shortcut = Callable[[Endpoint, Any, dict[str, Any]], tuple[AWSResponse, dict[str, Any]] | None]
"""Answers in the place of `Endpoint.make_request`; None: the request is to be made."""


class Way(NamedTuple):
    """Who answers. It is exchanged as one, so that no half of it outlives the other."""

    answerer: Answerer | None = None
    """None: the network."""
    shortcut: Shortcut | None = None
    """Is asked before, while nobody guards the way and nobody else stands in it."""
    is_enclosed: bool = False
    """Whether nothing leaves this process but through `answerer`, so that no guard is asked."""


OUT = Way()
"""The way of a process in which nobody answers."""

_send_over_network = URLLib3Session.send
_make_request = Endpoint.make_request
_guard: Guard | None = None
_way = OUT
_inside: ContextVar[bool] = ContextVar("inside", default=False)


def guard_by(guard: Guard | None) -> None:
    """Ask `guard` before each request, from now on; None: nobody."""
    global _guard
    _guard = guard
    _stand()


def answer_by(way: Way) -> Way:
    """Let requests go that way from now on; the way they went before, for whoever restores it."""
    global _way
    before, _way = _way, way
    _stand()
    return before


def is_guarded() -> bool:
    """Whether what is asked here and now may leave the process.

    Not so where an account in this process answers: what it asks itself on the way stays inside.
    """
    return not _way.is_enclosed and not _inside.get()


@contextmanager
def inside() -> Iterator[None]:
    """What is asked in this block, an account in this process asks itself."""
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)


def _stand() -> None:
    """Put into botocore what the guard and the way ask for. Nothing else ever puts it there."""
    URLLib3Session.send = _send if _guard or _way.answerer else _send_over_network
    Endpoint.make_request = _make if _way.shortcut and not _guard else _make_request


def _make(endpoint: Endpoint, operation: Any, wanted: dict[str, Any]) -> Any:
    session, shortcut = endpoint.http_session, _way.shortcut
    plain = type(session) is URLLib3Session and getattr(session.send, "__func__", None) is _send
    if plain and shortcut and (answered := shortcut(endpoint, operation, wanted)) is not None:
        return answered
    return _make_request(endpoint, operation, wanted)


def _send(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
    if _guard and is_guarded():
        _guard(request)
    if answerer := _way.answerer:
        with inside():
            answer = answerer(request)
        if answer is not None:
            return answer
    return _send_over_network(session, request)
