"""Books once, by the payment's id; notes when, and how often the message had come."""

import json
import os
from datetime import datetime, timezone

import boto3

client = boto3.client("dynamodb")


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            payment = json.loads(record["body"])
            client.put_item(
                TableName=os.environ["LEDGER"],
                Item={
                    "id": {"S": payment["payment"]},
                    "cents": {"N": str(payment["cents"])},
                    "processed_at": {"S": datetime.now(timezone.utc).isoformat()},
                    "receive_count": {"N": record["attributes"]["ApproximateReceiveCount"]},
                    "message": {"S": record["messageId"]},
                    "request": {"S": context.aws_request_id},
                },
                ConditionExpression="attribute_not_exists(id)",
            )
        except client.exceptions.ConditionalCheckFailedException:
            print("booked already")
        except Exception as error:
            print(error)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
