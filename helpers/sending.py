"""Where every request of botocore leaves this process: one method, and who stands before it.

Two may stand there. A guard looks at each request and may refuse it (`helpers.aws.door`); an
account in this process may answer it instead of the network (`helpers.embedded`). The guard is
asked first. Neither knows the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session

Guard = Callable[[AWSPreparedRequest], None]
"""Raises where a request may not leave."""

Answerer = Callable[[AWSPreparedRequest], AWSResponse | None]
"""Answers a request; None lets it go out to the network."""

_send_over_network = URLLib3Session.send
_guard: Guard | None = None
_answerer: Answerer | None = None
_is_enclosed = False
_inside: ContextVar[bool] = ContextVar("inside", default=False)


def guard_by(guard: Guard | None) -> None:
    """Ask `guard` before each request, from now on; None: nobody."""
    global _guard
    _guard = guard
    _stand()


def answer_by(answerer: Answerer | None, *, enclosed: bool = False) -> None:
    """Let `answerer` answer, from now on; None: the network does.

    Args:
        enclosed: nothing leaves this process but through `answerer`, so that no guard is asked.
    """
    global _answerer, _is_enclosed
    _answerer, _is_enclosed = answerer, enclosed
    _stand()


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


def _send(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
    if _guard and is_guarded():
        _guard(request)
    if _answerer:
        with inside():
            answer = _answerer(request)
        if answer is not None:
            return answer
    return _send_over_network(session, request)
