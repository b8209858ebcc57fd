"""Encryption at rest: a body is sealed before a queue keeps it, and opened for a receiver.

Envelope encryption: AES-256 in GCM under a data key; the data key itself is kept only as KMS has
sealed it, beside the messages that it protects. So a message can be opened wherever it is moved
to, by whoever may use the KMS key under which it was sent. Only bodies are sealed (SDG
sqs-server-side-encryption).
"""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from helpers.embedded.time.clock import SECOND

_NONCE_BYTES = 12
_KEPT = 64
"""Opened data keys that a queue remembers before it forgets those whose time is over."""


class Envelope:
    """A data key as it is kept at rest. Equal only to itself, so it is quick to look up."""

    __slots__ = ("key_arn", "queue_arn", "sealed")

    def __init__(self, key_arn: str, queue_arn: str, sealed: bytes) -> None:
        self.key_arn = key_arn
        """The KMS key that opens it."""
        self.queue_arn = queue_arn
        """The queue to which it was sent: the encryption context, aws:sqs:arn."""
        self.sealed = sealed


class Sealed(NamedTuple):
    """A body at rest."""

    envelope: Envelope | None
    """None: the data key is SQS's own (SSE-SQS)."""
    nonce_and_text: bytes


class DataKey:
    """A data key in the open, for as long as it may be reused.

    Args:
        since: microseconds of lab time since the account was opened.
    """

    __slots__ = ("_aes", "_used", "envelope", "since")

    def __init__(self, secret: bytes, envelope: Envelope | None, since: int = 0) -> None:
        self._aes = AESGCM(secret)
        self._used = 0
        self.envelope = envelope
        self.since = since

    def seal(self, body: str) -> Sealed:
        """All that one data key seals is sealed here, so a count is a nonce that never repeats
        (NIST SP 800-38D, 8.2.1)."""
        self._used += 1
        nonce = self._used.to_bytes(_NONCE_BYTES)
        return Sealed(self.envelope, nonce + self._aes.encrypt(nonce, body.encode(), None))

    def open(self, nonce_and_text: bytes) -> str:
        nonce, text = nonce_and_text[:_NONCE_BYTES], nonce_and_text[_NONCE_BYTES:]
        return self._aes.decrypt(nonce, text, None).decode()


class KeyUse(Protocol):
    """KMS as SQS uses it: in the name of whoever calls SQS."""

    sqs_owned_key: DataKey
    """The key of SSE-SQS, which belongs to SQS and costs nobody a permission."""

    def caller(self) -> Any:
        """Who calls now."""

    def acting_as(self, caller: Any) -> AbstractContextManager[None]:
        """What happens inside is done for a caller of before."""

    def requester(self) -> Hashable:
        """Who calls now, as far as SQS tells callers apart."""

    def generate_data_key(self, key: str, queue_arn: str) -> Envelope:
        """A new data key.

        Raises:
            SQSException: the key cannot be used, or not by the caller.
        """

    def decrypt(self, envelope: Envelope, queue_arn: str) -> bytes:
        """The data key of an envelope that is in this queue.

        Raises:
            SQSException: as above.
        """


class Encrypted(Protocol):
    """What a cipher reads of its queue."""

    queue_arn: str
    kms_master_key_id: str | None
    kms_data_key_reuse_period_seconds: int
    sqs_managed_sse_enabled: bool

    @property
    def now(self) -> int: ...


class QueueCipher:
    """What one queue does to bodies.

    A data key is reused for KmsDataKeyReusePeriodSeconds, apart for each caller and apart for
    sending and receiving. Within that time KMS is not asked, so a key that is disabled or a
    permission that is taken away shows its effect afterwards (SDG sqs-key-management).
    """

    def __init__(self, queue: Encrypted, keys: KeyUse) -> None:
        self._queue = queue
        self._keys = keys
        self._sending: dict[tuple[Hashable, str], DataKey] = {}
        self._opened: dict[tuple[Hashable, Envelope], DataKey] = {}
        self._most_opened = _KEPT

    def prepare(self) -> None:
        """Refuse a caller who may not send, before anything is sent.

        Raises:
            SQSException: KMS.DisabledException, KMS.AccessDeniedException and the like.
        """
        if key := self._queue.kms_master_key_id:
            self._data_key(key)

    def seal(self, body: str) -> str | Sealed:
        """The body as it is kept."""
        if key := self._queue.kms_master_key_id:
            return self._data_key(key).seal(body)
        return self._keys.sqs_owned_key.seal(body) if self._queue.sqs_managed_sse_enabled else body

    def unlock(self, kept: str | Sealed) -> None:
        """Refuse a caller who may not open this body.

        Raises:
            SQSException: as `prepare`.
        """
        if not isinstance(kept, str) and kept.envelope is not None:
            self._open_envelope(kept.envelope)

    def open(self, kept: str | Sealed) -> str:
        """The body that was sealed, here or in the queue that it was moved from."""
        if isinstance(kept, str):
            return kept
        key = (
            self._keys.sqs_owned_key
            if kept.envelope is None
            else self._open_envelope(kept.envelope)
        )
        return key.open(kept.nonce_and_text)

    def _data_key(self, key: str) -> DataKey:
        """KMS makes a new one and, to verify it, is asked to open it before it is used."""
        caller = self._keys.requester()
        known = self._sending.get((caller, key))
        if known is None or self._is_over(known):
            envelope = self._keys.generate_data_key(key, self._queue.queue_arn)
            secret = self._keys.decrypt(envelope, self._queue.queue_arn)
            known = self._sending[caller, key] = DataKey(secret, envelope, self._queue.now)
        return known

    def _open_envelope(self, envelope: Envelope) -> DataKey:
        place = (self._keys.requester(), envelope)
        known = self._opened.get(place)
        if known is None or self._is_over(known):
            secret = self._keys.decrypt(envelope, self._queue.queue_arn)
            known = self._opened[place] = DataKey(secret, envelope, self._queue.now)
            self._forget_what_is_over()
        return known

    def _forget_what_is_over(self) -> None:
        """Now and then: a look at all costs no more than what was remembered since the last."""
        if len(self._opened) > self._most_opened:
            opened = self._opened.items()
            self._opened = {place: key for place, key in opened if not self._is_over(key)}
            self._most_opened = max(_KEPT, 2 * len(self._opened))

    def _is_over(self, key: DataKey) -> bool:
        period = self._queue.kms_data_key_reuse_period_seconds * SECOND
        return self._queue.now >= key.since + period
