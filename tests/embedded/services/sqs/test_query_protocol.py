"""The older query protocol, asked by hand: boto3 speaks JSON to SQS."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from helpers.embedded.wire import ApiRequest, ApiResponse

SPACE = "{http://queue.amazonaws.com/doc/2012-11-05/}"


def ask(lab: Any, url: str, action: str, **parameters: str) -> ApiResponse:
    form = urlencode({"Action": action, "Version": "2012-11-05", "QueueUrl": url, **parameters})
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    request = AWSRequest("POST", url, headers, form)
    credentials = boto3.Session().get_credentials()
    SigV4Auth(credentials, "sqs", "us-east-1").add_auth(request)
    answer = lab.answer(ApiRequest.from_botocore(request.prepare()))
    assert isinstance(answer, ApiResponse)
    return answer


def test_a_message_is_received(lab: Any, make: Any, sqs: Any) -> None:
    url = make()
    sqs.send_message(QueueUrl=url, MessageBody="text")
    answer = ask(lab, url, "ReceiveMessage")
    assert answer.status == 200
    body = ElementTree.fromstring(answer.body).find(f".//{SPACE}Message/{SPACE}Body")
    assert body is not None
    assert body.text == "text"


def test_a_long_poll_waits(lab: Any, make: Any) -> None:
    url = make()
    before = lab.now()
    ask(lab, url, "ReceiveMessage", WaitTimeSeconds="7")
    assert (lab.now() - before).total_seconds() == 7


def test_a_refusal_has_its_code_and_its_own_words(lab: Any, make: Any) -> None:
    """Recorded: test_non_existent_queue, queue-does-not-exist-query."""
    answer = ask(lab, make().replace("queue", "other"), "GetQueueAttributes")
    assert answer.status == 400
    texts = {
        element.tag.rpartition("}")[2]: element.text
        for element in ElementTree.fromstring(answer.body).iter()
    }
    assert texts["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert texts["Message"] == "The specified queue does not exist for this wsdl version."
    assert texts["Type"] == "Sender"
