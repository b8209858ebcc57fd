"""The pipe between the account and an environment: messages as plain tuples, marshalled.

Nothing refers to one of our classes by its module, as a pickle would, so a function may bring
modules of any name, even `helpers`, without breaking the conversation.
"""

from __future__ import annotations

import marshal
import os
import socket
import struct
from typing import Any

from helpers.embedded.services.lambda_.execution import environment_protocol as protocol
from helpers.embedded.wire import ApiRequest, ApiResponse, Signer

_HEADING = struct.Struct("!4sI")
_MARK = b"lab\n"
"""Begins every message: whatever else a handler writes into the pipe is none."""

_CHUNK = 1 << 16
_TRIES = 50 if hasattr(socket, "MSG_DONTWAIT") else 0
"""Looks at the pipe before the account goes to sleep over it: most handlers have answered by then,
and to be woken would take longer."""

_KINDS: list[Any] = [
    *(protocol.Settings, protocol.Invoke, protocol.Resume),
    *(protocol.Call, protocol.Ready, protocol.TimeUp),
    *(protocol.Returned, protocol.Failure, protocol.OutOfMemory, protocol.Waiting),
    *(ApiRequest, ApiResponse, Signer),
]
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}


class BrokenMessage(Exception):
    """What came is no message."""


class Pipe:
    """One end of it.

    Args:
        patience: wall seconds for which `receive` waits; None: for ever.
    """

    def __init__(self, end: socket.SocketType, patience: float | None = None) -> None:
        self._end = end
        self._received = bytearray()
        self._tries = 0
        if patience is not None:
            self._tries = _TRIES
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _as_timeout(patience))

    def send(self, message: tuple[Any, ...]) -> None:
        """Raises OSError when the other side is gone."""
        text = marshal.dumps(_pack(message))
        self._end.sendall(_HEADING.pack(_MARK, len(text)) + text)

    def receive(self) -> Any | None:
        """The next message; None: none came while there was patience.

        Raises EOFError or OSError when the other side is gone, BrokenMessage for ever after
        something came that is no message.
        """
        while (message := self._take()) is None:
            chunk = self._read()
            if chunk is None:
                return None
            if not chunk:
                raise EOFError
            self._received += chunk
        return message

    def _read(self) -> bytes | None:
        for _ in range(self._tries):
            try:
                return self._end.recv(_CHUNK, socket.MSG_DONTWAIT)
            except BlockingIOError:
                continue
        try:
            return self._end.recv(_CHUNK)
        except (BlockingIOError, TimeoutError):
            return None

    def _take(self) -> Any | None:
        """The first message of what was received, once it is whole."""
        received = self._received
        if len(received) < _HEADING.size:
            return None
        mark, length = _HEADING.unpack_from(received)
        if mark != _MARK:
            raise BrokenMessage
        end = _HEADING.size + length
        if len(received) < end:
            return None
        try:
            message = _unpack(marshal.loads(memoryview(received)[_HEADING.size : end]))
        except Exception as error:
            raise BrokenMessage from error
        del self._received[:end]
        return message

    def close(self) -> None:
        self._end.close()


def _as_timeout(seconds: float) -> bytes:
    """SO_RCVTIMEO: a timeval, on Windows milliseconds."""
    if os.name == "nt":
        return struct.pack("L", int(seconds * 1000))
    return struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))


def _pack(message: tuple[Any, ...]) -> tuple[Any, ...]:
    parts = [_pack(part) if type(part) in _NUMBERS else part for part in message]
    return (_NUMBERS[type(message)], *parts)


def _unpack(packed: tuple[Any, ...]) -> Any:
    number, *parts = packed
    return _KINDS[number](*[_unpack(part) if type(part) is tuple else part for part in parts])
