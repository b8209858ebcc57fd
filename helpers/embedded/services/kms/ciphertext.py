"""What KMS gives back when it encrypts: sealed bytes that know which key opens them.

AES-256 in GCM, as KMS does it; the layout of the bytes is our own, since AWS does not tell its.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
MATERIAL_ID_BYTES = 32

_KEY_ID = re.compile(rb"mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Context = Mapping[str, str]
"""An encryption context: not secret, and needed again to decrypt."""


class Material(NamedTuple):
    """One generation of a symmetric key's secret; rotation adds another one."""

    id: bytes
    """What KMS shows of it as KeyMaterialId, in hexadecimal digits."""
    secret: bytes


class Ciphertext(NamedTuple):
    """A CiphertextBlob, taken apart."""

    key_id: str
    material_id: bytes
    nonce: bytes
    sealed: bytes

    def open(self, material: Material, context: Context) -> bytes:
        """The plaintext.

        Raises:
            InvalidTag: it was sealed with another secret or context, or has been altered.
        """
        associated = _associated(self.key_id, context)
        return AESGCM(material.secret).decrypt(self.nonce, self.sealed, associated)


def seal(
    key_id: str, material: Material, plaintext: bytes, context: Context, nonce: bytes
) -> bytes:
    """The CiphertextBlob of `plaintext`."""
    sealed = AESGCM(material.secret).encrypt(nonce, plaintext, _associated(key_id, context))
    return key_id.encode() + material.id + nonce + sealed


def parse(blob: bytes) -> Ciphertext | None:
    """A CiphertextBlob taken apart; None: a symmetric key never gave it."""
    found = _KEY_ID.match(blob)
    if found is None:
        return None
    material_at, nonce_at = found.end(), found.end() + MATERIAL_ID_BYTES
    sealed_at = nonce_at + NONCE_BYTES
    material_id, nonce = blob[material_at:nonce_at], blob[nonce_at:sealed_at]
    return Ciphertext(found[0].decode(), material_id, nonce, blob[sealed_at:])


def _associated(key_id: str, context: Context) -> bytes:
    """What is authenticated beside the plaintext: the context, in an order of its own."""
    return json.dumps([key_id, sorted(context.items())]).encode()


__all__ = ["Ciphertext", "Context", "InvalidTag", "Material", "parse", "seal"]
