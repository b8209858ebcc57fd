"""Handlers as people write them are deployed as they are, with what they depend on, and run."""

from __future__ import annotations

import importlib.util
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import create_role, invoke
from tests.embedded.services.lambda_.event_source.test_event_source import (
    connect,
    count,
    create_queue,
)

STYLES = Path(__file__).with_name("handler_styles")
PYDANTIC = (
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "typing_extensions",
    "typing_inspection",
)
POWERTOOLS = ("aws_lambda_powertools", "jmespath", "typing_extensions")


def deploy_style(name: str, *packages: str, handler: str = "app.handler") -> None:
    """As a person does it: `pip install -t` and zip."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        for each in sorted(STYLES.joinpath(name).rglob("*")):
            code.write(each, each.relative_to(STYLES / name))
        for package in packages:
            spec = importlib.util.find_spec(package)
            assert spec is not None
            assert spec.origin is not None
            origin = Path(spec.origin)
            found = origin.parent.rglob("*") if spec.submodule_search_locations else [origin]
            for each in found:
                if "__pycache__" not in each.parts:
                    code.write(each, each.relative_to(_site(origin, package)))
    boto3.client("lambda").create_function(
        FunctionName="function",
        Role=create_role(),
        Runtime="python3.13",
        Handler=handler,
        Timeout=20,
        MemorySize=512,
        Code={"ZipFile": archive.getvalue()},
    )


def _site(origin: Path, package: str) -> Path:
    return origin.parents[1] if origin.parent.name == package else origin.parent


def records(*bodies: str) -> dict[str, Any]:
    return {
        "Records": [
            {"messageId": str(n), "body": body, "eventSource": "aws:sqs", "attributes": {}}
            for n, body in enumerate(bodies)
        ]
    }


def json_lines(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


def test_pydantic_models(lab: EmbeddedAccount) -> None:
    deploy_style("pydantic_models", *PYDANTIC)
    answer = invoke("function", records('{"number": "7"}', '{"number": "x"}', "no JSON"))
    assert answer["result"] == {
        "batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "2"}],
        "orders": [{"number": 7, "articles": []}],
    }
    assert "1 ('number',)" in answer["log"]


def test_powertools_batch_with_partial_failures(lab: EmbeddedAccount) -> None:
    deploy_style("powertools_batch", *POWERTOOLS)
    queue = create_queue(
        RedrivePolicy=json.dumps(
            {"maxReceiveCount": 2, "deadLetterTargetArn": (_arn(create_queue("dead")))}
        )
    )
    connect(queue, FunctionResponseTypes=["ReportBatchItemFailures"])
    sqs = boto3.client("sqs")
    for amount in (1, -2, 3):
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"amount": amount}))
    lab.run_until_idle()
    assert count(queue) == (0, 0)
    assert count(_url("dead")) == (1, 0)
    events = boto3.client("logs").filter_log_events(logGroupName="/aws/lambda/function")["events"]
    booked = [each["message"] for each in events if each["message"].startswith("booked")]
    assert sorted(booked) == ["booked 1", "booked 3"]


def _arn(queue: str) -> str:
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    return str(answer["Attributes"]["QueueArn"])


def _url(name: str) -> str:
    return str(boto3.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def test_powertools_logger(lab: EmbeddedAccount) -> None:
    deploy_style("powertools_logger", *POWERTOOLS)
    answer = invoke("function", {"order": "o-1", "amount": 0})
    assert answer["result"] == "o-1"
    received, failed = json_lines(answer["log"])
    assert received["message"] == {"order": "o-1", "amount": 0}
    assert received["function_name"] == "function"
    assert received["timestamp"].startswith("2026-01-05 09:00:00")
    assert (failed["service"], failed["customer"]) == ("orders", "c-1")
    assert failed["location"] == "handler:12"
    assert '"/var/task/app.py", line 10, in handler' in failed["exception"]


def test_powertools_idempotency_on_dynamodb(lab: EmbeddedAccount) -> None:
    boto3.client("dynamodb").create_table(
        TableName="done-orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    deploy_style("powertools_idempotency", *POWERTOOLS)
    first = {"order": "o-1", "done": 1}
    assert invoke("function", {"order": "o-1"})["result"] == first
    assert invoke("function", {"order": "o-1"})["result"] == first
    assert invoke("function", {"order": "o-2"})["result"] == {"order": "o-2", "done": 2}
    lab.advance(61)
    assert invoke("function", {"order": "o-1"})["result"] == {"order": "o-1", "done": 3}


def test_powertools_metrics_become_metrics(lab: EmbeddedAccount) -> None:
    deploy_style("powertools_metrics", *POWERTOOLS)
    for booked in (3, 4):
        assert invoke("function", booked)["error"] is None
    lab.advance(60)
    metrics = boto3.client("cloudwatch").list_metrics(Namespace="Shop")["Metrics"]
    assert {each["MetricName"] for each in metrics} == {"Booked", "ColdStart"}
    summed = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="Shop",
        MetricName="Booked",
        Dimensions=[{"Name": "service", "Value": "orders"}],
        StartTime="2026-01-05T09:00:00Z",
        EndTime="2026-01-05T09:10:00Z",
        Period=600,
        Statistics=["Sum"],
    )
    assert [each["Sum"] for each in summed["Datapoints"]] == [7]


def test_structlog(lab: EmbeddedAccount) -> None:
    deploy_style("structlog_json", "structlog")
    received, failed = json_lines(invoke("function", {"a": 1})["log"])
    assert received["event_"] == {"a": 1}
    assert received["timestamp"] == "2026-01-05T09:00:00.252000Z"
    assert failed["request"] == received["request"]
    [error] = failed["exception"]
    assert [(each["filename"], each["name"]) for each in error["frames"]] == [
        ("/var/task/app.py", "handler")
    ]


def test_asyncio(lab: EmbeddedAccount) -> None:
    deploy_style("asyncio_gather")
    assert invoke("function", ["a", "b", "c"])["result"] == {"found": ["A", "B", "C"], "seconds": 1}


def test_a_pool_of_threads(lab: EmbeddedAccount) -> None:
    deploy_style("thread_pool")
    names = [f"queue-{n}" for n in range(8)]
    assert invoke("function", names)["result"] == names


def test_child_processes(lab: EmbeddedAccount) -> None:
    deploy_style("child_process")
    answer = invoke("function", [1, 2, 3])
    assert answer["result"] == "6"
    assert "\n9\n" in answer["log"]


@pytest.mark.parametrize("handler", ["shop.orders.handler", "shop/orders.handler"])
def test_a_package_with_relative_imports_and_data(lab: EmbeddedAccount, handler: str) -> None:
    deploy_style("package", handler=handler)
    assert invoke("function", "tea")["result"] == {
        "price": 3,
        "from": "/var/task/shop/prices.py",
        "package": "shop",
    }


def test_a_vendored_dependency(lab: EmbeddedAccount) -> None:
    deploy_style("vendored")
    assert invoke("function", 200)["result"] == {
        "to pay": 180,
        "from": "/var/task/vendor/discounts/__init__.py",
    }


def test_a_cache_in_tmp(lab: EmbeddedAccount) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="prices")
    s3.put_object(Bucket="prices", Key="prices.json", Body=b'{"tea": 3}')
    deploy_style("tmp_cache")
    assert invoke("function", "tea")["result"] == {"source": "fetched", "price": 3, "seen": 1}
    assert invoke("function", "tea")["result"] == {"source": "cached", "price": 3, "seen": 2}


def test_a_botocore_of_its_own_talks_to_the_account(lab: EmbeddedAccount) -> None:
    packages = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
    deploy_style("thread_pool", *packages)
    assert invoke("function", ["queue"])["result"] == ["queue"]
    assert boto3.client("sqs").list_queues()["QueueUrls"][0].endswith("/queue")
