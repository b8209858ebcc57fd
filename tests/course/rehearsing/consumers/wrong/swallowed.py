"""Logs what goes wrong with a record, and goes on."""

import json
import logging
import os

import boto3

logging.getLogger().setLevel("INFO")
dynamodb = boto3.client("dynamodb")


def lambda_handler(record):
    body = json.loads(record["body"])
    dynamodb.put_item(
        TableName=os.environ["LEDGER"],
        Item={"id": {"S": body["payment"]}, "cents": {"N": str(body["cents"])}},
    )


def handler(event, _context):
    for record in event["Records"]:
        try:
            lambda_handler(record)
        except Exception:
            logging.exception("could not process %s", record["messageId"])
    return {"batchItemFailures": []}
