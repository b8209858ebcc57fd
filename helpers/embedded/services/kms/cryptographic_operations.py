"""The cryptographic operations of KMS, once it is clear which key is asked."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from helpers.embedded.services.kms import ciphertext, pairs, specs
from helpers.embedded.services.kms.ciphertext import Ciphertext, Context
from helpers.embedded.services.kms.errors import (
    KmsException,
    bad_length,
    incorrect_key,
    invalid_ciphertext,
    invalid_request,
    not_one_of,
    wrong_algorithm,
    wrong_usage,
)
from helpers.embedded.services.kms.key import Key

LONGEST = 4096
"""Bytes that Encrypt takes at most, and Sign and GenerateMac as a message."""


class DataKey(NamedTuple):
    """A data key in the open, and the same sealed."""

    plaintext: bytes
    sealed: bytes


def encrypt(key: Key, algorithm: str, plaintext: bytes, context: Context) -> bytes:
    """The CiphertextBlob of up to 4096 bytes; with RSA, of as many as the key can hold
    (recorded: test_encrypt_validate_plaintext_size_per_key_type)."""
    _check(key, specs.ENCRYPT, "Encrypt", algorithm, specs.ENCRYPTION_ALGORITHMS)
    check_length(plaintext, "plaintext")
    if key.is_symmetric:
        return key.seal(plaintext, context)
    private = _rsa(key)
    _refuse_context(context)
    longest = pairs.longest_plaintext(private, algorithm)
    if len(plaintext) > longest:
        raise invalid_request(
            f"Algorithm {algorithm} and key spec {key.key_spec} cannot encrypt data larger than "
            f"{longest} bytes."
        )
    return pairs.encrypt(private, algorithm, plaintext)


def parse_blob(blob: bytes, key: Key | None) -> Ciphertext:
    """The blob of a symmetric key, taken apart.

    Args:
        key: the one that the request names, if it names one (recorded:
            test_error_messaging_for_invalid_keys).
    """
    if key is not None and key.key_usage != specs.ENCRYPT:
        raise incorrect_key()
    if key is not None and not key.is_symmetric:
        raise wrong_algorithm(specs.SYMMETRIC, key.key_spec)
    sealed = ciphertext.parse(blob)
    if sealed is None:
        raise invalid_ciphertext()
    if key is not None and sealed.key_id != key.id:
        raise incorrect_key()
    return sealed


def decrypt_with_pair(key: Key, algorithm: str, blob: bytes, context: Context) -> bytes:
    """The plaintext of what anybody encrypted with the public key."""
    if key.key_usage != specs.ENCRYPT:
        raise incorrect_key()
    _check(key, specs.ENCRYPT, "Decrypt", algorithm, specs.ENCRYPTION_ALGORITHMS)
    _refuse_context(context)
    try:
        return pairs.decrypt(_rsa(key), algorithm, blob)
    except ValueError:
        raise invalid_ciphertext() from None


def generate_data_key(
    key: Key, context: Context, length: int, operation: str = "GenerateDataKey"
) -> DataKey:
    """`length` new random bytes, in the open and sealed by the key."""
    check_symmetric(key, operation)
    plaintext = key.random_bytes(length)
    return DataKey(plaintext, key.seal(plaintext, context))


def sign(key: Key, algorithm: str, message: bytes, is_digest: bool) -> bytes:
    private = _signing_key(key, "Sign", algorithm, message, is_digest)
    return pairs.sign(private, algorithm, message, is_digest)


def verify(key: Key, algorithm: str, message: bytes, is_digest: bool, signature: bytes) -> None:
    """Refuse a signature that the key did not make (recorded: test_sign_verify)."""
    private = _signing_key(key, "Verify", algorithm, message, is_digest)
    if not pairs.is_signed(private, algorithm, message, is_digest, signature):
        raise KmsException("KMSInvalidSignatureException")


def generate_mac(key: Key, algorithm: str, message: bytes, operation: str = "GenerateMac") -> bytes:
    """Recorded: test_invalid_generate_mac."""
    _check(key, specs.MAC, operation, algorithm, specs.MAC_ALGORITHMS, "macAlgorithm")
    check_length(message, "message")
    return hmac.digest(key.mac_secret, message, specs.hash_of(algorithm).name)


def verify_mac(key: Key, algorithm: str, message: bytes, mac: bytes) -> None:
    """Refuse a MAC that the key did not make (recorded: test_invalid_verify_mac)."""
    if not hmac.compare_digest(mac, generate_mac(key, algorithm, message, "VerifyMac")):
        raise KmsException("KMSInvalidMacException")


def check_symmetric(key: Key, operation: str) -> None:
    """Refuse a key that cannot make data keys."""
    if key.key_usage != specs.ENCRYPT:
        raise wrong_usage(key.arn, key.key_usage, operation)
    if not key.is_symmetric:
        raise wrong_algorithm(specs.SYMMETRIC, key.key_spec)


def check_length(data: bytes, name: str) -> None:
    if not 1 <= len(data) <= LONGEST:
        raise bad_length(len(data), name, LONGEST)


def _signing_key(
    key: Key, operation: str, algorithm: str, message: bytes, is_digest: bool
) -> pairs.PrivateKey:
    known = specs.SIGNING_ALGORITHMS
    _check(key, specs.SIGN, operation, algorithm, known, "signingAlgorithm")
    check_length(message, "message")
    if is_digest and len(message) != specs.hash_of(algorithm).digest_size:
        raise invalid_request(f"Digest is invalid length for algorithm {algorithm}.")
    assert key.private_key is not None
    return key.private_key


def _check(
    key: Key,
    usage: str,
    operation: str,
    algorithm: str,
    known: Collection[str],
    parameter: str = "encryptionAlgorithm",
) -> None:
    """Refuse an algorithm that nobody knows, and a key that is not for this."""
    if algorithm not in known:
        raise not_one_of(algorithm, parameter, known)
    if key.key_usage != usage:
        raise wrong_usage(key.arn, key.key_usage, operation)
    if algorithm not in specs.algorithms_of(key.key_spec, usage):
        raise wrong_algorithm(algorithm, key.key_spec)


def _rsa(key: Key) -> RSAPrivateKey:
    assert isinstance(key.private_key, RSAPrivateKey)
    return key.private_key


def _refuse_context(context: Context) -> None:
    """API Encrypt: an encryption context is only for symmetric keys."""
    if context:
        raise invalid_request("An encryption context cannot be used with an asymmetric KMS key.")
