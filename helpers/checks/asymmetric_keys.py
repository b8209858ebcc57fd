"""Appendix A1: its questions and its exercises."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import boto3

from helpers.bank import keys
from helpers.checks import answers, envelopes
from helpers.checks.answers import exercise, judge_in
from helpers.checks.multiple_choice import ABC, Question, tell_difference
from helpers.deploying.refusals import name_outcome

LETTERBOX = "alias/banking-letterbox"
OWN_KEY = "alias/my-statement-key"
ALIASES = (LETTERBOX, "alias/banking-seal", OWN_KEY, keys.ALIAS)
"""Of every key in the notebook; the clean-up deletes them."""
QUEUES = ("key-queue", "letterbox-queue")
"""The first is encrypted with the bank's key, the second with the letterbox."""
OAEP = "RSAES_OAEP_SHA_256"

QUESTIONS = {
    "public key": Question(
        right="a",
        choices=ABC,
        why="Anybody can encrypt with the public key. Only the private key, in KMS, decrypts.",
        misconceptions={
            "b": "Only the private key decrypts what the public key encrypted.",
            "c": "Then anybody could read the letters. Only the private key decrypts them.",
        },
        hint="Read what the two lines say of `decrypt`.",
    ),
    "longest plaintext": Question(
        right=190,
        why="256 bytes minus 66 bytes of padding (OAEP with SHA-256).",
        misconceptions={
            256: "2,048 bits are 256 bytes, and the padding takes 66 of them.",
            2048: "2,048 is the key's size in bits.",
            4096: "That is the limit of symmetric keys.",
            214: "With SHA-1, yes. SHA-256 needs a longer padding.",
        },
        hint="Read the row of RSAES_OAEP_SHA_256.",
    ),
    "changed order": Question(
        right="a",
        choices=ABC,
        why="The signature fits the order that was signed, and no other text.",
        misconceptions={
            "b": "The bank made this signature, but for another text. The check needs the right "
            "key "
            "and the right text.",
            "c": "The public key only checks. Without the private key nobody can sign.",
        },
        hint="Read what the cell printed for the order of 99.00 EUR.",
    ),
    "queue of the letterbox": Question(
        right="c",
        choices=ABC,
        why="SQS needs a data key for the first message, and an asymmetric key makes none.",
        misconceptions={
            "a": "SQS never uses a public key. It asks KMS for a data key, and gets a refusal.",
            "b": "SQS does not look at the key when it creates a queue. It asks KMS when the "
            "first message comes.",
        },
        hint="Read the line of letterbox-queue.",
    ),
}

FAULTS: dict[str, Callable[[Any], str]] = {
    "changed order": lambda seen: tell_difference(
        [line.partition(":")[0] for line in seen], ["genuine", "forged"], "of the two orders"
    ),
    "queue of the letterbox": lambda seen: tell_difference(
        seen,
        dict(zip(QUEUES, ("works", "KMS.InvalidKeyUsageException"), strict=True)),
        "of the two messages",
    ),
}
"""What was seen instead of what a question is about; "" if it was seen."""

judge = judge_in(__name__, QUESTIONS, FAULTS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
def check_letter(letter: bytes, envelope: Any) -> str:
    """Modify, A1: the letterbox's private key decrypts the data key, and that the letter.

    Args:
        envelope: the learner's, or `...`.
    """
    if envelope is ...:
        return "Not attempted yet: put your envelope in place of the three dots, and run again."
    if trouble := envelopes.find_trouble(letter, envelope):
        return f"Not yet: {trouble}"
    kms = boto3.client("kms")
    call = {"KeyId": LETTERBOX, "EncryptionAlgorithm": OAEP, "CiphertextBlob": envelope["key"]}
    if (outcome := name_outcome(kms.decrypt, **call)) != "works":
        return f"Not yet: KMS does not decrypt `key` with {LETTERBOX} and {OAEP}: {outcome}."
    if trouble := envelopes.find_mismatch(letter, envelope, kms.decrypt(**call)["Plaintext"]):
        return f"Not yet: {trouble}"
    return (
        f"Right: the private key decrypts the data key, and the data key all {len(letter):,} bytes."
    )


@exercise
def check_statement_key(statement: bytes, signature: Any) -> str:
    """Make, A1: my-statement-key signs, and has signed the statement.

    Args:
        signature: the learner's, or `...`.
    """
    arn = keys.find_key(OWN_KEY)
    if arn is None:
        return f"Not attempted yet: there is no key with the name {OWN_KEY}."
    kms = boto3.client("kms")
    metadata = kms.describe_key(KeyId=arn)["KeyMetadata"]
    again = f'Run keys.delete_key("{OWN_KEY}") and create another one.'
    if metadata["KeyUsage"] == "GENERATE_VERIFY_MAC":
        return (
            f"Not yet: an HMAC key is symmetric: a partner who can check could also sign. {again}"
        )
    if metadata["KeySpec"] == keys.SYMMETRIC:
        return f"Not yet: a symmetric key never leaves KMS, so a partner cannot check. {again}"
    if metadata["KeyUsage"] != "SIGN_VERIFY":
        return f"Not yet: this key encrypts. A key's usage cannot change. {again}"
    if metadata["KeyState"] != "Enabled":
        return f"Not yet: the key's state is {metadata['KeyState']}."
    if signature is ...:
        return (
            "Not yet: the key is right. Now sign the statement, and store the result in "
            "`signature`."
        )
    if not isinstance(signature, bytes):
        return 'Not yet: `signature` must be bytes: what kms.sign(...) answers under "Signature".'
    for algorithm in metadata["SigningAlgorithms"]:
        verify = {"Message": statement, "Signature": signature, "SigningAlgorithm": algorithm}
        if name_outcome(kms.verify, KeyId=arn, **verify) == "works":
            return f"Right: signed by {algorithm}. Everybody who has the public key can check it."
    return "Not yet: this is no signature of `statement` by this key."
