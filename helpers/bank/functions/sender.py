"""banking-reconciliation-function-tester: sends generated transactions to banking-queue.

Most of them are good. A fixed share is not, so that the receiver has something to refuse; the
event may ask for none, {"spoil": false}, or for another share, {"spoil": 0.05}.
"""

import csv
import os
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
from signing_secret import open_secret
from transactions import (
    CORRUPTED,
    MALFORMED,
    UNRECONCILABLE,
    Transaction,
    sign_transaction,
    write_body,
)

FAULTS_PER_HUNDRED = {MALFORMED: 5, CORRUPTED: 4, UNRECONCILABLE: 3}
LARGEST_COUNT = 10_000
BATCH = 10
ATTEMPTS = 3
PURPOSES = ("rent", "invoice", "salary", "refund", "membership fee", "savings", "books", "coffee")

sqs = boto3.client("sqs")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Send `count` transactions drawn with `seed`; answer which message carries which.

    The same count, seed and spoil make the same transactions, ids included. The answer is
    {"sent": [{"messageId", "transactionId", "cents"}, ...]}, with the amounts as ordered,
    whatever happened to the message bodies afterwards.
    """
    count, seed = event.get("count", 100), event.get("seed", 2026)
    if type(count) is not int or not 1 <= count <= LARGEST_COUNT:
        raise ValueError(f"count must be a whole number from 1 to {LARGEST_COUNT}, not {count!r}")
    if type(seed) is not int:
        raise ValueError(f"seed must be a whole number, not {seed!r}")
    spoil = event.get("spoil", True)
    if not isinstance(spoil, bool | int | float) or not 0 <= spoil <= 1:
        raise ValueError(f"spoil must be true, false or a share from 0 to 1, not {spoil!r}")
    transactions = generate_transactions(count, seed, read_accounts(), open_secret(), spoil)
    sent = []
    for start in range(0, count, BATCH):
        batch = transactions[start : start + BATCH]
        ids = send_batch(os.environ["QUEUE_URL"], [body for _, body in batch])
        sent += [
            {
                "messageId": message_id,
                "transactionId": transaction.transactionId,
                "cents": transaction.cents,
            }
            for message_id, (transaction, _) in zip(ids, batch, strict=True)
        ]
    return {"sent": sent}


def read_accounts() -> list[str]:
    """The account numbers in the file that was deployed beside this one."""
    with Path(__file__).with_name("accounts.csv").open(encoding="utf-8", newline="") as file:
        return [row["account"] for row in csv.DictReader(file)]


def generate_transactions(
    count: int, seed: int, accounts: list[str], secret: bytes, spoil: bool | float = True
) -> list[tuple[Transaction, str]]:
    """Pairs of a transaction and its message body; some of the bodies are spoilt.

    Those of sendings with other shares have other ids: they are other transactions.
    """
    draw = random.Random(seed)
    faults = list_faults(count, spoil)
    kind = "tx" if spoil is True else f"tx{spoil:g}" if spoil else "good"
    fault_at = dict(zip(draw.sample(range(count), len(faults)), faults, strict=True))
    pairs = []
    for number in range(count):
        payer, payee = draw.sample(accounts, 2)
        fault = fault_at.get(number)
        transaction = Transaction(
            transactionId=f"{kind}-{seed}-{count}-{number:04d}",
            payer=payer,
            payee=f"XX-{draw.randrange(1000, 10000)}" if fault == UNRECONCILABLE else payee,
            cents=draw.randrange(100, 500_000),
            purpose=draw.choice(PURPOSES),
        )
        body = write_body(transaction, sign_transaction(transaction, secret))
        if fault == MALFORMED:
            body = spoil_form(body, draw)
        elif fault == CORRUPTED:
            body = write_body(
                replace(transaction, cents=transaction.cents * 10),
                sign_transaction(transaction, secret),
            )
        pairs.append((transaction, body))
    return pairs


def list_faults(count: int, spoil: bool | float) -> list[str]:
    """The faults among so many transactions: FAULTS_PER_HUNDRED, or a share of all in the same
    proportions.
    """
    if isinstance(spoil, bool):
        shares = FAULTS_PER_HUNDRED if spoil else {}
        return [fault for fault, share in shares.items() for _ in range(count * share // 100)]
    kinds = [fault for fault, share in FAULTS_PER_HUNDRED.items() for _ in range(share)]
    return [kinds[place % len(kinds)] for place in range(round(count * spoil))]


def spoil_form(body: str, draw: random.Random) -> str:
    """The body as a careless program would send it."""
    return draw.choice(
        (
            body[: len(body) // 2],
            body.replace('"payee"', '"recipient"'),
            body.replace('"cents": ', '"cents": "EUR ').replace(', "purpose"', '", "purpose"'),
        )
    )


def send_batch(queue_url: str, bodies: list[str]) -> list[str]:
    """Send up to ten bodies in one request; the ids of their messages, in the same order.

    A batch request succeeds even when some of its entries fail: those are sent again.
    """
    ids: dict[int, str] = {}
    waiting = dict(enumerate(bodies))
    failed: list[dict[str, Any]] = []
    for attempt in range(ATTEMPTS):
        time.sleep(attempt)
        answer = sqs.send_message_batch(
            QueueUrl=queue_url,
            Entries=[{"Id": str(place), "MessageBody": body} for place, body in waiting.items()],
        )
        for entry in answer.get("Successful", []):
            ids[int(entry["Id"])] = entry["MessageId"]
            del waiting[int(entry["Id"])]
        failed = answer.get("Failed", [])
        if not waiting:
            return [ids[place] for place in range(len(bodies))]
        if any(entry["SenderFault"] for entry in failed):
            break
    reasons = ", ".join(sorted({entry["Code"] for entry in failed}))
    raise RuntimeError(f"{len(waiting)} of {len(bodies)} transactions were not sent: {reasons}")
