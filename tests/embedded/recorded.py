"""What recorded cases of event source mappings are compared with: mappings, records, refusals.

A value that differs from run to run is masked on both sides.
"""

from __future__ import annotations

import json
import re
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.embedded.services.lambda_.event_source.test_event_source import arn

LAMBDA = "arn:aws:lambda:us-east-1:123456789012"
TELLS = """
import json

def handler(event, context):
    print(json.dumps([event]))
"""
FAILS_AT_FIRST = """
import json

def handler(event, context):
    (record,) = event["Records"]
    wanted = json.loads(record["body"])["fail_attempts"]
    fails = int(record["attributes"]["ApproximateReceiveCount"]) <= wanted
    print(json.dumps([event]))
    if fails:
        raise Exception("failed attempt")
"""
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def create_mapping(queue: str, function: str = "function", **settings: Any) -> dict[str, Any]:
    """What AWS answers, without the header."""
    answer = boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=arn(queue), FunctionName=function, **settings
    )
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 202
    return dict(answer)


def expected_mapping(queue: str, uuid: str, **settings: Any) -> dict[str, Any]:
    return {
        "BatchSize": 10,
        "EventSourceArn": arn(queue),
        "EventSourceMappingArn": f"{LAMBDA}:event-source-mapping:{uuid}",
        "FunctionArn": f"{LAMBDA}:function:function",
        "FunctionResponseTypes": [],
        "MaximumBatchingWindowInSeconds": 0,
        "State": "Creating",
        "StateTransitionReason": "USER_INITIATED",
        "UUID": uuid,
        **settings,
    }


def assert_mapping(answer: dict[str, Any], queue: str, **settings: Any) -> None:
    """Exactly the recorded fields; `settings` differ from the defaults."""
    found = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    assert found.pop("LastModified") is not None
    assert UUID.fullmatch(found["UUID"])
    assert found == expected_mapping(queue, found["UUID"], **settings)


def get_mapping(uuid: str) -> dict[str, Any]:
    return dict(boto3.client("lambda").get_event_source_mapping(UUID=uuid))


def expected_record(queue: str, sent: dict[str, Any], body: str, **more: Any) -> dict[str, Any]:
    """A record with exactly the recorded fields, those that vary masked."""
    attributes = {
        "ApproximateReceiveCount": "1",
        "SentTimestamp": "<time>",
        "SenderId": "<sender>",
        "ApproximateFirstReceiveTimestamp": "<time>",
        **more.pop("attributes", {}),
    }
    return {
        "messageId": sent["MessageId"],
        "receiptHandle": "<handle>",
        "body": body,
        "attributes": attributes,
        "messageAttributes": {},
        "md5OfBody": sent["MD5OfMessageBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn(queue),
        "awsRegion": "us-east-1",
        **more,
    }


def mask(record: dict[str, Any]) -> dict[str, Any]:
    assert len(record["receiptHandle"]) > 20
    assert {len(record["attributes"][name]) for name in TIMES} == {13}
    times = dict.fromkeys(TIMES, "<time>")
    attributes = {**record["attributes"], **times, "SenderId": "<sender>"}
    return {**record, "receiptHandle": "<handle>", "attributes": attributes}


TIMES = ("SentTimestamp", "ApproximateFirstReceiveTimestamp")


def told(function: str = "function") -> list[Any]:
    """What the handler printed, in order; events with their records masked."""
    answer = boto3.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")
    lines = [each["message"] for each in answer["events"] if each["message"].startswith("[{")]
    return [json.loads(line)[0] for line in lines]


def records(function: str = "function") -> list[list[dict[str, Any]]]:
    """The records of each invocation."""
    return [[mask(record) for record in event["Records"]] for event in told(function)]


def send_one(queue: str, body: Any, **options: Any) -> tuple[dict[str, Any], str]:
    text = body if isinstance(body, str) else json.dumps(body)
    sent = boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=text, **options)
    return dict(sent), text


def dead_letters(dead: str) -> list[tuple[str, str]]:
    answer = boto3.client("sqs").receive_message(QueueUrl=dead, MaxNumberOfMessages=10)
    return [(each["MessageId"], each["Body"]) for each in answer.get("Messages", [])]


def refusal(call: Any, **parameters: Any) -> dict[str, Any]:
    """A refused call's whole answer, but for the headers."""
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    answer = dict(raised.value.response)
    answer["HTTPStatusCode"] = answer.pop("ResponseMetadata")["HTTPStatusCode"]
    return answer


def expected_refusal(
    message: str, code: str = "InvalidParameterValueException", status: int = 400
) -> dict[str, Any]:
    """As boto3 shows it: the message once more, and whose fault it is."""
    error = {"Code": code, "Message": message}
    return {"Error": error, "Type": "User", "message": message, "HTTPStatusCode": status}


def missing(message: str) -> dict[str, Any]:
    """As Lambda says that something is not there: with a capital letter."""
    error = {"Code": "ResourceNotFoundException", "Message": message}
    return {"Error": error, "Type": "User", "Message": message, "HTTPStatusCode": 404}
