"""The ciphertexts that KMS gives out: which key they are under, and what AES-GCM needs."""

from __future__ import annotations

import struct
from typing import NamedTuple

_MAGIC = b"\x01\x02\x02\x00"
_HEADER = struct.Struct(">4s36sH12s")


class Ciphertext(NamedTuple):
    """One ciphertext of a symmetric key, taken apart."""

    key_id: str
    generation: int
    """Which of the key's materials, counted from 0: rotation adds one."""
    nonce: bytes
    sealed: bytes
    """The encrypted text and its authentication tag."""


def pack(ciphertext: Ciphertext) -> bytes:
    key_id = ciphertext.key_id.removeprefix("mrk-").encode()
    header = _HEADER.pack(_MAGIC, key_id, ciphertext.generation, ciphertext.nonce)
    return header + ciphertext.sealed


def unpack(blob: bytes) -> Ciphertext:
    """Raises ValueError for what is no ciphertext of KMS."""
    if len(blob) <= _HEADER.size or not blob.startswith(_MAGIC):
        raise ValueError("not a KMS ciphertext")
    _, key_id, generation, nonce = _HEADER.unpack_from(blob)
    return Ciphertext(key_id.decode("ascii"), generation, nonce, blob[_HEADER.size :])


def key_id_of(blob: bytes) -> str:
    """The key that a ciphertext is under. Raises ValueError for what is no ciphertext."""
    return unpack(blob).key_id
