"""banking-reconciliation-function-tester, which sends generated transactions to the queue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3

from helpers import keys, ledger, receiver
from helpers.packages import SOURCES, build_package, deploy_function, find_variables
from helpers.roles import create_sender_role

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

FUNCTION = "banking-reconciliation-function-tester"
ROLE = f"{FUNCTION}-role"
FILES = [
    *(SOURCES / name for name in ("sender.py", "transactions.py", "signing_secret.py")),
    ledger.ACCOUNTS,
]
TIMEOUT = 60


def create_sender(
    lab: Lab, key_arn: str, queue_url: str, queue_arn: str, reseal: bool = False
) -> str:
    """Deploy the function, its role included, or bring it up to date; its ARN.

    It signs with the receiver's secret, sealed for itself; the receiver must exist.

    Args:
        reseal: seal the receiver's secret anew, since it is a new one.
    """
    role_arn = create_sender_role(ROLE, key_arn, queue_arn)
    secret = find_variables(FUNCTION).get("SIGNING_SECRET")
    if reseal or not secret:
        receivers = find_variables(receiver.FUNCTION)["SIGNING_SECRET"]
        secret = keys.reseal_secret(receivers, key_arn, receiver.FUNCTION, FUNCTION)
    return deploy_function(
        lab,
        FUNCTION,
        build_package(FILES),
        "sender.handler",
        role_arn,
        TIMEOUT,
        {"QUEUE_URL": queue_url, "SIGNING_SECRET": secret},
    )


def send_transactions(count: int = 100, seed: int = 2026) -> pd.DataFrame:
    """Invoke the sender and wait for its answer: what it sent, message by message.

    The same count and seed make the same transactions, ids included.

    Returns:
        Index message_id, in the order of sending; columns transaction_id, cents (int).

    Raises:
        RuntimeError: the function failed, with its own words.
    """
    import pandas as pd

    answer = boto3.client("lambda").invoke(
        FunctionName=FUNCTION, Payload=json.dumps({"count": count, "seed": seed})
    )
    payload = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise RuntimeError(f"{FUNCTION} failed: {payload.get('errorMessage', payload)}")
    columns = {"messageId": "message_id", "transactionId": "transaction_id", "cents": "cents"}
    frame = pd.DataFrame(payload["sent"], columns=list(columns)).rename(columns=columns)
    return frame.set_index("message_id")
