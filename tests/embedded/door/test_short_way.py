"""By the short way, too, everything is as botocore and the account make it."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import boto3
import botocore
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.httpsession import URLLib3Session
from botocore.stub import Stubber
from moto import mock_aws

from helpers import open_lab, sending
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.wire import ApiRequest, ApiResponse
from tests.embedded.conftest import TRUST_LAMBDA

Asked = tuple[str, str, dict[str, Any]]
URL = "https://sqs.us-east-1.amazonaws.com/123456789012/orders"
DENY = {"Statement": {"Effect": "Deny", "Action": "sqs:PurgeQueue", "Resource": "*"}}
ALLOW = {"Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}
BROWSERS = {"StringLike": {"aws:UserAgent": "*Botocore*lang/python*m/*"}}


def code() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("code.py"), "def handler(event, context): return event")
    return archive.getvalue()


CASES: list[Asked] = [
    ("sqs", "create_queue", {"QueueName": "orders", "tags": {"team": "ä"}}),
    ("sqs", "create_queue", {"QueueName": "o/o"}),
    ("sqs", "send_message", {"QueueUrl": URL, "MessageBody": "Grüße, \u2028 \U0001f389"}),
    ("sqs", "send_message", {"QueueUrl": URL, "MessageBody": ""}),
    ("sqs", "send_message", {"QueueUrl": URL + "s", "MessageBody": "nowhere"}),
    ("sqs", "send_message", {"QueueUrl": URL, "MessageBody": "b", "MessageAttributes": {
        "photo": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}}),
    ("sqs", "send_message_batch", {"QueueUrl": URL, "Entries": [
        {"Id": "1", "MessageBody": "good"}, {"Id": "2", "MessageBody": "\x00"}]}),
    ("sqs", "receive_message", {"QueueUrl": URL, "MaxNumberOfMessages": 10,
        "MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"]}),
    ("sqs", "receive_message", {"QueueUrl": URL, "MaxNumberOfMessages": 11}),
    ("sqs", "receive_message", {"QueueUrl": URL, "WaitTimeSeconds": 3}),
    ("sqs", "delete_message", {"QueueUrl": URL, "ReceiptHandle": "none"}),
    ("sqs", "get_queue_attributes", {"QueueUrl": URL, "AttributeNames": ["All"]}),
    ("iam", "create_role", {"RoleName": "role", "AssumeRolePolicyDocument": TRUST_LAMBDA}),
    ("iam", "get_role", {"RoleName": "nobody"}),
    ("iam", "list_users", {}),
    ("sts", "get_caller_identity", {}),
    ("kms", "create_key", {"Description": "ours"}),
    ("kms", "describe_key", {"KeyId": "alias/none"}),
    ("sns", "create_topic", {"Name": "topic"}),
    ("sns", "publish", {"TopicArn": "arn:aws:sns:us-east-1:123456789012:none", "Message": "m"}),
    ("cloudwatch", "put_metric_data", {"Namespace": "bank", "MetricData": [
        {"MetricName": "sums", "Value": 0.1}]}),
    ("cloudwatch", "list_metrics", {}),
    ("logs", "create_log_group", {"logGroupName": "/bank"}),
    ("logs", "describe_log_groups", {}),
    ("logs", "get_log_events", {"logGroupName": "none", "logStreamName": "none"}),
    ("lambda", "create_function", {"FunctionName": "function", "Runtime": "python3.13",
        "Role": "arn:aws:iam::123456789012:role/role", "Handler": "code.handler",
        "Code": {"ZipFile": code()}}),
    ("lambda", "get_function_configuration", {"FunctionName": "function"}),
    ("lambda", "get_function", {"FunctionName": "none"}),
    ("lambda", "list_functions", {"MaxItems": 1}),
    ("cloudformation", "describe_stacks", {"StackName": "none"}),
    ("events", "put_rule", {"Name": "rule", "ScheduleExpression": "rate(1 minute)"}),
    ("dynamodb", "describe_table", {"TableName": "none"}),
    ("sqs", "purge_queue", {"QueueUrl": URL}),
]  # fmt: skip


@contextmanager
def a_lab(way: str) -> Iterator[EmbeddedAccount]:
    with open_lab(seed=7) as lab:
        assert isinstance(lab, EmbeddedAccount)
        taken = sending._way if way == "short" else sending._way._replace(shortcut=None)
        with patch.object(sending, "_way", taken):
            yield lab


@contextmanager
def full_requests() -> Iterator[list[Any]]:
    """What goes out as HTTP inside."""
    sent: list[Any] = []
    from_botocore = ApiRequest.from_botocore

    def note(request: Any) -> ApiRequest:
        sent.append(request)
        return from_botocore(request)

    with patch.object(ApiRequest, "from_botocore", note):
        yield sent


def ask(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
    """All of the answer, or of the error; dates are of this machine, and no function has one."""
    try:
        answer = getattr(client, operation)(**parameters)
    except ClientError as error:
        return type(error).__name__, str(error), error.response
    except BotoCoreError as error:
        return type(error).__name__, str(error)
    return answer


def everything(way: str) -> Any:
    with a_lab(way) as lab:
        clients = {name: boto3.client(name) for name in {service for service, _, _ in CASES}}
        with full_requests() as sent:
            answers = [ask(clients[service], *asked) for service, *asked in CASES]  # type: ignore[arg-type]
        assert bool(sent) is (way == "full")
        return answers, lab.trace().to_dict("records")


def test_answers_errors_and_the_trace_are_the_same() -> None:
    (short, short_trace), (full, full_trace) = everything("short"), everything("full")
    for case, ours, theirs in zip(CASES, short, full, strict=True):
        assert ours == theirs, case
    assert str(short_trace) == str(full_trace)
    assert len(short_trace) > 4


def callers(iam: Any) -> dict[str, dict[str, str]]:
    """Keys of several callers: one for each reason to be let in or not."""
    found = {}
    by_agent = {"Statement": {**ALLOW["Statement"], "Condition": BROWSERS}}
    policies = {"allowed": ALLOW, "denied": DENY, "nothing": None, "by-agent": by_agent}
    for name, policy in policies.items():
        iam.create_user(UserName=name)
        if policy:
            document = json.dumps({"Version": "2012-10-17", **policy})
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        found[name] = {
            "aws_access_key_id": key["AccessKeyId"],
            "aws_secret_access_key": key["SecretAccessKey"],
        }
    session = boto3.client("sts", **found["allowed"]).get_session_token(DurationSeconds=900)
    signed = session["Credentials"]
    found["session"] = {
        "aws_access_key_id": signed["AccessKeyId"],
        "aws_secret_access_key": signed["SecretAccessKey"],
        "aws_session_token": signed["SessionToken"],
    }
    found["session without its token"] = {
        name: text for name, text in found["session"].items() if name != "aws_session_token"
    }
    found["session of another token"] = {**found["session"], "aws_session_token": "another"}
    found["wrong secret"] = {**found["allowed"], "aws_secret_access_key": "wrong"}
    found["unknown"] = {**found["allowed"], "aws_access_key_id": "AKIANOBODYNOBODY0000"}
    return found


def decisions(way: str) -> Any:
    with a_lab(way) as lab:
        url = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
        keys = callers(boto3.client("iam"))
        clients = {name: boto3.client("sqs", **key) for name, key in keys.items()}
        found = {}
        for hour in range(2):
            for name, client in clients.items():
                asked = {"QueueUrl": url, "MessageBody": name}
                found[name, hour] = ask(client, "send_message", asked)
            lab.advance(3600)  # sessions are over
        return found, lab.trace().to_dict("records")


def test_who_may_is_decided_alike() -> None:
    (short, short_trace), (full, full_trace) = decisions("short"), decisions("full")
    assert short == full
    assert str(short_trace) == str(full_trace)
    refused = {case[0] for case in short if isinstance(short[case], tuple)}
    assert {"denied", "nothing", "wrong secret", "unknown", "session of another token"} <= refused
    assert isinstance(short["session", 0], dict)
    assert isinstance(short["session", 1], tuple)
    assert isinstance(short["by-agent", 0], dict)


def test_other_programs_see_the_same_request() -> None:
    """What the account reads of it: the target, the user agent, the trace header."""
    seen = []
    for way in ("short", "full"):
        with a_lab(way) as lab:
            answer = lab._gateway.admit

            def note(request: ApiRequest, answer: Any = answer) -> Any:
                headers = {name.lower(): text for name, text in request.headers.items()}
                names = ("user-agent", "x-amz-target", "content-type", "x-amzn-query-mode")
                kept = {name: headers.get(name) for name in names}
                seen.append((request.method, request.url, request.body, request.scope, kept))
                return answer(request)

            with patch.object(lab._gateway, "admit", note):
                config = Config(user_agent_extra="ours")
                boto3.client("sqs", config=config).create_queue(QueueName="orders")
                pages = boto3.client("iam").get_paginator("list_users").paginate(PathPrefix="/ä b/")
                list(pages)
    assert seen[: len(seen) // 2] == seen[len(seen) // 2 :]


EVENTS = ("before-sign", "before-send", "response-received", "request-created", "needs-retry")


@pytest.mark.parametrize("event", EVENTS)
def test_hooks_of_a_client_are_called(lab: EmbeddedAccount, event: str) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    calls: list[Any] = []

    def hook(**given: Any) -> None:
        calls.append(given)

    sqs.meta.events.register(f"{event}.sqs.SendMessage", hook)
    sqs.send_message(QueueUrl=url, MessageBody="seen")
    sqs.get_queue_url(QueueName="orders")
    assert len(calls) == 1
    sqs.meta.events.unregister(f"{event}.sqs.SendMessage", hook)
    with full_requests() as sent:
        sqs.send_message(QueueUrl=url, MessageBody="not seen")
    assert (len(calls), sent) == (1, [])


def test_what_is_called_after_a_call_sees_the_answer(lab: EmbeddedAccount) -> None:
    sqs = boto3.client("sqs")
    seen: list[Any] = []

    def hook(http_response: AWSResponse, parsed: Any, **_: Any) -> None:
        seen.append((http_response.status_code, json.loads(http_response.content), parsed))

    sqs.meta.events.register("after-call.sqs.CreateQueue", hook)
    with full_requests() as sent:
        answer = sqs.create_queue(QueueName="orders")
    assert (sent, seen[0][0], seen[0][1]["QueueUrl"]) == ([], 200, answer["QueueUrl"])


def test_a_hook_before_sending_may_answer(lab: EmbeddedAccount) -> None:
    sqs = boto3.client("sqs")

    def answer(request: Any, **_: Any) -> AWSResponse:
        made = ApiResponse(200, {}, b'{"QueueUrl": "mine"}')
        return made.to_botocore(request.url)

    sqs.meta.events.register("before-send.sqs", answer)
    assert sqs.create_queue(QueueName="orders")["QueueUrl"] == "mine"


def _adaptive(_: EmbeddedAccount) -> Any:
    return boto3.client("sqs", config=Config(retries={"mode": "adaptive"}))


def _unsigned(_: EmbeddedAccount) -> Any:
    return boto3.client("sqs", config=Config(signature_version=botocore.UNSIGNED))


def _with_session_hook(_: EmbeddedAccount) -> Any:
    session = boto3.Session()
    session.events.register("before-send", lambda **_: None)
    return session.client("sqs")


class _Session(URLLib3Session):
    pass


def _other_session(_: EmbeddedAccount) -> Any:
    client = boto3.client("sqs")
    client._endpoint.http_session = _Session()
    return client


@pytest.mark.parametrize("make", [_adaptive, _unsigned, _with_session_hook, _other_session])
def test_a_client_that_is_not_plain_takes_the_full_way(
    lab: EmbeddedAccount, make: Callable[[EmbeddedAccount], Any]
) -> None:
    with full_requests() as sent:
        ask(make(lab), "list_queues", {})
    assert len(sent) == 1


def test_what_botocore_logs_is_logged(
    lab: EmbeddedAccount, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "botocore.endpoint"):
        boto3.client("sqs").list_queues()
    assert any("Sending http request" in record.message for record in caplog.records)


def test_stubs_and_mocks_stand_before_the_account(lab: EmbeddedAccount) -> None:
    sqs = boto3.client("sqs")
    with Stubber(sqs) as stubber:
        stubber.add_response("list_queues", {"QueueUrls": ["stubbed"]})
        assert sqs.list_queues()["QueueUrls"] == ["stubbed"]
    with patch("botocore.client.BaseClient._make_api_call", return_value={"QueueUrls": ["mine"]}):
        assert sqs.list_queues()["QueueUrls"] == ["mine"]
    with (
        patch.object(URLLib3Session, "send", side_effect=OSError("patched")),
        pytest.raises(OSError, match="patched"),
    ):
        sqs.list_queues()
    with mock_aws():
        mocked = boto3.client("sqs", region_name="eu-west-3").create_queue(QueueName="mocked")
    assert "mocked" in mocked["QueueUrl"]
    assert "QueueUrls" not in sqs.list_queues()


@pytest.mark.parametrize("way", ["short", "full"])
def test_failures_are_tried_again_as_often(way: str) -> None:
    with a_lab(way) as lab:
        sqs = boto3.client("sqs", config=Config(retries={"total_max_attempts": 3}))
        tries: list[ApiRequest] = []
        busy = ApiResponse(503, {}, b'{"__type": "ServiceUnavailable", "message": "busy"}')

        def fail(request: ApiRequest) -> ApiResponse:
            tries.append(request)
            return busy

        with (
            patch.object(lab._gateway, "admit", fail),
            patch("time.sleep"),
            pytest.raises(ClientError) as raised,
        ):
            sqs.list_queues()
        assert len(tries) == 3
        assert raised.value.response["ResponseMetadata"]["RetryAttempts"] == 2
