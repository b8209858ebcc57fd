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

_send_over_network = URLLib3Session.send
_make_request = Endpoint.make_request
_guard: Guard | None = None
_answerer: Answerer | None = None
_shortcut: Shortcut | None = None
_is_enclosed = False
_inside: ContextVar[bool] = ContextVar("inside", default=False)


def guard_by(guard: Guard | None) -> None:
    """Ask `guard` before each request, from now on; None: nobody."""
    global _guard
    _guard = guard
    _stand()


def answer_by(
    answerer: Answerer | None, shortcut: Shortcut | None = None, *, enclosed: bool = False
) -> None:
    """Let `answerer` answer, from now on; None: the network does.

    Args:
        shortcut: is asked before, while nobody guards the way and nobody else stands in it.
        enclosed: nothing leaves this process but through `answerer`, so that no guard is asked.
    """
    global _answerer, _shortcut, _is_enclosed
    _answerer, _shortcut, _is_enclosed = answerer, shortcut, enclosed
    _stand()


class Way(NamedTuple):
    """Who answers, as `answer_by` is told."""

    answerer: Answerer | None
    shortcut: Shortcut | None
    is_enclosed: bool


def stand(way: Way) -> Way:
    """Let others answer for a while, where somebody answers already; who did before."""
    global _answerer, _shortcut, _is_enclosed
    before = Way(_answerer, _shortcut, _is_enclosed)
    _answerer, _shortcut, _is_enclosed = way
    return before


def is_guarded() -> bool:
    """Whether what is asked here and now may leave the process.

    Not so where an account in this process answers: what it asks itself on the way stays inside.
    """
    return not _is_enclosed and not _inside.get()


@contextmanager
def inside() -> Iterator[None]:
    """What is asked in this block, an account in this process asks itself."""
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)


def _stand() -> None:
    wanted = _send if _guard or _answerer else _send_over_network
    URLLib3Session.send = wanted
    Endpoint.make_request = _make if _shortcut and not _guard else _make_request


def _make(endpoint: Endpoint, operation: Any, wanted: dict[str, Any]) -> Any:
    session = endpoint.http_session
    plain = type(session) is URLLib3Session and getattr(session.send, "__func__", None) is _send
    if plain and _shortcut and (answered := _shortcut(endpoint, operation, wanted)) is not None:
        return answered
    return _make_request(endpoint, operation, wanted)


def _send(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
    if _guard and is_guarded():
        _guard(request)
    if _answerer:
        with inside():
            answer = _answerer(request)
        if answer is not None:
            return answer
    return _send_over_network(session, request)
