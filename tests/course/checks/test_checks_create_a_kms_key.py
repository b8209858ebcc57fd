"""The exercises of notebook 01: solutions are accepted, stubs and wrong answers are not."""

import json
from typing import Any

import boto3
import pytest

from helpers import Lab
from helpers.bank import keys
from helpers.checks import create_a_kms_key as checks
from helpers.experiments.callers import create_caller

STATEMENT = b"HB-1002: balance 1,204.55"


def let_auditor(lab: Lab, *statements: dict[str, Any]) -> None:
    """Give banking-key its default policy and these statements, for the auditor."""
    kms, key = boto3.client("kms"), keys.create_key()
    policy = json.loads(kms.get_key_policy(KeyId=key)["Policy"])
    auditor = {"AWS": create_caller(lab, checks.AUDITOR).arn}
    added = [{"Effect": "Allow", "Principal": auditor, "Resource": "*"} | s for s in statements]
    policy["Statement"] = [policy["Statement"][0], *added]
    kms.put_key_policy(KeyId=key, Policy=json.dumps(policy))


def decrypt(*customers: str, operator: str = "StringEquals") -> dict[str, Any]:
    wanted = {"kms:EncryptionContext:customer": list(customers)}
    return {"Action": "kms:Decrypt", "Condition": {operator: wanted}}


def test_auditor_before_the_exercise(lab: Lab) -> None:
    assert checks.check_auditor(lab).startswith("Not attempted yet: there is no alias")
    keys.create_key()
    assert "opens nothing. Run the cell above" in checks.check_auditor(lab)
    let_auditor(lab, decrypt("HB-1002"))
    assert checks.check_auditor(lab).startswith("Not attempted yet: the auditor opens HB-1002 only")


@pytest.mark.parametrize(
    "statements",
    [
        [decrypt("HB-1002", "HB-1011")],
        [decrypt("HB-1002"), decrypt("HB-1011")],
    ],
    ids=["a list", "two statements"],
)
def test_auditor_of_two_customers(lab: Lab, statements: list[dict[str, Any]]) -> None:
    let_auditor(lab, *statements)
    assert checks.check_auditor(lab).startswith("Right")
    lab.advance(seconds=7200)  # the auditor's credentials are over, the policy is not
    assert checks.check_auditor(lab).startswith("Right")


@pytest.mark.parametrize(
    ("statements", "answer"),
    [
        ([decrypt("HB-1011")], "HB-1011 opens now, and HB-1002 no longer does"),
        ([decrypt("HB-*", operator="StringLike")], "the auditor opens HB-1003, too"),
        ([{"Action": "kms:Decrypt"}], "the auditor opens HB-1003, too"),
        (
            [decrypt(*checks.CUSTOMERS, operator="StringEqualsIfExists")],
            "opens what has no customer",
        ),
        (
            [{**decrypt(*checks.CUSTOMERS), "Action": "kms:*"}],
            "may encrypt as well",
        ),
    ],
)
def test_auditor_who_may_too_much_or_too_little(
    lab: Lab, statements: list[dict[str, Any]], answer: str
) -> None:
    let_auditor(lab, *statements)
    assert answer in checks.check_auditor(lab)


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
    assert "Now sign the statement" in checks.check_statement_key(STATEMENT, ...)
    signed = sign(key, algorithm)
    assert checks.check_statement_key(STATEMENT, signed).startswith(f"Right: signed by {algorithm}")


@pytest.mark.parametrize(
    ("spec", "usage", "answer"),
    [
        (keys.SYMMETRIC, "ENCRYPT_DECRYPT", "a symmetric key never leaves KMS"),
        ("RSA_2048", "ENCRYPT_DECRYPT", "this key encrypts"),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "whoever can check an HMAC can make one"),
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
