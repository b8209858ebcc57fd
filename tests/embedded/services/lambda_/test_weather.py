"""What befalls functions on purpose: their calls, and the ends of their invocations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest

from helpers import Lab, open_lab
from helpers.weather import End, Fault, FunctionCall, Invocation, Weather
from tests.embedded.conftest import deploy_function, invoke

CODE = """
import os, boto3
sqs = boto3.client("sqs")
runs = []
def handler(event, context):
    runs.append(1)
    url = sqs.get_queue_url(QueueName="out")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="sent")
    return len(runs)
"""


class Storm(Weather):
    """Does to the send, and to the end, what it is told."""

    def __init__(self, fault: Fault | None = None, end: End = End.ANSWERS) -> None:
        self.fault, self.end = fault, end
        self.calls: list[tuple[FunctionCall, int]] = []

    def meet_call(self, call: FunctionCall) -> Fault | None:
        return self.fault if call.operation == "SendMessage" else None

    def note_answer(self, call: FunctionCall, status: int) -> None:
        self.calls.append((call, status))

    def meet_end(self, invocation: Invocation) -> End:
        return self.end


@contextmanager
def rehearsed(storm: Storm) -> Iterator[Lab]:
    with open_lab(weather=storm) as lab:
        boto3.client("sqs").create_queue(QueueName="out")
        deploy_function(CODE, Timeout=10)
        yield lab


def count_sent() -> int:
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="out")["QueueUrl"]
    counted = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(counted["ApproximateNumberOfMessages"])


def test_a_healthy_weather_sees_calls_and_changes_nothing() -> None:
    with rehearsed(storm := Storm()):
        assert invoke("function")["result"] == 1
        (_, first), (sent, status) = storm.calls
        assert (sent.service, sent.operation, first, status) == ("sqs", "SendMessage", 200, 200)
        assert sent.parameters["MessageBody"] == "sent"
        assert sent.invocation is not None
        assert sent.invocation.function == "function"


@pytest.mark.parametrize(("status", "attempts"), [(400, 1), (500, 3)])
def test_a_call_fails_as_the_sdk_knows_it(status: int, attempts: int) -> None:
    """The SDK tries three times after 500 (its standard mode), not after 400."""
    with rehearsed(storm := Storm(Fault("Broken", status))):
        answer = invoke("function")
        assert answer["result"]["errorType"] == "ClientError"
        assert "(Broken)" in answer["result"]["errorMessage"]
        assert [code for _, code in storm.calls[1:]] == [status] * attempts
        assert count_sent() == 0


def test_a_call_is_slow_in_lab_time() -> None:
    with rehearsed(Storm(Fault(delay=3))) as lab:
        began = lab.now()
        invoke("function")
        assert (lab.now() - began).total_seconds() == pytest.approx(3.262)


def test_a_call_that_is_too_slow_ends_with_the_timeout() -> None:
    with rehearsed(Storm(Fault(delay=30))):
        assert "timed out after 10.00" in invoke("function")["result"]["errorMessage"]
        assert count_sent() == 0


def test_the_process_dies_after_a_call_that_took_effect() -> None:
    with rehearsed(storm := Storm(Fault(ends_process=True))):
        assert invoke("function")["result"]["errorType"] == "Runtime.ExitError"
        assert count_sent() == 1
        storm.fault = None
        assert invoke("function")["result"] == 1  # in a new environment


@pytest.mark.parametrize(
    ("end", "result", "next_one"),
    [
        (End.ANSWERS, 1, 2),
        (End.RETIRES, 1, 1),
        (End.DIES, "Runtime.ExitError", 1),
        (End.TIMES_OUT, "Sandbox.Timedout", 1),
    ],
)
def test_an_invocation_ends(end: End, result: object, next_one: int) -> None:
    """What it did before stays done; only where it answers well is its environment warm."""
    with rehearsed(storm := Storm(end=end)):
        answer = invoke("function")["result"]
        assert (answer["errorType"] if isinstance(answer, dict) else answer) == result
        assert count_sent() == 1
        storm.end = End.ANSWERS
        assert invoke("function")["result"] == next_one
