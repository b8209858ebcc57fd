"""Functions as AWS was recorded to configure, name, limit and share them, case by case.

The cases and their names are those of LocalStack's test_lambda_api.snapshot.json (Apache-2.0); the
requests are ours. Left out, because this account has nothing of it or moto's shapes suffice:
layers, images, function URLs, SnapStart, code signing and provisioned concurrency. Versions,
aliases and revisions are in test_recorded_versions.py, policies in test_recorded_permissions.py.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy, invoke, zip_code
from tests.embedded.recorded import expected_refusal, missing, refusal
from tests.embedded.services.lambda_.event_source.test_event_source import arn, create_queue

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function"
NAMED = {"FunctionName": "function"}
VERSION = """
    def handler(event, context):
        return context.function_version
"""


@pytest.fixture
def client(deploy: Deploy) -> Any:
    """Of an account with a function that answers which version runs."""
    deploy(VERSION)
    return boto3.client("lambda")


# Names


def test_a_function_of_another_region_is_out_of_reach(client: Any) -> None:
    """Recorded: test_get_function_wrong_region."""
    said = "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"
    there = f"{FUNCTION}:function".replace("us-east-1", "eu-west-1")
    for call in (client.get_function, client.invoke, client.delete_function, client.get_policy):
        assert refusal(call, FunctionName=there) == missing(said)


@pytest.mark.parametrize(
    "name", ["invalid:function:name", "inv@lid", "function:$latest", "arn:aws:sqs:us-east-1:1:f"]
)
def test_what_is_no_function_s_name_is_refused(client: Any, name: str) -> None:
    """Recorded: test_function_arns."""
    refused = refusal(client.get_function, FunctionName=name)["Error"]
    assert refused["Code"] == "ValidationException"
    assert refused["Message"].startswith(
        f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy "
        "constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)"
    )


def test_a_name_has_its_length(client: Any) -> None:
    for call, most in ((client.publish_version, 140), (client.get_function, 256)):
        refused = refusal(call, FunctionName=f"{FUNCTION}:{'a' * most}")["Error"]
        assert refused["Message"].endswith(f"Member must have length less than or equal to {most}")


def test_two_qualifiers_must_agree(client: Any) -> None:
    """Recorded: test_ops_with_arn_qualifier_mismatch."""
    said = "The derived qualifier from the function name does not match the specified qualifier."
    for call in (client.get_function, client.invoke, client.delete_function):
        refused = refusal(call, FunctionName=f"{FUNCTION}:function:1", Qualifier="$LATEST")
        assert refused == expected_refusal(said)


def test_latest_goes_only_with_its_function(client: Any) -> None:
    refused = refusal(client.delete_function, FunctionName="function", Qualifier="$LATEST")
    said = "$LATEST version cannot be deleted without deleting the function."
    assert refused == expected_refusal(said)
    assert invoke("function")["result"] == "$LATEST"


# Settings


@pytest.mark.parametrize("runtime", ["non-existent-runtime", "PYTHON3.9"])
def test_an_unknown_runtime_is_refused(client: Any, runtime: str) -> None:
    """Recorded: test_create_lambda_exceptions, test_update_lambda_exceptions."""
    update = client.update_function_configuration
    refused = refusal(update, FunctionName="function", Runtime=runtime)["Error"]
    assert refused["Code"] == "InvalidParameterValueException"
    assert refused["Message"].startswith(
        f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum "
        "value set: [nodejs20.x, python3.14, provided.al2023,"
    )


def test_a_timeout_is_15_minutes_at_most(client: Any) -> None:
    update = client.update_function_configuration
    update(FunctionName="function", Timeout=900)
    refused = refusal(update, FunctionName="function", Timeout=901)["Error"]
    assert refused["Message"] == (
        "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: "
        "Member must have value less than or equal to 900"
    )


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        (
            {"SMALL_VAR": "ok", "LARGE_VAR": "x" * 4064},
            f'exceeded the 4KB limit. String measured: {{"SMALL_VAR":"ok","LARGE_VAR":"'
            f'{"x" * 4064}"}}',
        ),
        (
            {"AWS_REGION": "here", "QUEUE": "there"},
            "contains reserved keys that are currently not supported for modification. Reserved "
            "keys used in this request: AWS_REGION",
        ),
    ],
)
def test_environment_variables_have_their_limits(
    client: Any, variables: dict[str, str], why: str
) -> None:
    """Recorded: TestLambdaSizeLimits."""
    update = client.update_function_configuration
    refused = refusal(update, FunctionName="function", Environment={"Variables": variables})
    assert refused == expected_refusal(
        "Lambda was unable to configure your environment variables because the environment "
        f"variables you have provided {why}"
    )
    fits = {"SMALL_VAR": "ok", "LARGE_VAR": "x" * 4063}
    update(FunctionName="function", Environment={"Variables": fits})


def test_code_that_is_no_zip_file_changes_nothing(client: Any) -> None:
    before = client.get_function_configuration(**NAMED)["RevisionId"]
    refused = refusal(client.update_function_code, **NAMED, ZipFile=b"text")
    assert refused["Error"]["Message"].startswith("Could not unzip uploaded file.")
    assert client.get_function_configuration(**NAMED)["RevisionId"] == before


@pytest.mark.parametrize("level", ["ApplicationLogLevel", "SystemLogLevel"])
@pytest.mark.parametrize("log_format", [{}, {"LogFormat": "Text"}])
def test_a_log_as_text_has_no_levels(client: Any, level: str, log_format: dict[str, str]) -> None:
    """The words as in https://github.com/aws/aws-cdk/pull/28045."""
    update = client.update_function_configuration
    refused = refusal(update, **NAMED, LoggingConfig={level: "WARN", **log_format})
    assert refused == expected_refusal(
        'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your '
        'request or change the LogFormat to "JSON" and try again.'
    )


