"""Reports failures by the payment's id, which Lambda does not know."""

import json
import os

import boto3

ledger = boto3.resource("dynamodb").Table(os.environ["LEDGER"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        payment = {}
        try:
            payment = json.loads(record["body"])
            ledger.put_item(Item={"id": payment["payment"], "cents": payment["cents"]})
        except Exception:
            failures.append({"itemIdentifier": payment.get("payment", "unknown")})
    return {"batchItemFailures": failures}
