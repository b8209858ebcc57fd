"""banking-reconciliation-function: books the transactions of a batch in the ledger."""

import json
import os
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import ClientError
from signing_secret import open_secret
from transactions import Refused, Transaction, check_transaction

dynamodb = boto3.client("dynamodb")
known_accounts: set[str] = set()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Book what passes the checks; name the rest, so that only those messages come back.

    Anything else that goes wrong (the ledger is down, say) fails the whole batch: all of its
    messages come back, and those that were booked already are recognised.
    """
    failures = []
    for record in event["Records"]:
        try:
            transaction = check_transaction(record["body"], open_secret(), is_known)
            book_transaction(transaction, record["messageId"])
        except Refused as refusal:
            log_refusal(record, refusal)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def is_known(account: str) -> bool:
    """Whether the ledger knows the account. A yes is remembered, a no is asked again."""
    if account not in known_accounts:
        answer = dynamodb.get_item(
            TableName=os.environ["LEDGER_TABLE"],
            Key={"entry": {"S": f"account/{account}"}},
        )
        if "Item" in answer:
            known_accounts.add(account)
    return account in known_accounts


def book_transaction(transaction: Transaction, message_id: str) -> None:
    """Write the transaction, unless it is there: a message delivered twice is booked once.

    Raises:
        Refused: DynamoDB finds the item itself wrong.
    """
    try:
        dynamodb.put_item(
            TableName=os.environ["LEDGER_TABLE"],
            Item={
                "entry": {"S": f"transaction/{transaction.transactionId}"},
                "payer": {"S": transaction.payer},
                "payee": {"S": transaction.payee},
                "cents": {"N": str(transaction.cents)},
                "purpose": {"S": transaction.purpose},
                "messageId": {"S": message_id},
                "bookedAt": {"S": datetime.now(UTC).isoformat(timespec="milliseconds")},
            },
            ConditionExpression="attribute_not_exists(entry)",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        print(json.dumps({"event": "already booked", "messageId": message_id}))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationException":
            raise
        # What the table never takes, such as an item over 400 KB, must not fail its batch.
        raise Refused("unreconcilable", "the ledger refuses the item") from error


def log_refusal(record: dict[str, Any], refusal: Refused) -> None:
    """One line of JSON for each refusal, so that the log can be searched by field."""
    line = {
        "event": "refused",
        "reason": refusal.reason,
        "detail": refusal.detail,
        "messageId": record["messageId"],
        "receiveCount": int(record["attributes"]["ApproximateReceiveCount"]),
    }
    print(json.dumps(line))
