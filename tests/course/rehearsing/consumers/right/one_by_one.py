"""One message an invocation, and an exception for what cannot be done."""

import json
import os

import boto3

ledger = boto3.resource("dynamodb").Table(os.environ["LEDGER"])


def handler(event, context):
    (record,) = event["Records"]
    payment = json.loads(record["body"])
    ledger.update_item(
        Key={"id": payment["payment"]},
        UpdateExpression="SET cents = :c, seen = if_not_exists(seen, :m)",
        ExpressionAttributeValues={":c": payment["cents"], ":m": record["messageId"]},
    )
