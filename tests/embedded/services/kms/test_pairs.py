"""Asymmetric and HMAC keys: what KMS does, anybody checks outside with the public key."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    load_der_public_key,
)

from tests.embedded.services.kms.conftest import CONTEXT, create_key, error
from tests.embedded.services.sqs.conftest import refusal

MESSAGE = b"pay 12.50 to account 7"
HASHES = {
    "1": hashes.SHA1(),
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
RSA_SIGNING = [
    f"RSASSA_{scheme}_SHA_{bits}"
    for scheme in ("PSS", "PKCS1_V1_5")
    for bits in ("256", "384", "512")
]
SIGNERS = [("RSA_2048", algorithm) for algorithm in RSA_SIGNING] + [
    ("RSA_3072", "RSASSA_PSS_SHA_256"),
    ("ECC_NIST_P256", "ECDSA_SHA_256"),
    ("ECC_SECG_P256K1", "ECDSA_SHA_256"),
    ("ECC_NIST_P384", "ECDSA_SHA_384"),
    ("ECC_NIST_P521", "ECDSA_SHA_512"),
]


def hash_of(algorithm: str) -> hashes.HashAlgorithm:
    return HASHES[algorithm.rpartition("_")[2]]


def public_key(kms: Any, key: str) -> Any:
    return load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])


# Encrypting with RSA


def oaep(algorithm: str) -> padding.OAEP:
    return padding.OAEP(padding.MGF1(hash_of(algorithm)), hash_of(algorithm), None)


@pytest.mark.parametrize("algorithm", ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"])
def test_rsa_opens_what_anybody_encrypts_outside(kms: Any, algorithm: str) -> None:
    key = create_key(kms, "RSA_2048")
    outside = public_key(kms, key).encrypt(MESSAGE, oaep(algorithm))
    inside = kms.encrypt(KeyId=key, Plaintext=MESSAGE, EncryptionAlgorithm=algorithm)
    assert inside["EncryptionAlgorithm"] == algorithm
    for blob in (outside, inside["CiphertextBlob"]):
        assert len(blob) == 256
        answer = kms.decrypt(CiphertextBlob=blob, KeyId=key, EncryptionAlgorithm=algorithm)
        assert (answer["Plaintext"], answer["KeyId"]) == (MESSAGE, key)


@pytest.mark.parametrize(
    ("spec", "algorithm", "longest"),
    [
        ("RSA_2048", "RSAES_OAEP_SHA_1", 214),
        ("RSA_2048", "RSAES_OAEP_SHA_256", 190),
        ("RSA_3072", "RSAES_OAEP_SHA_1", 342),
        ("RSA_3072", "RSAES_OAEP_SHA_256", 318),
    ],
)
def test_rsa_encrypts_no_more_than_it_can_hold(
    kms: Any, spec: str, algorithm: str, longest: int
) -> None:
    """Recorded: test_encrypt_validate_plaintext_size_per_key_type."""
    asked = {"KeyId": create_key(kms, spec), "EncryptionAlgorithm": algorithm}
    sealed = kms.encrypt(Plaintext=b"x" * longest, **asked)["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=sealed, **asked)["Plaintext"] == b"x" * longest
    assert error(refusal(kms.encrypt, Plaintext=b"x" * (longest + 1), **asked)) == (
        "ValidationException",
        f"Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than "
        f"{longest} bytes.",
    )


def test_rsa_opens_nothing_else(kms: Any) -> None:
    key, other = create_key(kms, "RSA_2048"), create_key(kms, "RSA_2048")
    sha1 = {"KeyId": key, "EncryptionAlgorithm": "RSAES_OAEP_SHA_1"}
    sha256 = {"KeyId": key, "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    blob = kms.encrypt(Plaintext=MESSAGE, **sha1)["CiphertextBlob"]
    for asked in (sha256, {**sha1, "KeyId": other}):
        found = refusal(kms.decrypt, CiphertextBlob=blob, **asked)
        assert error(found) == ("InvalidCiphertextException", "")
    found = refusal(kms.decrypt, CiphertextBlob=blob[:-1], **sha1)
    assert found.code == "InvalidCiphertextException"
    assert refusal(kms.decrypt, CiphertextBlob=blob).code == "InvalidCiphertextException"
    no_algorithm = refusal(kms.decrypt, CiphertextBlob=blob, KeyId=key)
    assert error(no_algorithm) == (
        "InvalidKeyUsageException",
        "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.",
    )
    with_context = refusal(kms.encrypt, Plaintext=MESSAGE, EncryptionContext=CONTEXT, **sha1)
    assert with_context.code == "ValidationException"


def test_reencrypt_goes_from_rsa_to_a_symmetric_key(kms: Any) -> None:
    pair, key = create_key(kms, "RSA_2048"), create_key(kms)
    answer = kms.re_encrypt(
        CiphertextBlob=public_key(kms, pair).encrypt(MESSAGE, oaep("RSAES_OAEP_SHA_256")),
        SourceKeyId=pair,
        SourceEncryptionAlgorithm="RSAES_OAEP_SHA_256",
        DestinationKeyId=key,
    )
    assert kms.decrypt(CiphertextBlob=answer["CiphertextBlob"])["Plaintext"] == MESSAGE
    assert answer["SourceEncryptionAlgorithm"] == "RSAES_OAEP_SHA_256"


# Signing


def check_outside(key: Any, algorithm: str, signature: bytes, message: bytes = MESSAGE) -> None:
    """Raises InvalidSignature unless the holder of the private key signed the message."""
    hashing = hash_of(algorithm)
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, message, ec.ECDSA(hashing))
    elif "PSS" in algorithm:
        salted = padding.PSS(padding.MGF1(hashing), hashing.digest_size)
        key.verify(signature, message, salted, hashing)
    else:
        assert isinstance(key, rsa.RSAPublicKey)
        key.verify(signature, message, padding.PKCS1v15(), hashing)


@pytest.mark.parametrize(("spec", "algorithm"), SIGNERS)
def test_a_signature_is_checked_outside_and_inside(kms: Any, spec: str, algorithm: str) -> None:
    key = create_key(kms, spec, "SIGN_VERIFY")
    digest = hashlib.new(hash_of(algorithm).name, MESSAGE).digest()
    asked = {"KeyId": key, "SigningAlgorithm": algorithm}
    raw = {"Message": MESSAGE, "MessageType": "RAW"}
    hashed = {"Message": digest, "MessageType": "DIGEST"}
    for message in (raw, hashed):
        signed = kms.sign(**asked, **message)
        assert (signed["KeyId"], signed["SigningAlgorithm"]) == (key, algorithm)
        check_outside(public_key(kms, key), algorithm, signed["Signature"])
        for same in (raw, hashed):
            assert kms.verify(**asked, **same, Signature=signed["Signature"])["SignatureValid"]
    with pytest.raises(InvalidSignature):
        check_outside(public_key(kms, key), algorithm, signed["Signature"], b"pay 1250")
    other = {"Message": b"pay 1250", "Signature": signed["Signature"]}
    assert error(refusal(kms.verify, **asked, **other)) == ("KMSInvalidSignatureException", "")
    short = {"Message": digest[:-1], "MessageType": "DIGEST"}
    assert error(refusal(kms.sign, **asked, **short)) == (
        "ValidationException",
        f"Digest is invalid length for algorithm {algorithm}.",
    )


def test_a_raw_message_has_at_most_4096_bytes(kms: Any) -> None:
    key = create_key(kms, "ECC_NIST_P256", "SIGN_VERIFY")
    asked = {"KeyId": key, "SigningAlgorithm": "ECDSA_SHA_256"}
    assert kms.sign(Message=b"x" * 4096, **asked)["Signature"]
    found = refusal(kms.sign, Message=b"x" * 4097, **asked)
    assert found.message.endswith("Member must have length less than or equal to 4096")


def test_get_public_key_says_what_the_key_is_for(kms: Any) -> None:
    signer = kms.get_public_key(KeyId=create_key(kms, "RSA_2048", "SIGN_VERIFY"))
    assert sorted(signer["SigningAlgorithms"]) == sorted(RSA_SIGNING)
    assert (signer["KeySpec"], signer["KeyUsage"]) == ("RSA_2048", "SIGN_VERIFY")
    assert "EncryptionAlgorithms" not in signer
    found = refusal(kms.get_public_key, KeyId=create_key(kms))
    assert found.code == "UnsupportedOperationException"


# Message authentication codes


@pytest.mark.parametrize("bits", ["224", "256", "384", "512"])
def test_a_mac_is_as_long_as_its_hash_and_fits_one_message(kms: Any, bits: str) -> None:
    """Recorded: test_generate_and_verify_mac, test_invalid_verify_mac."""
    key = create_key(kms, f"HMAC_{bits}", "GENERATE_VERIFY_MAC")
    asked = {"KeyId": key, "MacAlgorithm": f"HMAC_SHA_{bits}"}
    mac = kms.generate_mac(Message=MESSAGE, **asked)["Mac"]
    assert len(mac) == int(bits) // 8
    assert kms.generate_mac(Message=MESSAGE, **asked)["Mac"] == mac
    assert kms.verify_mac(Message=MESSAGE, Mac=mac, **asked)["MacValid"]
    found = refusal(kms.verify_mac, Message=b"another", Mac=mac, **asked)
    assert error(found) == ("KMSInvalidMacException", "")
    described = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert described["MacAlgorithms"] == [f"HMAC_SHA_{bits}"]


# Keys that are for something else


@pytest.mark.parametrize(
    ("spec", "usage", "call", "asked", "message"),
    [
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "generate_mac",
         {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256"},
         "{key} key usage is ENCRYPT_DECRYPT which is not valid for GenerateMac."),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "sign",
         {"Message": b"x", "SigningAlgorithm": "RSASSA_PSS_SHA_256"},
         "{key} key usage is GENERATE_VERIFY_MAC which is not valid for Sign."),
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "verify",
         {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256", "Signature": b"x"},
         "{key} key usage is ENCRYPT_DECRYPT which is not valid for Verify."),
        ("ECC_NIST_P256", "SIGN_VERIFY", "encrypt", {"Plaintext": b"x"},
         "{key} key usage is SIGN_VERIFY which is not valid for Encrypt."),
        ("HMAC_224", "GENERATE_VERIFY_MAC", "generate_mac",
         {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256"},
         "Algorithm HMAC_SHA_256 is incompatible with key spec HMAC_224."),
        ("ECC_NIST_P256", "SIGN_VERIFY", "sign",
         {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_384"},
         "Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256."),
        ("RSA_2048", "ENCRYPT_DECRYPT", "encrypt", {"Plaintext": b"x"},
         "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048."),
        ("RSA_2048", "ENCRYPT_DECRYPT", "generate_data_key", {"KeySpec": "AES_256"},
         "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048."),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "generate_data_key", {"KeySpec": "AES_256"},
         "{key} key usage is GENERATE_VERIFY_MAC which is not valid for GenerateDataKey."),
    ],
)  # fmt: skip
def test_a_key_is_for_one_use(
    kms: Any, spec: str, usage: str, call: str, asked: dict[str, Any], message: str
) -> None:
    """Recorded: test_error_messaging_for_invalid_keys, test_invalid_generate_mac."""
    key = create_key(kms, spec, usage)
    found = refusal(getattr(kms, call), KeyId=key, **asked)
    assert error(found) == ("InvalidKeyUsageException", message.format(key=key))
