"""Receipt handles: opaque to the receiver, enough for the queue to find the message at once.

A handle names one receive of one message: the message's serial number in its queue and the
number of that receive, scrambled and signed with a secret of the queue. So a handle that this
queue never gave is recognised without a table of all those it gave.
"""

from __future__ import annotations

import struct
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from hashlib import blake2b
from typing import NamedTuple

_PREFIX = "AQEB"
_CLAIM = struct.Struct(">QL")
_SIGNATURE_BYTES = 36
_HANDLE_LENGTH = len(_PREFIX) + (_CLAIM.size + _SIGNATURE_BYTES) * 4 // 3


class Receive(NamedTuple):
    """One receive of one message."""

    serial: int
    """The message's number in its queue."""
    number: int
    """How many times the message had been received by then, this time included."""


class Receipts:
    """The receipt handles of one queue."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def handle(self, receive: Receive) -> str:
        claim = _CLAIM.pack(*receive)
        signature = self._sign(claim)
        return _PREFIX + b64encode(signature + _scrambled(claim, signature)).decode()

    def parse(self, handle: str) -> Receive | None:
        """The receive that the handle was given for; None: this queue never gave it."""
        if len(handle) != _HANDLE_LENGTH or not handle.startswith(_PREFIX):
            return None
        try:
            signed = b64decode(handle[len(_PREFIX) :], validate=True)
        except (NotBase64, ValueError):
            return None
        signature = signed[:_SIGNATURE_BYTES]
        claim = _scrambled(signed[_SIGNATURE_BYTES:], signature)
        return Receive(*_CLAIM.unpack(claim)) if self._sign(claim) == signature else None

    def _sign(self, claim: bytes) -> bytes:
        return blake2b(claim, digest_size=_SIGNATURE_BYTES, key=self._secret).digest()


def _scrambled(claim: bytes, signature: bytes) -> bytes:
    """`claim` hidden under its signature; applied twice, it is readable again."""
    mask = int.from_bytes(signature[: len(claim)])
    return (int.from_bytes(claim) ^ mask).to_bytes(len(claim))
