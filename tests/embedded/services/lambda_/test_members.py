"""What a request about a function says is kept and answered, or refused before anything is done.

That every member has been decided about: `tests/embedded/door/test_members.py`.
"""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.service import NotInEmbeddedAccount
from tests.embedded.conftest import Deploy, deploy_function, zip_code

KEPT: dict[str, Any] = {
    "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:123456789012:failed"},
    "Description": "reconciles",
    "Environment": {"Variables": {"STAGE": "test"}},
    "EphemeralStorage": {"Size": 1024},
    "Handler": "other.handler",
    "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/bank/reconciliation"},
    "MemorySize": 256,
    "Role": "arn:aws:iam::123456789012:role/function-role",
    "Runtime": "python3.12",
    "Timeout": 9,
    "TracingConfig": {"Mode": "Active"},
}
"""Set and read back."""

ONLY_MADE: dict[str, Any] = {"Architectures": ["arm64"], "PackageType": "Zip"}
"""Set and read back, too, but only while a function is made."""


@pytest.fixture
def function(lab: EmbeddedAccount) -> Any:
    """The Lambda client of a lab in which a function is deployed."""
    deploy_function("def handler(event, context): return event")
    boto3.client("sqs").create_queue(QueueName="failed")
    return boto3.client("lambda")


def test_what_is_kept_is_answered(function: Any) -> None:
    function.update_function_configuration(FunctionName="function", **KEPT)
    changed = function.get_function_configuration(FunctionName="function")
    assert {name: changed[name] for name in KEPT} == KEPT
    function.create_function(
        FunctionName="made", Code={"ZipFile": zip_code(other="")}, **KEPT, **ONLY_MADE
    )
    made = function.get_function_configuration(FunctionName="made")
    assert {name: made[name] for name in KEPT | ONLY_MADE} == KEPT | ONLY_MADE
    function.update_function_code(
        FunctionName="made", ZipFile=zip_code(other="x = 1"), Architectures=["x86_64"]
    )
    answer = function.get_function_configuration(FunctionName="made")
    assert answer["Architectures"] == ["x86_64"]


def test_a_vpc_is_kept(function: Any) -> None:
    vpc = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    function.update_function_configuration(FunctionName="function", VpcConfig=vpc)
    kept = function.get_function_configuration(FunctionName="function")["VpcConfig"]
    assert kept == vpc  # and no network that is made up


def test_a_log_goes_to_the_group_that_the_function_names(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(
        "import os\ndef handler(event, context): print(os.environ['AWS_LAMBDA_LOG_GROUP_NAME'])",
        LoggingConfig={"LogGroup": "/bank/log"},
    )
    boto3.client("lambda").invoke(FunctionName="function")
    events = boto3.client("logs").filter_log_events(logGroupName="/bank/log")["events"]
    assert "/bank/log" in [each["message"].strip() for each in events]


@pytest.mark.parametrize(
    "given", [{"TenantId": "bank"}, {"DurableExecutionName": "bank"}, {"ClientContext": "e30="}]
)
@pytest.mark.parametrize("kind", ["RequestResponse", "Event"])
def test_an_invocation_says_what_it_cannot_bring(
    function: Any, lab: EmbeddedAccount, given: dict[str, str], kind: str
) -> None:
    with pytest.raises(NotInEmbeddedAccount, match=next(iter(given))):
        function.invoke(FunctionName="function", InvocationType=kind, **given)
    lab.run_until_idle()
    assert function.invoke(FunctionName="function", Payload=b"1")["Payload"].read() == b"1"


def test_a_version_is_published_to_nowhere_else(function: Any) -> None:
    with pytest.raises(NotInEmbeddedAccount, match="PublishTo"):
        function.publish_version(FunctionName="function", PublishTo="LATEST_PUBLISHED")
    assert len(function.list_versions_by_function(FunctionName="function")["Versions"]) == 1
