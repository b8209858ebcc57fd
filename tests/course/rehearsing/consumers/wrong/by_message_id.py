"""Takes the message id for the payment's."""

import json
import os

import boto3

client = boto3.client("dynamodb")


def book(record):
    payment = json.loads(record["body"])
    try:
        client.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": os.environ["SEEN"],
                        "Item": {"id": {"S": record["messageId"]}},
                        "ConditionExpression": "attribute_not_exists(id)",
                    }
                },
                {
                    "Update": {
                        "TableName": os.environ["TOTALS"],
                        "Key": {"id": {"S": payment["account"]}},
                        "UpdateExpression": "ADD cents :c",
                        "ExpressionAttributeValues": {":c": {"N": str(payment["cents"])}},
                    }
                },
            ]
        )
    except client.exceptions.TransactionCanceledException as error:
        if "ConditionalCheckFailed" not in str(error):
            raise


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            book(record)
        except Exception:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
