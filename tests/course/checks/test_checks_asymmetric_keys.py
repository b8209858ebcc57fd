"""The exercises of appendix A1: solutions are accepted, stubs and wrong answers are not."""

from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_der_public_key

from helpers import Lab
from helpers.bank import keys
from helpers.checks import asymmetric_keys as checks

STATEMENT = b"HB-1002: balance 1,204.55"
LETTER = b"Please close my account. " * 40
DATA_KEY, NONCE = bytes(range(32)), bytes(12)


def close(data_key: bytes = DATA_KEY, digest: Any = hashes.SHA256) -> dict[str, Any]:
    """The letter in an envelope, its data key encrypted by the letterbox's public key."""
    pair = keys.create_key(checks.LETTERBOX, "RSA_2048")
    public = load_der_public_key(boto3.client("kms").get_public_key(KeyId=pair)["PublicKey"])
    assert isinstance(public, RSAPublicKey)
    oaep = padding.OAEP(padding.MGF1(digest()), digest(), None)
    text = AESGCM(DATA_KEY).encrypt(NONCE, LETTER, None)
    return {"key": public.encrypt(data_key, oaep), "nonce": NONCE, "text": text}


def test_letter(lab: Lab) -> None:
    assert checks.check_letter(LETTER, ...).startswith("Not attempted yet")
    assert checks.check_letter(LETTER, close()).startswith("Right: the private key decrypts")


def test_letter_that_the_bank_cannot_read(lab: Lab) -> None:
    check = checks.check_letter
    assert "does not decrypt `key`" in check(LETTER, close(digest=hashes.SHA1))
    assert "does not decrypt `text`" in check(LETTER, close(data_key=bytes(32)))
    assert "does not decrypt `text`" in check(LETTER, close(data_key=b"short"))
    assert "holds another text, of 1,000 bytes" in check(b"another", close())


def test_letter_that_anybody_can_read(lab: Lab) -> None:
    assert "is the data key in plaintext" in checks.check_letter(
        LETTER, close() | {"key": DATA_KEY}
    )
    assert "`text` is not encrypted" in checks.check_letter(LETTER, close() | {"text": LETTER})


def sign(key: str, algorithm: str, text: bytes = STATEMENT) -> bytes:
    kms = boto3.client("kms")
    answer = kms.sign(KeyId=key, Message=text, SigningAlgorithm=algorithm)
    return bytes(answer["Signature"])


@pytest.mark.parametrize(
    ("spec", "algorithm"),
    [
        ("ECC_NIST_P256", "ECDSA_SHA_256"),
        ("RSA_2048", "RSASSA_PSS_SHA_256"),
        ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_512"),
    ],
)
def test_statement_key(lab: Lab, spec: str, algorithm: str) -> None:
    assert checks.check_statement_key(STATEMENT, ...).startswith("Not attempted yet: there is no")
    key = keys.create_key(checks.OWN_KEY, spec, "SIGN_VERIFY")
    assert "Now sign the statement, and store" in checks.check_statement_key(STATEMENT, ...)
    signed = sign(key, algorithm)
    assert checks.check_statement_key(STATEMENT, signed).startswith(f"Right: signed by {algorithm}")


@pytest.mark.parametrize(
    ("spec", "usage", "answer"),
    [
        (keys.SYMMETRIC, "ENCRYPT_DECRYPT", "a symmetric key never leaves KMS"),
        ("RSA_2048", "ENCRYPT_DECRYPT", "this key encrypts"),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "a partner who can check could also sign"),
    ],
)
def test_key_that_is_for_something_else(lab: Lab, spec: str, usage: str, answer: str) -> None:
    keys.create_key(checks.OWN_KEY, spec, usage)
    said = checks.check_statement_key(STATEMENT, ...)
    assert answer in said
    assert 'keys.delete_key("alias/my-statement-key")' in said
    assert keys.delete_key(checks.OWN_KEY)
    assert checks.check_statement_key(STATEMENT, ...).startswith("Not attempted yet")


def test_signature_that_is_none(lab: Lab) -> None:
    key = keys.create_key(checks.OWN_KEY, "ECC_NIST_P256", "SIGN_VERIFY")
    other = keys.create_key("alias/other", "ECC_NIST_P256", "SIGN_VERIFY")
    check = checks.check_statement_key
    assert "must be bytes" in check(STATEMENT, {"Signature": b"x"})
    assert "no signature of `statement`" in check(STATEMENT, b"not signed")
    assert "no signature of" in check(STATEMENT, sign(key, "ECDSA_SHA_256", b"another"))
    assert "no signature of" in check(STATEMENT, sign(other, "ECDSA_SHA_256"))
    boto3.client("kms").disable_key(KeyId=key)
    assert "state is Disabled" in check(STATEMENT, ...)


def test_no_answer_fits_an_experiment_that_was_changed() -> None:
    forged = ["genuine: pay 85", "genuine: pay 86"]
    assert checks.judge("changed order", "a", forged).startswith("No answer fits")
    works = dict.fromkeys(checks.QUEUES, "works")
    assert checks.judge("queue of the letterbox", "c", works).startswith("No answer fits")
