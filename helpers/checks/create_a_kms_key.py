"""Notebook 01: its questions and its exercises."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import boto3

from helpers.bank import keys
from helpers.checks import answers, envelopes
from helpers.checks.answers import exercise, judge_in
from helpers.checks.multiple_choice import ABC, Question
from helpers.deploying.refusals import name_outcome
from helpers.experiments.callers import create_caller

if TYPE_CHECKING:
    from helpers.lab import Lab

AUDITOR = "banking-auditor"
CUSTOMERS = ("HB-1002", "HB-1011")
"""Whose PINs the auditor may open once the exercise is done."""
STRANGER = "HB-1003"

CONTEXT = {"customer": CUSTOMERS[0]}
"""What the exercise's data key is tied to."""

QUESTIONS = {
    "context left out": Question(
        right="b",
        choices=ABC,
        why="The ciphertext is tied to its context: without the same context KMS refuses.",
        misconceptions={
            "a": "The right key is not enough. KMS needs the context that was used to encrypt.",
            "c": "KMS never returns a wrong PIN: it checks the context first, and refuses.",
        },
        hint="Read the row `left out`.",
    ),
    "who must say yes": Question(
        right="a",
        choices=ABC,
        why="Within an account one yes is enough, and the key policy named the auditor.",
        misconceptions={
            "b": "Within an account one yes is enough. Two are needed across accounts.",
            "c": "A key policy can name a role by its ARN. It counts for all who use the role.",
        },
        hint="Compare the two printed lines. The auditor's role has no IAM policy any more.",
    ),
    "bytes that KMS sees": Question(
        right=0,
        why="Only the data key goes over the network. Your program encrypts the statement.",
        misconceptions={
            1_000_000: "KMS encrypts 4,096 bytes at most. It only returned a data key.",
            4096: "That is the most that Encrypt takes, and Encrypt was not called.",
            32: "The data key has 32 bytes, and KMS made it. Of the statement it saw nothing.",
        },
        hint="The question is about bytes of the statement. Which request carries the statement? "
        "Read the names of the three operations that the cell printed.",
    ),
    "after a rotation": Question(
        right="a",
        choices=ABC,
        why="KMS keeps the old material. Each ciphertext says which material it needs.",
        misconceptions={
            "b": "You need not encrypt again: KMS keeps the old material, and decrypts with it.",
            "c": "A PIN is lost when the *key* is deleted. A rotation deletes nothing.",
        },
        hint="Read the last two lines: what opened the old ciphertext?",
    ),
}

judge = judge_in(__name__, QUESTIONS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
def check_auditor(lab: Lab) -> str:
    """Modify, notebook 01: the auditor opens the PINs of two customers, and does nothing else.

    It encrypts a word in each context, and lets the auditor try.
    """
    key = keys.find_key()
    if key is None:
        return "Not attempted yet: there is no alias/banking-key. Run the cell that creates it."
    auditor = create_caller(lab, AUDITOR).client("kms")
    known, added = (_opens(auditor, key, {"customer": customer}) for customer in CUSTOMERS)
    if not known:
        if added:
            return f"Not yet: {CUSTOMERS[1]} opens now, and {CUSTOMERS[0]} no longer does."
        return "Not yet: the auditor opens nothing. Run the cell above, then yours."
    if not added:
        return f"Not attempted yet: the auditor opens {CUSTOMERS[0]} only, as before."
    if _opens(auditor, key, {"customer": STRANGER}):
        return f"Not yet: the auditor opens {STRANGER}, too. Name the two customers one by one."
    if _opens(auditor, key, {}):
        return "Not yet: the auditor opens what has no customer. The condition must stay."
    encrypt = {"Plaintext": b"x", "EncryptionContext": {"customer": CUSTOMERS[0]}}
    if name_outcome(auditor.encrypt, KeyId=key, **encrypt) == "works":
        return "Not yet: the auditor may encrypt as well. kms:Decrypt is all that is needed."
    return f"Right: the auditor opens {' and '.join(CUSTOMERS)}, and nothing else."


@exercise
def check_envelope(statement: bytes, envelope: Any) -> str:
    """Make, notebook 01: KMS opens the envelope's data key for HB-1002 only, and it the statement.

    Args:
        envelope: the learner's, or `...`.
    """
    if envelope is ...:
        return "Not attempted yet: put your envelope in place of the three dots, and run again."
    if trouble := envelopes.find_trouble(statement, envelope):
        return f"Not yet: {trouble}"
    call = {"CiphertextBlob": envelope["key"]}
    kms = boto3.client("kms")
    if name_outcome(kms.decrypt, **call) == "works":
        return "Not yet: KMS decrypts the data key without a context. Give the context to KMS."
    if (outcome := name_outcome(kms.decrypt, **call, EncryptionContext=CONTEXT)) != "works":
        return f"Not yet: KMS does not decrypt `key` with the context {CONTEXT}: {outcome}."
    answer = kms.decrypt(**call, EncryptionContext=CONTEXT)
    if answer["KeyId"] != keys.find_key():
        return f"Not yet: the data key is of another KMS key than {keys.ALIAS}."
    if trouble := envelopes.find_mismatch(statement, envelope, answer["Plaintext"]):
        return f"Not yet: {trouble}"
    return f"Right: KMS saw the data key, and its {len(statement):,} bytes of statement open."


def _opens(caller: Any, key: str, context: dict[str, str]) -> bool:
    sealed = boto3.client("kms").encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context)
    blob = sealed["CiphertextBlob"]
    outcome = name_outcome(caller.decrypt, CiphertextBlob=blob, EncryptionContext=context)
    return outcome == "works"
