"""Keeps the last state of each account: the last that comes."""

import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["LEDGER"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            change = json.loads(record["body"])
            table.put_item(Item={"id": change["account"], "state": change["state"]})
        except Exception:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
