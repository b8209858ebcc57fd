"""What a bank transaction is, how it is signed, and when it is refused.

Both Lambda functions carry this module, and the course checks the dead letters with it: one
piece of code decides everywhere. It needs the standard library only.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass

MALFORMED = "malformed"
CORRUPTED = "corrupted"
UNRECONCILABLE = "unreconcilable"

REASONS = (MALFORMED, CORRUPTED, UNRECONCILABLE)
"""Why a transaction is refused, in the order of the checks."""

TEXTS = ("transactionId", "payer", "payee", "purpose", "signature")
FIELDS = {*TEXTS, "cents"}


class Refused(Exception):
    """A transaction that must not be booked: `reason` is one of REASONS, `detail` says more."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Transaction:
    """An order to move money between two accounts. Amounts are whole cents, never floats."""

    transactionId: str
    payer: str
    payee: str
    cents: int
    purpose: str


def check_transaction(body: str, secret: bytes, is_known: Callable[[str], bool]) -> Transaction:
    """The transaction that a message body carries: its form, its signature, its accounts.

    Args:
        body: the message body.
        secret: the signing secret.
        is_known: tells whether the ledger knows an account.

    Raises:
        Refused: by the first check that fails.
    """
    transaction, signature = parse_transaction(body)
    if not hmac.compare_digest(signature, sign_transaction(transaction, secret)):
        raise Refused(CORRUPTED, "the signature does not fit the content")
    for account in (transaction.payer, transaction.payee):
        if not is_known(account):
            raise Refused(UNRECONCILABLE, f"the ledger has no account {account}")
    return transaction


def parse_transaction(body: str) -> tuple[Transaction, str]:
    """The transaction and the signature that a message body carries, if its form is right.

    Raises:
        Refused: the body is MALFORMED.
    """
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(MALFORMED, "the body is not JSON") from None
    if not isinstance(fields, dict):
        raise Refused(MALFORMED, "the body is not a JSON object")
    if missing := FIELDS - fields.keys():
        raise Refused(MALFORMED, f"{', '.join(sorted(missing))} is missing")
    if extra := fields.keys() - FIELDS:
        raise Refused(MALFORMED, f"{', '.join(sorted(extra))} is not a field of a transaction")
    for name in TEXTS:
        if not isinstance(fields[name], str) or not fields[name]:
            raise Refused(MALFORMED, f"{name} is not a text")
    if type(fields["cents"]) is not int or fields["cents"] <= 0:
        raise Refused(MALFORMED, "cents is not a whole number above zero")
    signature = fields.pop("signature")
    if not re.fullmatch("[0-9a-f]{64}", signature):
        raise Refused(MALFORMED, "signature is not 64 hexadecimal digits")
    return Transaction(**fields), signature


def sign_transaction(transaction: Transaction, secret: bytes) -> str:
    """HMAC-SHA256 over the canonical form, as 64 hexadecimal digits."""
    return hmac.new(secret, canonical_form(transaction), hashlib.sha256).hexdigest()


def canonical_form(transaction: Transaction) -> bytes:
    """The bytes that are signed: the same for the same transaction, whoever wrote its JSON."""
    return json.dumps(asdict(transaction), sort_keys=True, separators=(",", ":")).encode()


def write_body(transaction: Transaction, signature: str) -> str:
    """The message body for a transaction and its signature."""
    return json.dumps({**asdict(transaction), "signature": signature})
