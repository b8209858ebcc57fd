"""Adds each payment to its account's total, as often as it comes."""

import json
import os

import boto3

totals = boto3.resource("dynamodb").Table(os.environ["TOTALS"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            payment = json.loads(record["body"])
            totals.update_item(
                Key={"id": payment["account"]},
                UpdateExpression="ADD cents :c",
                ExpressionAttributeValues={":c": payment["cents"]},
            )
        except Exception as error:
            print("failed", error)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
