"""A release of the receiver that also notes a fee for each transaction it books.

Notebook 07 deploys it. Its author tried it with the purposes that came to mind.
"""

import json
from typing import Any

import receiver

FEES = {
    "rent": 0,
    "invoice": 25,
    "salary": 0,
    "refund": 0,
    "membership fee": 10,
    "savings": 0,
    "books": 5,
}
"""Cents, by the purpose of a transaction."""


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Check and book each record, and note its fee."""
    failures = []
    for record in event["Records"]:
        refused = receiver.handler({"Records": [record]}, context)["batchItemFailures"]
        failures += refused
        if not refused:
            note_fee(json.loads(record["body"]))
    return {"batchItemFailures": failures}


def note_fee(transaction: dict[str, Any]) -> None:
    """One line of JSON in the log for each fee."""
    cents = FEES[transaction["purpose"]]
    print(json.dumps({"event": "fee", "cents": cents}))
