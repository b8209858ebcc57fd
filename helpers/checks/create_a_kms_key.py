"""Notebook 01: its questions and its exercises."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3

from helpers.bank import keys
from helpers.checks import answers, envelopes
from helpers.checks.answers import exercise, judge_in
from helpers.checks.multiple_choice import ABC, Question, tell_difference
from helpers.deploying.refusals import name_outcome
from helpers.experiments.callers import create_caller

if TYPE_CHECKING:
    from helpers.lab import Lab

AUDITOR = "banking-auditor"
CUSTOMERS = ("HB-1002", "HB-1011")
"""Whose PINs the auditor may decrypt once the exercise is done."""
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
    "who must allow it": Question(
        right="a",
        choices=ABC,
        why="Within one account one of the two policies is enough, and the key policy names the "
        "auditor.",
        misconceptions={
            "b": "Within one account one of the two policies is enough. Both are needed when the "
            "key and the caller are in two accounts.",
            "c": "A key policy can name a role by its ARN. It applies to everybody who uses the "
            "role.",
        },
        hint="Read what the cell printed for HB-1002. The auditor's role still has no IAM policy.",
    ),
    "bytes that KMS sees": Question(
        right=0,
        why="Only the data key goes over the network. Your program encrypts the account statement.",
        misconceptions={
            1_000_000: "KMS encrypts 4,096 bytes at most. It only returned a data key.",
            4096: "That is the most that Encrypt takes, and Encrypt was not called.",
            32: "The data key has 32 bytes, and KMS made it. KMS saw nothing of the account "
            "statement.",
        },
        hint="The question is about bytes of the account statement. Which request carries them? "
        "Read "
        "the names of the three operations that the cell printed.",
    ),
    "after a rotation": Question(
        right="a",
        choices=ABC,
        why="KMS keeps the old material. Each ciphertext says which material it needs.",
        misconceptions={
            "b": "You need not encrypt the PIN again: KMS keeps the old material, and decrypts "
            "with it.",
            "c": "A PIN is lost when the *key* is deleted. A rotation deletes nothing.",
        },
        hint="Read the last two lines above: which material decrypted the old PIN?",
    ),
}

PINS = {"the old PIN": "4711, by the old material", "the new PIN": "4711, by the new material"}
FAULTS: dict[str, Callable[[Any], str]] = {
    "context left out": lambda seen: tell_difference(
        {what: outcome == "works" for what, outcome in seen.items()},
        {"the same": True, "left out": False, "another customer": False},
        "whether it works",
    ),
    "who must allow it": lambda seen: tell_difference(
        seen, {"HB-1002": "works", "HB-1011": "AccessDeniedException"}, "of the two PINs"
    ),
    "bytes that KMS sees": lambda seen: tell_difference(
        [request.operation for request in seen],
        ["GenerateDataKey", "GenerateRandom", "Decrypt"],
        "the program called",
    ),
    "after a rotation": lambda seen: tell_difference(seen, PINS, "of the two PINs"),
}
"""What was seen instead of what a question is about; "" if it was seen."""

judge = judge_in(__name__, QUESTIONS, FAULTS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
def check_auditor(lab: Lab) -> str:
    """Modify, notebook 01: the auditor decrypts the PINs of two customers, and does nothing else.

    It encrypts a word in each context, and lets the auditor try.
    """
    key = keys.find_key()
    if key is None:
        return "Not attempted yet: there is no alias/banking-key. Run the cell that creates it."
    auditor = create_caller(lab, AUDITOR).client("kms")
    known, added = (_decrypts(auditor, key, {"customer": customer}) for customer in CUSTOMERS)
    if not known:
        if added:
            return (
                f"Not yet: the auditor can decrypt the PINs of {CUSTOMERS[1]} now, but no longer "
                f"those of {CUSTOMERS[0]}."
            )
        return "Not yet: the auditor can decrypt nothing. Run the cell above, then yours."
    if not added:
        return f"Not attempted yet: the auditor can still decrypt only the PINs of {CUSTOMERS[0]}."
    if _decrypts(auditor, key, {"customer": STRANGER}):
        return (
            f"Not yet: the auditor can decrypt the PINs of {STRANGER}, too. Name the two customers."
        )
    if _decrypts(auditor, key, {}):
        return "Not yet: the auditor can decrypt what has no customer. The condition must stay."
    encrypt = {"Plaintext": b"x", "EncryptionContext": {"customer": CUSTOMERS[0]}}
    if name_outcome(auditor.encrypt, KeyId=key, **encrypt) == "works":
        return "Not yet: the auditor can encrypt as well. Allow kms:Decrypt only."
    return f"Right: the auditor can decrypt the PINs of {' and '.join(CUSTOMERS)}, and no others."


@exercise
def check_envelope(statement: bytes, envelope: Any) -> str:
    """Make, notebook 01: the data key needs KMS and the context, and decrypts the statement.

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
    return (
        f"Right: KMS decrypts the data key, and the data key decrypts all {len(statement):,} bytes."
    )


def _decrypts(caller: Any, key: str, context: dict[str, str]) -> bool:
    sealed = boto3.client("kms").encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context)
    blob = sealed["CiphertextBlob"]
    outcome = name_outcome(caller.decrypt, CiphertextBlob=blob, EncryptionContext=context)
    return outcome == "works"
