"""banking-ledger: the table of the accounts that exist and of the transactions that were booked.

Its one key, `entry`, is "account/<number>" or "transaction/<id>".
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import boto3

from helpers.data_files import find_data
from helpers.deploying import tags

if TYPE_CHECKING:
    import pandas as pd

TABLE = "banking-ledger"
ACCOUNTS = find_data("accounts.csv")
ITEMS_PER_WRITE = 25


def create_ledger(name: str = TABLE) -> str:
    """Create the table, or find it, and open the accounts of data/accounts.csv; its ARN."""
    dynamodb = boto3.client("dynamodb")
    try:
        table = dynamodb.describe_table(TableName=name)["Table"]
    except dynamodb.exceptions.ResourceNotFoundException:
        arn = create_table(name)
        open_accounts(read_accounts(), name)
        return arn
    return str(table["TableArn"])


def create_table(name: str) -> str:
    """A new table with the one key `entry`, and nothing in it; its ARN."""
    dynamodb = boto3.client("dynamodb")
    table = dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "entry", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "entry", "KeyType": "HASH"}],
        Tags=tags.AS_LIST,
    )["TableDescription"]
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    return str(table["TableArn"])


def read_accounts() -> list[dict[str, str]]:
    """The accounts in data/accounts.csv: `account` and `owner` of each."""
    with ACCOUNTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def open_accounts(accounts: list[dict[str, str]], name: str = TABLE) -> None:
    """Make the ledger know these accounts (`account` and `owner` of each)."""
    dynamodb = boto3.client("dynamodb")
    requests = [
        {
            "PutRequest": {
                "Item": {
                    "entry": {"S": f"account/{account['account']}"},
                    "owner": {"S": account["owner"]},
                }
            }
        }
        for account in accounts
    ]
    while requests:
        chunk, requests = requests[:ITEMS_PER_WRITE], requests[ITEMS_PER_WRITE:]
        answer = dynamodb.batch_write_item(RequestItems={name: chunk})
        requests += answer.get("UnprocessedItems", {}).get(name, [])


def find_accounts(name: str = TABLE) -> set[str]:
    """The numbers of the accounts the ledger knows."""
    return {entry.partition("/")[2] for entry in _scan("account/", name)}


def read_bookings(name: str = TABLE) -> pd.DataFrame:
    """The booked transactions.

    Returns:
        Index transaction_id, sorted; columns payer, payee, cents (int), purpose, message_id,
        booked_at (UTC).
    """
    import pandas as pd

    rows = [
        {
            "transaction_id": entry.partition("/")[2],
            "payer": item["payer"]["S"],
            "payee": item["payee"]["S"],
            "cents": int(item["cents"]["N"]),
            "purpose": item["purpose"]["S"],
            "message_id": item["messageId"]["S"],
            "booked_at": item["bookedAt"]["S"],
        }
        for entry, item in _scan("transaction/", name).items()
    ]
    columns = [
        "transaction_id",
        "payer",
        "payee",
        "cents",
        "purpose",
        "message_id",
        "booked_at",
    ]
    frame = pd.DataFrame(rows, columns=columns).astype({"cents": "int64"})
    frame["booked_at"] = pd.to_datetime(frame["booked_at"], utc=True)
    return frame.set_index("transaction_id").sort_index()


def delete_ledger(name: str = TABLE) -> bool:
    """Delete the table and its content, if the course created it."""
    dynamodb = boto3.client("dynamodb")
    try:
        arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    except dynamodb.exceptions.ResourceNotFoundException:
        return False
    if not tags.is_ours(dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]):
        return False
    dynamodb.delete_table(TableName=name)
    dynamodb.get_waiter("table_not_exists").wait(TableName=name)
    return True


def _scan(prefix: str, name: str) -> dict[str, dict[str, Any]]:
    """The items whose entry begins with `prefix`, by entry."""
    pages = (
        boto3.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=name,
            ConsistentRead=True,
            FilterExpression="begins_with(entry, :prefix)",
            ExpressionAttributeValues={":prefix": {"S": prefix}},
        )
    )
    return {item["entry"]["S"]: item for page in pages for item in page["Items"]}
