"""Keeps the accounts' totals in memory, which a cold start forgets."""

import json
import os

import boto3

totals = boto3.resource("dynamodb").Table(os.environ["TOTALS"])
sums: dict[str, int] = {}
done: set[str] = set()


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            payment = json.loads(record["body"])
            account = payment["account"]
            if payment["payment"] not in done:
                sums[account] = sums.get(account, 0) + payment["cents"]
                done.add(payment["payment"])
            totals.put_item(Item={"id": account, "cents": sums[account]})
        except Exception as error:
            print(error)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
