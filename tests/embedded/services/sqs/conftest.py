"""Queues in a lab of their own, through plain boto3."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers import sending
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.sqs.cipher import DataKey
from helpers.embedded.services.sqs.queue import Queue
from helpers.embedded.services.sqs.service import SqsService
from helpers.embedded.time.trace import Trace


class Inside(NamedTuple):
    """What a test looks at that boto3 does not show."""

    queues: SqsService
    trace: Trace


class Refusal(NamedTuple):
    """An error as boto3 reports it."""

    code: str
    query_code: str
    message: str
    status: int


class NoKeys:
    """What a queue knows of KMS that stands alone: the key of SSE-SQS, and no other."""

    sqs_owned_key = DataKey(bytes(32), None)


@pytest.fixture
def sqs(lab: EmbeddedAccount) -> Any:
    return _client()


@cache
def _client() -> Any:
    """One client for all tests: it reaches whichever lab is open, and takes 0.1 s to make."""
    return boto3.client("sqs")


@pytest.fixture
def inside(lab: EmbeddedAccount) -> Inside:
    queues = lab._services.load("sqs")
    assert isinstance(queues, SqsService)
    return Inside(queues, lab._trace)


@pytest.fixture
def make(sqs: Any) -> Callable[..., str]:
    """Create a queue with attributes as keywords; its URL."""

    def make(name: str = "queue", **attributes: Any) -> str:
        if name.endswith(".fifo"):
            attributes.setdefault("FifoQueue", "true")
        texts = {key: str(value) for key, value in attributes.items()}
        return str(sqs.create_queue(QueueName=name, Attributes=texts)["QueueUrl"])

    return make


@pytest.fixture
def queue(inside: Inside) -> Callable[[str], Queue]:
    """The queue behind a URL."""

    def find(url: str) -> Queue:
        name = url.rpartition("/")[2]
        return next(queue for queue in inside.queues.all() if queue.name == name)

    return find


def refusal(call: Callable[..., Any], **parameters: Any) -> Refusal:
    """The error that a call is refused with."""
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    response = raised.value.response
    error = response["Error"]
    return Refusal(
        error["Code"],
        error.get("QueryErrorCode", ""),
        error["Message"],
        response["ResponseMetadata"]["HTTPStatusCode"],
    )


def receive(sqs: Any, url: str, most: int = 10, **options: Any) -> list[dict[str, Any]]:
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most, **options)
    return list(answer.get("Messages", []))


def bodies(messages: list[dict[str, Any]]) -> list[str]:
    return [message["Body"] for message in messages]


def counts(sqs: Any, url: str) -> tuple[int, int, int]:
    """Visible, in flight, delayed."""
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return (
        int(attributes["ApproximateNumberOfMessages"]),
        int(attributes["ApproximateNumberOfMessagesNotVisible"]),
        int(attributes["ApproximateNumberOfMessagesDelayed"]),
    )


def arn(sqs: Any, url: str) -> str:
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(answer["Attributes"]["QueueArn"])


def send(sqs: Any, url: str, *texts: str, **options: Any) -> list[dict[str, Any]]:
    """Send each text; on a FIFO queue each under itself as deduplication id unless given."""
    return [sqs.send_message(QueueUrl=url, MessageBody=text, **options) for text in texts]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What AWS was recorded to answer is asked by both ways through the door."""
    if metafunc.module.__name__.rpartition(".")[2].startswith("test_recorded"):
        metafunc.fixturenames.append("way")
        metafunc.parametrize("way", ["short", "full"], indirect=True)


@pytest.fixture
def way(request: pytest.FixtureRequest, lab: EmbeddedAccount, monkeypatch: Any) -> None:
    if request.param == "full":
        monkeypatch.setattr(sending, "_shortcut", None)
