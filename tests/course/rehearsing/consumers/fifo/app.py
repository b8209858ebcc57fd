"""Keeps the order of a group: after a failure the rest of the batch is not tried."""

import json

import boto3

client = boto3.client("dynamodb")
NEWER = "attribute_not_exists(version) OR version < :v"


def keep(change):
    client.update_item(
        TableName="accounts",
        Key={"id": {"S": change["account"]}},
        UpdateExpression="SET now = :s, version = :v ADD payments :p",
        ConditionExpression=NEWER,
        ExpressionAttributeValues={
            ":s": {"S": change["state"]},
            ":v": {"N": str(change["version"])},
            ":p": {"SS": [change["payment"]]},
        },
    )


def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            if not failed:
                keep(json.loads(record["body"]))
        except client.exceptions.ConditionalCheckFailedException:
            continue
        except Exception as error:
            print("failed:", error)
            failed.append({"itemIdentifier": record["messageId"]})
        else:
            failed += [{"itemIdentifier": record["messageId"]}] if failed else []
    return {"batchItemFailures": failed}
