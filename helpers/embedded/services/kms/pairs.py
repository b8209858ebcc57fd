"""Key pairs: what KMS does with the private half, anybody can check with the public one.

EC keys and ECDSA signatures repeat with the lab's seed. RSA keys do not: `cryptography` makes
their primes from the system's randomness and takes no seed. Sizes and verdicts repeat all the
same; the bytes of an RSA key, and what is encrypted or signed with it, differ from run to run.
"""

from __future__ import annotations

from random import Random
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from helpers.embedded.services.kms.specs import CURVES, hash_of

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def make_private_key(spec: str, random: Random) -> PrivateKey:
    """A new private key of an RSA or ECC spec."""
    if spec.startswith("RSA"):
        return rsa.generate_private_key(65537, int(spec.removeprefix("RSA_")))
    curve = CURVES[spec].curve
    # Any number below the order of the curve will do; this one is in its lower half.
    return ec.derive_private_key(random.getrandbits(curve.key_size - 1) or 1, curve)


def public_bytes(private: PrivateKey) -> bytes:
    """The public key as GetPublicKey gives it: DER, SubjectPublicKeyInfo (RFC 5280)."""
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


# RSAES-OAEP


def longest_plaintext(key: rsa.RSAPrivateKey, algorithm: str) -> int:
    """Bytes that the key can encrypt at most (RFC 8017, 7.1.1)."""
    return key.key_size // 8 - 2 * hash_of(algorithm).digest_size - 2


def encrypt(key: rsa.RSAPrivateKey, algorithm: str, plaintext: bytes) -> bytes:
    return key.public_key().encrypt(plaintext, _oaep(algorithm))


def decrypt(key: rsa.RSAPrivateKey, algorithm: str, ciphertext: bytes) -> bytes:
    """The plaintext.

    Raises:
        ValueError: the ciphertext is none of this key and algorithm.
    """
    return key.decrypt(ciphertext, _oaep(algorithm))


def _oaep(algorithm: str) -> padding.OAEP:
    return padding.OAEP(padding.MGF1(hash_of(algorithm)), hash_of(algorithm), None)


# Signatures


def sign(key: PrivateKey, algorithm: str, message: bytes, is_digest: bool) -> bytes:
    """The signature of a message, or of a message whose digest is given."""
    hashing = _hashing(algorithm, is_digest)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, _signature_padding(algorithm), hashing)
    return key.sign(message, ec.ECDSA(hashing, deterministic_signing=True))


def is_signed(
    key: PrivateKey, algorithm: str, message: bytes, is_digest: bool, signature: bytes
) -> bool:
    """Whether the key made this signature of the message."""
    hashing = _hashing(algorithm, is_digest)
    try:
        if isinstance(key, rsa.RSAPrivateKey):
            padded = _signature_padding(algorithm)
            key.public_key().verify(signature, message, padded, hashing)
        else:
            key.public_key().verify(signature, message, ec.ECDSA(hashing))
    except InvalidSignature:
        return False
    return True


def _hashing(algorithm: str, is_digest: bool) -> Any:
    return Prehashed(hash_of(algorithm)) if is_digest else hash_of(algorithm)


def _signature_padding(algorithm: str) -> Any:
    """The salt of PSS is as long as the digest (KMS: RSASSA-PSS)."""
    if "PKCS1" in algorithm:
        return padding.PKCS1v15()
    return padding.PSS(padding.MGF1(hash_of(algorithm)), padding.PSS.DIGEST_LENGTH)
