"""Appendix A1: its questions and its exercises."""

from __future__ import annotations

from functools import partial
from typing import Any

import boto3

from helpers.bank import keys
from helpers.checks import answers, envelopes
from helpers.checks.answers import exercise, judge_in
from helpers.checks.multiple_choice import ABC, Question
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
        why="The public key closes the letterbox. The private key, in KMS, opens it.",
        misconceptions={
            "b": "What the public key has encrypted only the private key decrypts.",
            "c": "Then anybody could read the letters. The two keys of a pair undo each other.",
        },
        hint="Read what the two lines say of `decrypt`.",
    ),
    "longest plaintext": Question(
        right=190,
        why="256 bytes less 66 of padding, by which RSA becomes safe (OAEP with SHA-256).",
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
            "b": "The signature is the bank's, but of another text. The check needs both to fit.",
            "c": "The public key only checks. Without the private key nobody can sign.",
        },
        hint="Read the last two lines above.",
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

judge = judge_in(__name__, QUESTIONS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
def check_letter(letter: bytes, envelope: Any) -> str:
    """Modify, A1: the letterbox's private key opens the data key, and the data key the letter.

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
    return f"Right: the private key opens the data key, and it opens {len(letter):,} bytes."


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
        return f"Not yet: whoever can check an HMAC can make one, and needs KMS for both. {again}"
    if metadata["KeySpec"] == keys.SYMMETRIC:
        return f"Not yet: a symmetric key never leaves KMS, so a partner checks nothing. {again}"
    if metadata["KeyUsage"] != "SIGN_VERIFY":
        return f"Not yet: this key encrypts. Its usage was settled when it was created. {again}"
    if metadata["KeyState"] != "Enabled":
        return f"Not yet: the key's state is {metadata['KeyState']}."
    if signature is ...:
        return "Not yet: the key is right. Now sign the statement; the stub keeps the signature."
    if not isinstance(signature, bytes):
        return 'Not yet: `signature` must be bytes: what kms.sign(...) answers under "Signature".'
    for algorithm in metadata["SigningAlgorithms"]:
        verify = {"Message": statement, "Signature": signature, "SigningAlgorithm": algorithm}
        if name_outcome(kms.verify, KeyId=arn, **verify) == "works":
            return f"Right: signed by {algorithm}. Whoever has the public key can check it."
    return "Not yet: this is no signature of `statement` by this key."
