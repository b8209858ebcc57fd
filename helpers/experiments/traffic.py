"""What a client sends to AWS and gets back, by its size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple


class Exchange(NamedTuple):
    """One request and its answer."""

    operation: str
    """Such as "GenerateDataKey"."""
    sent: int
    """Bytes of the request's body."""
    received: int
    """Bytes of the answer's body."""


@contextmanager
def watch_client(client: Any) -> Iterator[list[Exchange]]:
    """Notes what the client exchanges with AWS inside the `with` block, in order.

    Args:
        client: a boto3 client; only its own requests are noted, refused ones too.
    """
    exchanges: list[Exchange] = []
    sent: list[int] = []

    def note_request(params: dict[str, Any], **more: Any) -> None:
        sent.append(len(params["body"] or b""))

    def note_answer(http_response: Any, model: Any, **more: Any) -> None:
        exchanges.append(Exchange(model.name, sent.pop(), len(http_response.content)))

    events = client.meta.events
    events.register("before-call", note_request)
    events.register("after-call", note_answer)
    try:
        yield exchanges
    finally:
        events.unregister("before-call", note_request)
        events.unregister("after-call", note_answer)