@pytest.mark.parametrize(
    ("config", "member"),
    [
        ({"LogFormat": "XML"}, "loggingConfig.logFormat"),
        ({"ApplicationLogLevel": "LOUD"}, "loggingConfig.applicationLogLevel"),
        ({"SystemLogLevel": "TRACE"}, "loggingConfig.systemLogLevel"),
        ({"LogGroup": "of mine"}, "loggingConfig.logGroup"),
    ],
)
def test_logging_is_of_the_kinds_that_the_model_has(
    client: Any, config: dict[str, str], member: str
) -> None:
    refused = refusal(client.update_function_configuration, **NAMED, LoggingConfig=config)
    assert refused["Error"]["Code"] == "ValidationException"
    assert f"at '{member}' failed to satisfy constraint" in refused["Error"]["Message"]


# Tags


def test_tag_limits(client: Any) -> None:
    """Recorded: test_tag_exceptions, test_tag_limits."""
    client.publish_version(FunctionName="function")
    arn_of_function = f"{FUNCTION}:function"
    qualified = (
        "Tags on function aliases and versions are not supported. Please specify a function ARN."
    )
    for qualifier in ("1", "$LATEST"):
        there = f"{arn_of_function}:{qualifier}"
        refused = refusal(client.tag_resource, Resource=there, Tags={"a": "b"})
        assert refused == expected_refusal(qualified)
        assert refusal(client.list_tags, Resource=there) == expected_refusal(qualified)
    nothing = refusal(client.tag_resource, Resource=arn_of_function, Tags={})
    assert nothing["message"] == "An error occurred and the request cannot be processed."
    tags = {str(number): "x" for number in range(50)}
    client.tag_resource(Resource=arn_of_function, Tags=tags)
    refused = refusal(client.tag_resource, Resource=arn_of_function, Tags={"one": "more"})
    assert refused == expected_refusal("Number of tags exceeds resource tag limit.")
    assert len(client.list_tags(Resource=arn_of_function)["Tags"]) == 50


# Concurrency


