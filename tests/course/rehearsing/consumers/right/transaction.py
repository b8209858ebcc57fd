"""The mark and the sum in one transaction."""

import json
import os
import time

import boto3

client = boto3.client("dynamodb")


def book(payment):
    mark = {
        "TableName": os.environ["SEEN"],
        "Item": {"id": {"S": payment["payment"]}, "ttl": {"N": str(int(time.time()) + 86400)}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    add = {
        "TableName": os.environ["TOTALS"],
        "Key": {"id": {"S": payment["account"]}},
        "UpdateExpression": "ADD cents :c",
        "ExpressionAttributeValues": {":c": {"N": str(payment["cents"])}},
    }
    try:
        client.transact_write_items(TransactItems=[{"Put": mark}, {"Update": add}])
    except client.exceptions.TransactionCanceledException as error:
        codes = [reason["Code"] for reason in error.response["CancellationReasons"]]
        if codes[0] != "ConditionalCheckFailed":
            raise


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            book(json.loads(record["body"]))
        except Exception as error:
            print(error)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
