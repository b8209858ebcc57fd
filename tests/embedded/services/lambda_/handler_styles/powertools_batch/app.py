from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

processor = BatchProcessor(event_type=EventType.SQS)


def book(record: SQSRecord):
    order = record.json_body
    if order["amount"] < 0:
        raise ValueError(f"{order['amount']} is no amount")
    print("booked", order["amount"])


def handler(event, context):
    return process_partial_response(event, book, processor, context)
