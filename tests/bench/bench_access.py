"""What it costs to ask who may do what: a check by itself, and what it adds to a call."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter
from typing import Any

import boto3

from helpers.embedded.account import EmbeddedAccount
from tests.bench import Row
from tests.embedded.conftest import deploy_function

POLICY = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
IN_THIS_ACCOUNT = {"StringEquals": {"aws:ResourceAccount": "123456789012"}}
USER = "arn:aws:iam::123456789012:user/clerk"
LIMIT = 0.3
"""Milliseconds that a check may cost."""
TURNS = 400


def rows() -> Iterator[Row]:
    with EmbeddedAccount() as lab:
        iam = boto3.client("iam")
        iam.create_user(UserName="clerk")
        clerk = session_of("clerk")
        url = boto3.client("sqs").create_queue(QueueName="queue")["QueueUrl"]
        queue = "arn:aws:sqs:us-east-1:123456789012:queue"

        def check() -> None:
            lab.access.explain(USER, "sqs:SendMessage", queue)

        def check_anew() -> None:
            lab.access.forget()
            check()

        put_policy()
        yield Row("check that was made before", milliseconds(check), "ms", LIMIT)
        yield Row("check after a policy has changed", milliseconds(check_anew), "ms", LIMIT)
        put_policy(Condition=IN_THIS_ACCOUNT)
        yield Row("check of a condition, made each time", milliseconds(check), "ms", LIMIT)
        put_policy()
        sqs = clerk.client("sqs")

        def send() -> None:
            sqs.send_message(QueueUrl=url, MessageBody="text")

        def receive() -> None:
            sqs.receive_message(QueueUrl=url)

        yield Row("enforcement adds to send by boto3", added(lab, send), "ms", LIMIT)
        yield Row("enforcement adds to receive by boto3", added(lab, receive), "ms", LIMIT)
        name, functions = (
            deploy_function("def handler(event, context): pass"),
            clerk.client("lambda"),
        )

        def invoke() -> None:
            functions.invoke(FunctionName=name)

        yield Row("enforcement adds to a warm invocation", added(lab, invoke), "ms", LIMIT)


def session_of(user: str) -> boto3.Session:
    """Signs with a new access key of the user."""
    key = boto3.client("iam").create_access_key(UserName=user)["AccessKey"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")


def put_policy(**more: Any) -> None:
    document = {**POLICY, "Statement": {**POLICY["Statement"], **more}}  # type: ignore[dict-item]
    boto3.client("iam").put_user_policy(
        UserName="clerk", PolicyName="inline", PolicyDocument=json.dumps(document)
    )


def milliseconds(call: Callable[[], None]) -> float:
    """Median cost of a call."""
    return median(seconds(call) for _ in range(TURNS)) * 1000


def added(lab: Any, call: Callable[[], None]) -> float:
    """Median cost of a call with enforcement less that without; the two take turns."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(TURNS):
        for lab.access.enforced in (False, True):
            times[lab.access.enforced].append(seconds(call))
    return (median(times[True]) - median(times[False])) * 1000


def seconds(call: Callable[[], None]) -> float:
    began = perf_counter()
    call()
    return perf_counter() - began
