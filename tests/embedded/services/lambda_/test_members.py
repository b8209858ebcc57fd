"""Nothing that a request about a function says is dropped without a word.

Every member of the API's input shapes has its place in a table: kept, so that it is answered again;
obeyed, with the test that shows it; or refused in words. A member that a new botocore brings has
none until somebody decides.
"""

from __future__ import annotations

from typing import Any

import boto3
import botocore.session
import pytest

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.service import NotInEmbeddedAccount
from tests.embedded.conftest import Deploy, deploy_function, zip_code

LAMBDA_ARN = "arn:aws:lambda:us-east-1:123456789012"

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

OBEYED = {
    "Code": "test_packages",
    "FunctionName": "test_recorded_names",
    "KMSKeyArn": "test_function_keys",
    "Layers": "test_packages",
    "Publish": "test_recorded_versions",
    "RevisionId": "test_recorded_versions",
    "Tags": "test_recorded_functions",
    "VpcConfig": "test_a_vpc_is_kept",
    "DryRun": "test_recorded_versions",
    "S3Bucket": "test_packages",
    "S3Key": "test_packages",
    "ZipFile": "test_packages",
}
"""Shown by these tests."""

REFUSED: dict[str, Any] = {
    "AcceleratorConfig": {"AcceleratorMemorySize": 1},
    "CapacityProviderConfig": {
        "LambdaManagedInstancesCapacityProviderConfig": {
            "CapacityProviderArn": f"{LAMBDA_ARN}:capacity-provider:bank"
        }
    },
    "CodeSigningConfigArn": f"{LAMBDA_ARN}:code-signing-config:csc-0123456789abcdef0",
    "DurableConfig": {"ExecutionTimeout": 60},
    "FileSystemConfigs": [
        {
            "Arn": "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/"
            "fsap-0123456789abcdef0",
            "LocalMountPath": "/mnt/bank",
        }
    ],
    "ImageConfig": {"Command": ["handler"]},
    "ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/bank:1",
    "PublishTo": "LATEST_PUBLISHED",
    "RuntimeConfig": {
        "RuntimeAlias": "latest",
        "RuntimeArn": f"arn:aws:lambda:us-east-1::runtime:{'0' * 64}",
    },
    "S3ObjectStorageMode": "REFERENCE",
    "S3ObjectVersion": "1",
    "SnapStart": {"ApplyOn": "PublishedVersions"},
    "SourceKMSKeyArn": "arn:aws:kms:us-east-1:123456789012:key/bank",
    "TenancyConfig": {"TenantIsolationMode": "PER_TENANT"},
}
"""What no function here can have."""

OPERATIONS = ("CreateFunction", "UpdateFunctionConfiguration", "UpdateFunctionCode")
LAMBDA = botocore.session.get_session().get_service_model("lambda")
SHAPES = {name: LAMBDA.operation_model(name).input_shape.members for name in OPERATIONS}
SHAPES["Code"] = SHAPES["CreateFunction"]["Code"].members


@pytest.mark.parametrize("shape", SHAPES)
def test_of_every_member_somebody_has_decided(shape: str) -> None:
    undecided = set(SHAPES[shape]) - {*KEPT, *ONLY_MADE, *OBEYED, *REFUSED}
    assert not undecided, f"{shape}: is it kept, obeyed or refused? {sorted(undecided)}"


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
    assert vpc.items() <= kept.items()


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_refused_is_refused_in_words(function: Any, shape: str) -> None:
    code = {"ZipFile": zip_code(code="")}
    made = {"FunctionName": "made", "Role": KEPT["Role"]}
    call, others = {
        "CreateFunction": (function.create_function, made | {"Code": code}),
        "UpdateFunctionConfiguration": (
            function.update_function_configuration,
            {"FunctionName": "function"},
        ),
        "UpdateFunctionCode": (function.update_function_code, code | {"FunctionName": "function"}),
        "Code": (function.create_function, made),
    }[shape]
    before = function.get_function_configuration(FunctionName="function")["RevisionId"]
    for name in REFUSED.keys() & set(SHAPES[shape]):
        given: dict[str, Any] = {name: REFUSED[name]}
        if shape == "Code":
            given = {"Code": code | given}
        with pytest.raises(NotInEmbeddedAccount, match=name):
            call(**others, **given)
    after = function.get_function_configuration(FunctionName="function")["RevisionId"]
    assert before == after
    with pytest.raises(function.exceptions.ResourceNotFoundException):
        function.get_function(FunctionName="made")


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
