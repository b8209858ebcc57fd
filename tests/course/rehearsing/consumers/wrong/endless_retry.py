"""Tries until it works, inside the handler."""

import json
import os
import time

import boto3
from botocore.exceptions import ClientError

ledger = boto3.resource("dynamodb").Table(os.environ["LEDGER"])


def put(item):
    while True:
        try:
            return ledger.put_item(Item=item)
        except ClientError as error:
            print("again", error)
            time.sleep(1)


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            payment = json.loads(record["body"])
            put({"id": payment["payment"], "cents": payment["cents"]})
        except ValueError:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
