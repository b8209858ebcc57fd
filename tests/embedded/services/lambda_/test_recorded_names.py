"""A function by its name, its partial and its full ARN, wherever a request names one.

Recorded: TestPartialARNMatching and what it says of names in TestLambdaFunction of LocalStack's
test_lambda_api.snapshot.json (Apache-2.0); the requests are ours. Left out: "function:transfer"
without an account, which the API's pattern lets through and its documentation does not know. It
means the version or alias "transfer" of a function called "function" here.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from tests.embedded.conftest import Deploy, invoke, zip_code
from tests.embedded.door.access.test_decisions import session, statement
from tests.embedded.recorded import create_mapping, missing, refusal
from tests.embedded.services.lambda_.event_source.test_event_source import create_queue

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:transfer"
VERSION = "def handler(event, context): return context.function_version\n"
PREFIXES = ("", "123456789012:", "123456789012:function:", "us-east-1:123456789012:function:")
OPERATIONS: dict[str, dict[str, Any]] = {
    "get_function_configuration": {},
    "update_function_configuration": {"Timeout": 9},
    "update_function_code": {"ZipFile": zip_code(code=VERSION)},
    "list_versions_by_function": {},
    "list_aliases": {},
    "get_alias": {"Name": "live"},
    "update_alias": {"Name": "live"},
    "put_function_concurrency": {"ReservedConcurrentExecutions": 1},
    "get_function_concurrency": {},
    "delete_function_concurrency": {},
    "put_function_event_invoke_config": {"MaximumRetryAttempts": 1},
    "get_function_event_invoke_config": {},
    "get_function_recursion_config": {},
    "list_event_source_mappings": {},
    "publish_version": {},
}


@pytest.fixture
def client(deploy: Deploy) -> Any:
    """Of an account with a function that answers which version runs."""
    deploy(VERSION, "transfer")
    return boto3.client("lambda")


@pytest.mark.parametrize("prefix", [*PREFIXES, FUNCTION.removesuffix("transfer")])
def test_a_function_is_known_by_its_partial_and_full_arns(client: Any, prefix: str) -> None:
    """Recorded: test_update_function_configuration_full_arn."""
    client.publish_version(FunctionName="transfer")
    client.create_alias(FunctionName="transfer", Name="live", FunctionVersion="1")
    name = f"{prefix}transfer"
    for operation, settings in OPERATIONS.items():
        plain = getattr(client, operation)(FunctionName="transfer", **settings)
        by_arn = getattr(client, operation)(FunctionName=name, **settings)
        assert shape(by_arn) == shape(plain), operation
    for qualifier in ("live", "1"):
        qualified = f"{name}:{qualifier}"
        assert invoke(qualified)["result"] == "1"
        found = client.get_function(FunctionName=qualified)["Configuration"]
        assert found["FunctionArn"] == f"{FUNCTION}:{qualifier}"
    mapping = create_mapping(create_queue(), f"{name}:live")
    assert mapping["FunctionArn"] == f"{FUNCTION}:live"
    listed = client.list_event_source_mappings(FunctionName=f"{name}:live")
    assert [each["UUID"] for each in listed["EventSourceMappings"]] == [mapping["UUID"]]


def shape(answer: dict[str, Any]) -> Any:
    """An answer without what differs from moment to moment."""
    known = json.loads(json.dumps(answer, default=str))
    for varies in ("ResponseMetadata", "RevisionId", "LastModified"):
        known.pop(varies, None)
    return known


def test_a_function_is_made_by_its_arn(client: Any) -> None:
    """Recorded: test_function_arns."""
    spec = {
        "Role": client.get_function_configuration(FunctionName="transfer")["Role"],
        "Runtime": "python3.12",
        "Handler": "code.handler",
        "Code": {"ZipFile": zip_code(code=VERSION)},
    }
    name = FUNCTION.replace("transfer", "other")
    created = client.create_function(FunctionName=name, **spec)
    assert (created["FunctionName"], created["FunctionArn"]) == ("other", name)
    refused = refusal(client.create_function, FunctionName="123456789012:function:other", **spec)
    assert refused["Error"]["Code"] == "ResourceConflictException"
    assert invoke("other")["result"] == "$LATEST"


WRONG = ("invalid:function:name", "arn:aws:lambda:us-east-1:12@function:transfer")


@pytest.mark.parametrize("name", WRONG)
def test_a_name_that_nobody_can_have(client: Any, name: str) -> None:
    """Recorded: test_function_arns, test_invalid_invoke."""
    for call in (client.get_function, client.invoke, client.publish_version, client.get_policy):
        error = refusal(call, FunctionName=name)["Error"]
        assert error["Code"] == "ValidationException"
        assert error["Message"].startswith(
            f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?"
        )


def test_cross_region_arn_function_access(client: Any) -> None:
    there = FUNCTION.replace("us-east-1", "eu-west-1")
    said = "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"
    for call in (client.get_function, client.publish_version, client.list_aliases):
        assert refusal(call, FunctionName=there) == missing(said)


@pytest.mark.parametrize("prefix", [*PREFIXES, FUNCTION.removesuffix("transfer")])
def test_a_policy_s_arn_is_the_one_that_the_name_means(client: Any, prefix: str) -> None:
    client.create_alias(FunctionName="transfer", Name="live", FunctionVersion="$LATEST")
    allowed = statement("Allow", "lambda:InvokeFunction", f"{FUNCTION}:live")
    somebody = session(allowed).client("lambda")
    name = f"{prefix}transfer"
    for named in ({"FunctionName": f"{name}:live"}, {"FunctionName": name, "Qualifier": "live"}):
        assert somebody.invoke(**named)["StatusCode"] == 200
    assert refusal(somebody.invoke, FunctionName=name)["Error"]["Code"] == "AccessDeniedException"
