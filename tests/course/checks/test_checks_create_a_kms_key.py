"""The exercises of notebook 01: solutions are accepted, stubs and wrong answers are not."""

import json
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from helpers import Lab
from helpers.bank import keys
from helpers.checks import create_a_kms_key as checks
from helpers.experiments.callers import create_caller
from helpers.experiments.traffic import Exchange

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
    assert "can decrypt nothing. Run the cell above" in checks.check_auditor(lab)
    let_auditor(lab, decrypt("HB-1002"))
    assert checks.check_auditor(lab).startswith(
        "Not attempted yet: the auditor can still decrypt only"
    )


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
        ([decrypt("HB-1011")], "of HB-1011 now, but no longer those of HB-1002"),
        ([decrypt("HB-*", operator="StringLike")], "can decrypt the PINs of HB-1003, too"),
        ([{"Action": "kms:Decrypt"}], "can decrypt the PINs of HB-1003, too"),
        (
            [decrypt(*checks.CUSTOMERS, operator="StringEqualsIfExists")],
            "can decrypt what has no customer",
        ),
        (
            [{**decrypt(*checks.CUSTOMERS), "Action": "kms:*"}],
            "can encrypt as well",
        ),
    ],
)
def test_auditor_who_may_too_much_or_too_little(
    lab: Lab, statements: list[dict[str, Any]], answer: str
) -> None:
    let_auditor(lab, *statements)
    assert answer in checks.check_auditor(lab)


def seal(lab: Lab, **changes: Any) -> dict[str, Any]:
    """An envelope of the statement as the exercise wants it, made with these members changed."""
    wanted = {"KeyId": keys.create_key(), "KeySpec": "AES_256", "EncryptionContext": checks.CONTEXT}
    made = boto3.client("kms").generate_data_key(**wanted | changes)
    text = AESGCM(made["Plaintext"]).encrypt(bytes(12), STATEMENT, None)
    return {"key": made["CiphertextBlob"], "nonce": bytes(12), "text": text}


def test_envelope(lab: Lab) -> None:
    assert checks.check_envelope(STATEMENT, ...).startswith("Not attempted yet")
    assert checks.check_envelope(STATEMENT, seal(lab)).startswith(
        "Right: KMS decrypts the data key"
    )


def test_envelope_whose_data_key_anybody_gets(lab: Lab) -> None:
    kms, other = boto3.client("kms"), keys.create_key("alias/other")
    for changes, said in (
        ({"EncryptionContext": {}}, "decrypts the data key without a context"),
        ({"EncryptionContext": {"customer": "HB-1011"}}, "InvalidCiphertextException"),
        ({"KeyId": other}, "of another KMS key than alias/banking-key"),
    ):
        assert said in checks.check_envelope(STATEMENT, seal(lab, **changes))
    made = seal(lab)
    opened = kms.decrypt(CiphertextBlob=made["key"], EncryptionContext=checks.CONTEXT)
    plain = made | {"key": opened["Plaintext"]}
    assert "32 bytes: it is the data key in plaintext" in checks.check_envelope(STATEMENT, plain)


def test_envelope_that_holds_something_else(lab: Lab) -> None:
    made = seal(lab)
    for envelope, said in (
        (b"sealed", "must be a dictionary with key, nonce, text; this is of type bytes"),
        ({}, "no `key`. It has: -."),
        ({"key": b"", "nonce": b""}, "no `text`. It has: key, nonce."),
        (made | {"nonce": "12"}, "`nonce` must be bytes; this is of type str"),
        (made | {"text": STATEMENT}, "`text` is not encrypted"),
        (made | {"nonce": bytes(11) + b"x"}, "does not decrypt `text` with this nonce"),
    ):
        assert said in checks.check_envelope(STATEMENT, envelope)
    assert "it holds another text, of 25 bytes" in checks.check_envelope(b"another", made)


@pytest.mark.parametrize(
    ("question", "seen", "said"),
    [
        ("context left out", {"the same": "works", "left out": "works"}, "'left out': True"),
        ("who must allow it", {"HB-1002": "AccessDeniedException"}, "of the two PINs it was"),
        (
            "after a rotation",
            {"the old PIN": "4711, by the new material"},
            "of the two PINs it was",
        ),
        ("bytes that KMS sees", [Exchange("Encrypt", 4096, 100)], "called it was ['Encrypt']"),
    ],
)
def test_no_answer_fits_an_experiment_that_was_changed(question: str, seen: Any, said: str) -> None:
    words = checks.judge(question, checks.QUESTIONS[question].right, seen)
    assert words.startswith("No answer fits")
    assert said in words
