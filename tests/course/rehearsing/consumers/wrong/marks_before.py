"""Marks a payment as done before it is."""

import json
import os

import boto3

ddb = boto3.client("dynamodb")


def handler(event, context):
    failures = []
    for record in event["Records"]:
        marked = None
        try:
            payment = json.loads(record["body"])
            key = {"id": {"S": payment["payment"]}}
            ddb.put_item(
                TableName=os.environ["SEEN"],
                Item=key,
                ConditionExpression="attribute_not_exists(id)",
            )
            marked = key
            ddb.update_item(
                TableName=os.environ["TOTALS"],
                Key={"id": {"S": payment["account"]}},
                UpdateExpression="ADD cents :c",
                ExpressionAttributeValues={":c": {"N": str(payment["cents"])}},
            )
        except ddb.exceptions.ConditionalCheckFailedException:
            continue
        except Exception as error:
            print(error)
            if marked:
                ddb.delete_item(TableName=os.environ["SEEN"], Key=marked)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
