"""What each kind of key is made of and may be used for.

https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
"""

from __future__ import annotations

from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ENCRYPT, SIGN, MAC = "ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC"
SYMMETRIC = "SYMMETRIC_DEFAULT"
"""The name of a key spec and of its only algorithm."""

KEY_SPECS = (
    "RSA_2048",
    "ECC_NIST_P384",
    "ECC_NIST_P256",
    "ECC_NIST_P521",
    "HMAC_384",
    "RSA_3072",
    "ECC_SECG_P256K1",
    "RSA_4096",
    SYMMETRIC,
    "HMAC_256",
    "HMAC_224",
    "HMAC_512",
)
"""In the order in which AWS lists them (recorded: test_hmac_create_key_invalid_operations).

The real service has more: ML-DSA, ML-KEM, Ed25519 and, in China, SM2.
"""

KEY_USAGES = (ENCRYPT, SIGN, MAC)

_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "1": hashes.SHA1,
    "224": hashes.SHA224,
    "256": hashes.SHA256,
    "384": hashes.SHA384,
    "512": hashes.SHA512,
}


class Curve(NamedTuple):
    """An elliptic curve and the one algorithm that KMS signs with on it."""

    curve: ec.EllipticCurve
    algorithm: str


CURVES = {
    "ECC_NIST_P256": Curve(ec.SECP256R1(), "ECDSA_SHA_256"),
    "ECC_SECG_P256K1": Curve(ec.SECP256K1(), "ECDSA_SHA_256"),
    "ECC_NIST_P384": Curve(ec.SECP384R1(), "ECDSA_SHA_384"),
    "ECC_NIST_P521": Curve(ec.SECP521R1(), "ECDSA_SHA_512"),
}

RSA_ENCRYPTION = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")
RSA_SIGNING = tuple(
    f"RSASSA_{scheme}_SHA_{bits}" for scheme in ("PKCS1_V1_5", "PSS") for bits in (256, 384, 512)
)
MAC_ALGORITHMS = ("HMAC_SHA_384", "HMAC_SHA_256", "HMAC_SHA_224", "HMAC_SHA_512")
"""In the order in which AWS lists them (recorded: test_invalid_generate_mac)."""

ENCRYPTION_ALGORITHMS = (SYMMETRIC, *RSA_ENCRYPTION)
SIGNING_ALGORITHMS = (*RSA_SIGNING, "ECDSA_SHA_256", "ECDSA_SHA_384", "ECDSA_SHA_512")


def usages_of(spec: str) -> tuple[str, ...]:
    """The usages that a key of this spec can be created with."""
    if spec == SYMMETRIC:
        return (ENCRYPT,)
    if spec.startswith("RSA"):
        return (ENCRYPT, SIGN)
    return (SIGN,) if spec.startswith("ECC") else (MAC,)


def algorithms_of(spec: str, usage: str) -> tuple[str, ...]:
    """The algorithms that a key of this spec and usage is used with."""
    if spec == SYMMETRIC:
        return (SYMMETRIC,)
    if spec.startswith("RSA"):
        return RSA_ENCRYPTION if usage == ENCRYPT else RSA_SIGNING
    if spec.startswith("ECC"):
        return (CURVES[spec].algorithm,)
    return (f"HMAC_SHA_{spec.removeprefix('HMAC_')}",)


def hash_of(algorithm: str) -> hashes.HashAlgorithm:
    """The hash function at the end of an algorithm's name."""
    return _HASHES[algorithm.rpartition("_")[2]]()
