"""Books, then tells; what is booked already is not told again."""

import json
import os

import boto3

ddb = boto3.client("dynamodb")
sns = boto3.client("sns")


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            payment = json.loads(record["body"])
            ddb.put_item(
                TableName=os.environ["LEDGER"],
                Item={"id": {"S": payment["payment"]}, "cents": {"N": str(payment["cents"])}},
                ConditionExpression="attribute_not_exists(id)",
            )
            sns.publish(
                TopicArn=os.environ["NEWS"], Message=json.dumps({"paid": payment["payment"]})
            )
        except ddb.exceptions.ConditionalCheckFailedException:
            print("known already")
        except Exception as error:
            print(error)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
