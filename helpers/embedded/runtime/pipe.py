"""The pipe between the account and an environment: messages as plain tuples, marshalled.

Nothing refers to one of our classes by its module, as a pickle would, so a function may bring
modules of any name, even `helpers`, without breaking the conversation.
"""

from __future__ import annotations

import marshal
from multiprocessing.connection import Connection
from typing import Any

from helpers.embedded.runtime import messages
from helpers.embedded.wire import ApiRequest, ApiResponse

_KINDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        *(messages.Settings, messages.Invoke, messages.Resume),
        *(messages.Printed, messages.Sleep, messages.Call, messages.Ready),
        *(messages.Returned, messages.Failure, messages.OutOfMemory),
        *(ApiRequest, ApiResponse),
    )
}


def send(connection: Connection, message: tuple[Any, ...]) -> None:
    """Raises OSError when the other side is gone."""
    connection.send_bytes(marshal.dumps(_pack(message)))


def receive(connection: Connection) -> Any:
    """Raises EOFError or OSError when the other side is gone."""
    return _unpack(marshal.loads(connection.recv_bytes()))


def _pack(value: Any) -> Any:
    name = type(value).__name__
    return (name, *map(_pack, value)) if name in _KINDS else value


def _unpack(value: Any) -> Any:
    if isinstance(value, tuple) and value and value[0] in _KINDS:
        return _KINDS[value[0]](*map(_unpack, value[1:]))
    return value
