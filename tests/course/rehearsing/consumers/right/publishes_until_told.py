"""Books, tells, and notes that it has told: told at least once, and mostly once."""

import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["LEDGER"])
sns = boto3.client("sns")
sqs = boto3.client("sqs")
exceptions = table.meta.client.exceptions


def book(payment):
    try:
        table.put_item(
            Item={"id": payment["payment"], "cents": payment["cents"], "told": False},
            ConditionExpression="attribute_not_exists(id)",
        )
    except exceptions.ConditionalCheckFailedException:
        return table.get_item(Key={"id": payment["payment"]}, ConsistentRead=True)["Item"]["told"]
    return False


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            payment = json.loads(record["body"])
            if book(payment):
                continue
            sqs.send_message(
                QueueUrl=os.environ["PARCELS"],
                MessageBody=json.dumps({"parcel": payment["payment"]}),
                MessageGroupId=payment["account"],
                MessageDeduplicationId=payment["payment"],
            )
            table.update_item(
                Key={"id": payment["payment"]},
                UpdateExpression="SET told = :t",
                ExpressionAttributeValues={":t": True},
            )
        except Exception as error:
            print(error)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
