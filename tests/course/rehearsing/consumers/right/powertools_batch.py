"""Powertools' batch utility, and objects that are the same however often they are written."""

import os

import boto3
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, batch_processor

processor = BatchProcessor(event_type=EventType.SQS)
s3 = boto3.client("s3")


def keep(record):
    payment = record.json_body
    key = f"receipts/{payment['account']}/{payment['payment']}.json"
    s3.put_object(Bucket=os.environ["RECEIPTS"], Key=key, Body=record.body.encode())


@batch_processor(record_handler=keep, processor=processor)
def handler(event, context):
    return processor.response()
