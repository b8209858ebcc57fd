"""Powertools' batch and idempotency utilities, as their documentation puts them together."""

import os

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS)
store = DynamoDBPersistenceLayer(table_name=os.environ["SEEN"])
config = IdempotencyConfig(event_key_jmespath="payment")
ledger = boto3.resource("dynamodb").Table(os.environ["LEDGER"])


@idempotent_function(data_keyword_argument="payment", config=config, persistence_store=store)
def book(payment: dict) -> dict:
    ledger.put_item(Item={"id": payment["payment"], "cents": payment["cents"]})
    return {"booked": payment["payment"]}


def record_handler(record: SQSRecord) -> dict:
    return book(payment=record.json_body)


def handler(event, context):
    config.register_lambda_context(context)
    return process_partial_response(
        event=event, record_handler=record_handler, processor=processor, context=context
    )
