"""Was tried with one message at a time."""

import json
import os

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    record = event["Records"][0]
    payment = json.loads(record["body"])
    s3.put_object(
        Bucket=os.environ["RECEIPTS"], Key=f"{payment['payment']}.json", Body=record["body"]
    )
    return {"batchItemFailures": []}