def test_function_concurrency_exceptions(client: Any) -> None:
    put = client.put_function_concurrency
    for reserved in (1, 10_000):
        refused = refusal(put, FunctionName="unknown", ReservedConcurrentExecutions=reserved)
        assert refused == missing(f"Function not found: {FUNCTION}:unknown:$LATEST")
    client.publish_version(FunctionName="function")
    version = f"{FUNCTION}:function:1"
    assert refusal(put, FunctionName=version, ReservedConcurrentExecutions=1) == expected_refusal(
        "This operation is permitted on Lambda functions only. Aliases and versions do not "
        "support this operation. Please specify either a function name or an unqualified function "
        "ARN."
    )


def test_a_hundred_invocations_are_left_for_the_others(client: Any, deploy: Deploy) -> None:
    deploy(VERSION, "other")
    put = client.put_function_concurrency
    put(FunctionName="other", ReservedConcurrentExecutions=400)
    put(FunctionName="function", ReservedConcurrentExecutions=400)
    limits = client.get_account_settings()["AccountLimit"]
    assert limits["UnreservedConcurrentExecutions"] == 200
    put(FunctionName="function", ReservedConcurrentExecutions=500)
    get = client.get_function_concurrency
    assert get(FunctionName="function")["ReservedConcurrentExecutions"] == 500
    said = (
        "Specified ReservedConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [100]."
    )
    refused = refusal(put, FunctionName="function", ReservedConcurrentExecutions=501)
    assert refused == expected_refusal(said)
    assert client.get_account_settings()["AccountUsage"]["FunctionCount"] == 2


