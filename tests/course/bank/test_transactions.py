"""What is a transaction, and what is refused for which reason."""

import json
from dataclasses import replace

import pytest

from helpers.bank.functions.transactions import (
    CORRUPTED,
    MALFORMED,
    UNRECONCILABLE,
    Refused,
    Transaction,
    canonical_form,
    check_transaction,
    sign_transaction,
    write_body,
)

SECRET = b"a secret"
GOOD = Transaction("tx-1", "HB-1001", "HB-1002", 12_345, "café")
ACCOUNTS = {"HB-1001", "HB-1002"}


def body(**changes: object) -> str:
    """A good body with fields changed; None takes one out."""
    fields = {**json.loads(write_body(GOOD, sign_transaction(GOOD, SECRET))), **changes}
    return json.dumps({name: value for name, value in fields.items() if value is not None})


def refuse(text: str) -> Refused:
    with pytest.raises(Refused) as caught:
        check_transaction(text, SECRET, ACCOUNTS.__contains__)
    return caught.value


def test_good_transaction_passes() -> None:
    assert check_transaction(body(), SECRET, ACCOUNTS.__contains__) == GOOD


def test_signature_is_over_the_content_not_over_its_spelling() -> None:
    spread = json.dumps(dict(reversed(json.loads(body()).items())), indent=4, ensure_ascii=False)
    assert check_transaction(spread, SECRET, ACCOUNTS.__contains__) == GOOD


def test_canonical_form_is_fixed() -> None:
    """Other programs sign, too: their bytes must be these."""
    assert canonical_form(GOOD) == (
        b'{"cents":12345,"payee":"HB-1002","payer":"HB-1001",'
        b'"purpose":"caf\\u00e9","transactionId":"tx-1"}'
    )


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "the body is not JSON"),
        (body()[:40], "the body is not JSON"),
        ("[" * 100_000, "the body is not JSON"),
        ("[1, 2]", "the body is not a JSON object"),
        ("null", "the body is not a JSON object"),
        (body(payee=None), "payee is missing"),
        (body(payee=None, signature=None), "payee, signature is missing"),
        (body(extra=1), "extra is not a field of a transaction"),
        (body(purpose=7), "purpose is not a text"),
        (body(payer=""), "payer is not a text"),
        (body(cents="12345"), "cents is not a whole number above zero"),
        (body(cents=123.45), "cents is not a whole number above zero"),
        (body(cents=True), "cents is not a whole number above zero"),
        (body(cents=0), "cents is not a whole number above zero"),
        (body(cents=-5), "cents is not a whole number above zero"),
        (body(signature="ABC"), "signature is not 64 hexadecimal digits"),
        (body(signature="ä" * 64), "signature is not 64 hexadecimal digits"),
        (body(signature="0" * 64 + "\n"), "signature is not 64 hexadecimal digits"),
    ],
)
def test_malformed(text: str, detail: str) -> None:
    refusal = refuse(text)
    assert (refusal.reason, refusal.detail) == (MALFORMED, detail)


@pytest.mark.parametrize(
    "change",
    [{"cents": 12_346}, {"payee": "HB-1001"}, {"purpose": "cafe"}, {"signature": "0" * 64}],
)
def test_any_changed_field_is_corrupted(change: dict[str, object]) -> None:
    assert refuse(body(**change)).reason == CORRUPTED


@pytest.mark.parametrize("side", ["payer", "payee"])
def test_unknown_account_is_unreconcilable(side: str) -> None:
    stranger = replace(GOOD, payer="XX-1") if side == "payer" else replace(GOOD, payee="XX-1")
    refusal = refuse(write_body(stranger, sign_transaction(stranger, SECRET)))
    assert (refusal.reason, refusal.detail) == (UNRECONCILABLE, "the ledger has no account XX-1")


def test_the_accounts_of_a_forgery_are_not_looked_up() -> None:
    def must_not_ask(account: str) -> bool:
        raise AssertionError(account)

    with pytest.raises(Refused, match=CORRUPTED):
        check_transaction(body(cents=1), SECRET, must_not_ask)
