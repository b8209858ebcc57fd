"""A fault of ours stays with whom it belongs to, and is told once, in words."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.cloudwatch.alarms import watch
from helpers.embedded.services.lambda_.event_source.filters import Filters
from helpers.embedded.services.lambda_.event_source.poller import Poller
from helpers.embedded.services.lambda_.execution.environments import ExecutionEnvironment
from helpers.embedded.services.sqs.backend import SqsBackend
from helpers.embedded.services.sqs.moves import Moves
from helpers.embedded.time.faults import EmbeddedFault
from tests.embedded.conftest import Deploy, invoke
from tests.embedded.services.lambda_.event_source.test_event_source import (
    PRINTS,
    arn,
    connect,
    count,
    create_queue,
    handled,
    send,
    with_dead_letters,
)

ONCE = Config(retries={"total_max_attempts": 1})


def test_a_mapping_says_what_stopped_it_and_polls_on(
    lab: EmbeddedAccount, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(PRINTS)
    queue = create_queue(VisibilityTimeout="30")
    mapping = connect(queue)
    lab.advance(5)
    send(queue, "a", "b")

    def accept(*_: Any) -> bool:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(Filters, "accept", accept)
        with pytest.warns(EmbeddedFault) as told:
            lab.advance(60)
    assert len(told) == 1
    said = str(told[0].message)
    assert "ZeroDivisionError in the event source mapping of orders" in said
    assert "please send" in said
    found = boto3.client("lambda").get_event_source_mapping(UUID=mapping)
    assert found["LastProcessingResult"] == "PROBLEM: Internal error: ZeroDivisionError."
    assert sum(count(queue)) == 2
    lab.run_until_idle()
    assert sorted(body for batch in handled() for body in batch) == ["a", "b"]
    found = boto3.client("lambda").get_event_source_mapping(UUID=mapping)
    assert "LastProcessingResult" not in found


def test_a_batch_that_could_not_be_processed_comes_back(
    lab: EmbeddedAccount, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(PRINTS)
    queue = create_queue(VisibilityTimeout="30")
    connect(queue)
    send(queue, "a")

    def done(*_: Any) -> list[Any]:
        raise KeyError("x")

    with monkeypatch.context() as broken:
        broken.setattr(Poller, "_done", done)
        with pytest.warns(EmbeddedFault, match="KeyError"):
            lab.advance(10)
    assert count(queue) == (0, 1)
    lab.run_until_idle()
    assert handled() == [["a"], ["a"]]
    assert count(queue) == (0, 0)


def test_an_environment_that_says_nonsense_fails_its_invocation(
    lab: EmbeddedAccount, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy("def handler(event, context): return 1")
    assert invoke("function")["result"] == 1

    def answer(_: Any) -> Any:
        raise ValueError("bad marshal data")

    with monkeypatch.context() as broken:
        broken.setattr(ExecutionEnvironment, "answer", answer)
        with pytest.warns(EmbeddedFault, match="an invocation of function"):
            failed = invoke("function")
    assert failed["error"] == "Unhandled"
    assert failed["result"]["errorType"] == "Runtime.Unknown"
    assert invoke("function")["result"] == 1


def test_a_request_meets_an_internal_error(
    lab: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_queue()

    def get_queue(*_: Any) -> Any:
        raise AttributeError("none")

    sqs = boto3.client("sqs", config=ONCE)
    with monkeypatch.context() as broken:
        broken.setattr(SqsBackend, "get_queue", get_queue)
        with pytest.warns(EmbeddedFault, match="a request to sqs") as told:
            failures = [_error_of(sqs.get_queue_url, QueueName="orders") for _ in range(2)]
    assert failures == [("InternalFailure", 500)] * 2
    assert len(told) == 1
    assert sqs.get_queue_url(QueueName="orders")["QueueUrl"].endswith("/orders")


def test_an_alarm_is_looked_at_again(lab: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        boto3.client("cloudwatch").put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/SQS",
            MetricName="NumberOfMessagesSent",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="LessThanThreshold",
            TreatMissingData="breaching",
        )

    def judge(*_: Any) -> Any:
        raise OverflowError

    with monkeypatch.context() as broken:
        broken.setattr(watch, "judge", judge)
        with pytest.warns(EmbeddedFault, match="in the alarm") as told:
            lab.advance(300)
    assert len(told) == 2
    lab.advance(120)
    alarms = boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert [each["StateValue"] for each in alarms] == ["ALARM", "ALARM"]


def test_a_move_of_messages_says_that_it_failed(
    lab: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, dead = with_dead_letters(1)
    send(dead, "a")

    def move(*_: Any) -> bool:
        raise IndexError

    with monkeypatch.context() as broken:
        broken.setattr(Moves, "_move_one", move)
        boto3.client("sqs").start_message_move_task(SourceArn=arn(dead))
        with pytest.warns(EmbeddedFault, match="a message move task of dead"):
            lab.advance(1)
    [task] = boto3.client("sqs").list_message_move_tasks(SourceArn=arn(dead))["Results"]
    assert (task["Status"], task["FailureReason"]) == ("FAILED", "InternalError")
    assert (count(queue), count(dead)) == ((0, 0), (1, 0))


def _error_of(call: Any, **parameters: Any) -> tuple[str, int]:
    """Code and HTTP status."""
    with pytest.raises(ClientError) as failed:
        call(**parameters)
    answer = failed.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


DEEP = "[" * 1000 + "]" * 1000


def test_a_body_that_is_too_deep_is_no_json_for_a_filter(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    """LDG with-sqs-filtering: a text is dropped by a filter that looks into it."""
    deploy(PRINTS)
    queue = create_queue()
    connect(queue, FilterCriteria={"Filters": [{"Pattern": '{"body": {"n": [1]}}'}]})
    good = json.dumps({"n": 1})
    send(queue, DEEP, '{"n": 1', "\u2028{", '{"n": NaN}', good)
    lab.run_until_idle()
    assert handled() == [[good]]
    assert count(queue) == (0, 0)


def test_documents_that_are_too_deep_are_refused(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy("def handler(event, context): return 1")
    queue = create_queue()
    clients = {name: boto3.client(name) for name in ("lambda", "sqs", "iam", "kms", "sns")}
    refused: dict[str, Any] = {
        "invoke": lambda: clients["lambda"].invoke(FunctionName="function", Payload=DEEP),
        "no utf-8": lambda: clients["lambda"].invoke(FunctionName="function", Payload=b'"\xff"'),
        "policy": lambda: clients["sqs"].set_queue_attributes(
            QueueUrl=queue, Attributes={"Policy": DEEP}
        ),
        "redrive": lambda: clients["sqs"].set_queue_attributes(
            QueueUrl=queue, Attributes={"RedrivePolicy": DEEP}
        ),
        "role": lambda: clients["iam"].create_role(RoleName="deep", AssumeRolePolicyDocument=DEEP),
        "managed": lambda: clients["iam"].create_policy(PolicyName="p", PolicyDocument=DEEP),
        "key": lambda: clients["kms"].create_key(Policy=DEEP),
        "topic": lambda: clients["sns"].create_topic(Name="t", Attributes={"Policy": DEEP}),
        "template": lambda: boto3.client("cloudformation").create_stack(
            StackName="deep", TemplateBody=DEEP
        ),
    }
    for name, call in refused.items():
        with pytest.raises(ClientError) as refusal:
            call()
        status = refusal.value.response["ResponseMetadata"]["HTTPStatusCode"]
        assert status in (400, 403), (name, refusal.value)
    assert invoke("function")["result"] == 1