def test_what_is_reserved_holds_for_all_versions(client: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"""
    client.publish_version(**NAMED)
    client.create_alias(**NAMED, Name="live", FunctionVersion="1")
    client.put_function_concurrency(**NAMED, ReservedConcurrentExecutions=0)
    for qualifier in ("$LATEST", "1", "live"):
        refused = refusal(client.invoke, **NAMED, Qualifier=qualifier)
        assert refused["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    client.delete_function_concurrency(**NAMED)
    assert invoke("function:live")["result"] == "1"


# Aliases


def test_an_alias_shares_its_invocations_between_two_versions(client: Any) -> None:
    for _ in range(2):
        client.update_function_code(
            FunctionName="function", ZipFile=zip_code(code=VERSION + "\n"), Publish=True
        )
        client.update_function_configuration(FunctionName="function", Timeout=7)
    weights = {"AdditionalVersionWeights": {"2": 0.25}}
    client.create_alias(
        FunctionName="function", Name="live", FunctionVersion="1", RoutingConfig=weights
    )
    ran = Counter(invoke("function", Qualifier="live")["result"] for _ in range(80))
    assert set(ran) == {"1", "2"}
    assert 10 <= ran["2"] <= 30
    client.update_alias(
        FunctionName="function",
        Name="live",
        RoutingConfig={"AdditionalVersionWeights": {"2": 1.0}},
    )
    assert {invoke("function", Qualifier="live")["result"] for _ in range(10)} == {"2"}


# Loops


def test_a_loop_that_is_allowed_goes_on(lab: EmbeddedAccount, deploy: Deploy) -> None:
    """Recorded: put_recursion_config_allow and its kin; 16 rounds are the end of others."""
    queue = create_queue()
    deploy(
        f"""
        import boto3

        def handler(event, context):
            number = int(event["Records"][0]["body"])
            if number < 30:
                boto3.client("sqs").send_message(QueueUrl={queue!r}, MessageBody=str(number + 1))
        """
    )
    client = boto3.client("lambda")
    client.create_event_source_mapping(EventSourceArn=arn(queue), FunctionName="function")
    config = client.get_function_recursion_config(FunctionName="function")
    assert config["RecursiveLoop"] == "Terminate"
    wrong = refusal(
        client.put_function_recursion_config, FunctionName="function", RecursiveLoop="Invalid"
    )
    assert wrong["Error"]["Message"] == (
        "1 validation error detected: Value 'Invalid' at 'recursiveLoop' failed to satisfy "
        "constraint: Member must satisfy enum value set: [Terminate, Allow]"
    )

    def rounds() -> int:
        before = len(lab.trace().query("what == 'invoked'"))
        boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="1")
        lab.run_until_idle()
        return len(lab.trace().query("what == 'invoked'")) - before

    assert rounds() == 16
    client.put_function_recursion_config(FunctionName="function", RecursiveLoop="Allow")
    assert rounds() == 30


# Event invocations


def test_what_becomes_of_events_is_set_by_qualifier(lab: EmbeddedAccount, deploy: Deploy) -> None:
    """Recorded: test_lambda_eventinvokeconfig_lifecycle."""
    deploy("def handler(event, context): raise ValueError")
    client, sqs = boto3.client("lambda"), boto3.client("sqs")
    client.publish_version(FunctionName="function")
    client.create_alias(FunctionName="function", Name="live", FunctionVersion="1")
    queue = create_queue()
    put = client.put_function_event_invoke_config
    first = put(
        FunctionName="function",
        Qualifier="live",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn(queue)}},
    )
    assert first["FunctionArn"] == f"{FUNCTION}:function:live"
    put(FunctionName="function", MaximumRetryAttempts=1)
    updated = client.update_function_event_invoke_config(
        FunctionName="function", MaximumEventAgeInSeconds=60
    )
    assert (updated["MaximumRetryAttempts"], updated["MaximumEventAgeInSeconds"]) == (1, 60)
    assert updated["DestinationConfig"] == {"OnFailure": {}, "OnSuccess": {}}
    listed = client.list_function_event_invoke_configs(FunctionName="function")
    arns = [each["FunctionArn"] for each in listed["FunctionEventInvokeConfigs"]]
    assert arns == [f"{FUNCTION}:function:live", f"{FUNCTION}:function:$LATEST"]

    client.invoke(FunctionName="function", InvocationType="Event", Qualifier="live")
    lab.run_until_idle()
    assert len(lab.trace().query("what == 'invoked'")) == 1
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    record = json.loads(message["Body"])["requestContext"]
    assert record["functionArn"] == f"{FUNCTION}:function:live"
    assert record["condition"] == "RetriesExhausted"

    client.delete_function_event_invoke_config(FunctionName="function")
    refused = refusal(client.get_function_event_invoke_config, FunctionName="function")
    latest = f"{FUNCTION}:function:$LATEST"
    assert refused == missing(f"The function {latest} doesn't have an EventInvokeConfig")


def test_lambda_eventinvokeconfig_exceptions(client: Any) -> None:
    put = client.put_function_event_invoke_config

    def refused(destination: str) -> dict[str, Any]:
        config = {"OnSuccess": {"Destination": destination}}
        return refusal(put, FunctionName="function", DestinationConfig=config)

    unknown = missing("The function doesn't exist.")
    assert refusal(put, FunctionName="unknown", MaximumRetryAttempts=1) == unknown
    assert refusal(put, FunctionName="function", Qualifier="x", MaximumRetryAttempts=1) == unknown
    assert refusal(put, FunctionName="function") == expected_refusal(
        "You must specify at least one of error handling or destination setting."
    )
    assert refused(f"{FUNCTION}:unknown") == expected_refusal(
        f"The destination ARN {FUNCTION}:unknown is invalid."
    )
    assert refused(f"{FUNCTION}:function") == expected_refusal(
        "You can't specify the function as a destination for itself."
    )
    for setting, value, most in (
        ("MaximumRetryAttempts", 3, 2),
        ("MaximumEventAgeInSeconds", 21_601, 21_600),
    ):
        said = refusal(put, FunctionName="function", **{setting: value})["Error"]["Message"]
        assert said == (
            f"1 validation error detected: Value '{value}' at '{setting[0].lower()}{setting[1:]}' "
            f"failed to satisfy constraint: Member must have value less than or equal to {most}"
        )
    wrong = f"{FUNCTION}:function".replace(":lambda:", ":iam:")
    assert refused(wrong) == expected_refusal(
        "The provided destination config DestinationConfig(onSuccess=OnSuccess(destination="
        f"{wrong}), onFailure=null) is invalid."
    )
