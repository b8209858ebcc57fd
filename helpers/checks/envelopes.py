"""An envelope that a learner has made: encrypted data beside its encrypted data key."""

from __future__ import annotations

from typing import Any

_PARTS = ("key", "nonce", "text")
_DATA_KEY_BYTES = (16, 24, 32)
"""The sizes of an AES key; no encrypted data key is as short."""


def find_trouble(text: bytes, envelope: Any) -> str:
    """What is wrong with an envelope before anybody opens it; "" if nothing is.

    Args:
        text: what it should hold.
        envelope: a dictionary of bytes: key (the encrypted data key), nonce, text (encrypted).
    """
    if not isinstance(envelope, dict):
        kind = type(envelope).__name__
        return f"`envelope` must be a dictionary with {', '.join(_PARTS)}; this is of type {kind}."
    for part in _PARTS:
        if part not in envelope:
            return f"the envelope has no `{part}`. It has: {', '.join(map(str, envelope)) or '-'}."
        if not isinstance(envelope[part], bytes):
            return f"`{part}` must be bytes; this is of type {type(envelope[part]).__name__}."
    if len(envelope["key"]) in _DATA_KEY_BYTES:
        return (
            f"`key` has {len(envelope['key'])} bytes: it is the data key in plaintext. Whoever "
            "finds the envelope can decrypt it. Keep the encrypted data key."
        )
    if text in envelope["text"]:
        return "`text` is not encrypted."
    return ""


def find_mismatch(text: bytes, envelope: dict[str, bytes], data_key: bytes) -> str:
    """What is wrong when the envelope is opened with this data key; "" if it holds the text."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        opened = AESGCM(data_key).decrypt(envelope["nonce"], envelope["text"], None)
    except (InvalidTag, ValueError):
        return "the data key in `key` does not decrypt `text` with this nonce."
    return "" if opened == text else f"it holds another text, of {len(opened):,} bytes."
