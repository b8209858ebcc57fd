"""Reads the total, adds, writes it back: whoever wrote meanwhile is overwritten."""

import json
import os

import boto3

db = boto3.resource("dynamodb")
ledger = db.Table(os.environ["LEDGER"])
totals = db.Table(os.environ["TOTALS"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            payment = json.loads(record["body"])
            found = totals.get_item(Key={"id": payment["account"]}).get("Item", {})
            known = set(found.get("payments", []))
            if payment["payment"] in known:
                continue
            totals.put_item(
                Item={
                    "id": payment["account"],
                    "cents": found.get("cents", 0) + payment["cents"],
                    "payments": known | {payment["payment"]},
                }
            )
        except Exception as error:
            print(error)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
