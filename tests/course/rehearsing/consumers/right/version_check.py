"""Keeps the newest state of each account, whatever comes last."""

import json
import os

import boto3
from boto3.dynamodb.conditions import Attr

table = boto3.resource("dynamodb").Table(os.environ["LEDGER"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            change = json.loads(record["body"])
            item = {"id": change["account"], "state": change["state"], "version": change["version"]}
            newer = Attr("id").not_exists() | Attr("version").lt(change["version"])
            table.put_item(Item=item, ConditionExpression=newer)
        except table.meta.client.exceptions.ConditionalCheckFailedException:
            pass
        except Exception:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
