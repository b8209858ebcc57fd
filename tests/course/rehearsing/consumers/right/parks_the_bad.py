"""Puts aside what it cannot read, and retries what the ledger refuses."""

import json
import os

import boto3

dynamodb = boto3.resource("dynamodb")
ledger = dynamodb.Table(os.environ["LEDGER"])
bucket = boto3.resource("s3").Bucket(os.environ["RECEIPTS"])


def handler(event, context):
    retry = []
    for record in event["Records"]:
        try:
            payment = json.loads(record["body"])
            item = {"id": payment["payment"], "cents": payment["cents"]}
        except (ValueError, KeyError, TypeError):
            bucket.put_object(Key=f"unreadable/{record['messageId']}", Body=record["body"])
            continue
        try:
            ledger.put_item(Item=item)
        except Exception:
            retry.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": retry}
