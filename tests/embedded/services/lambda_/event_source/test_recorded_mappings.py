"""What AWS was recorded to answer about event source mappings, case by case.

What is left out, and why, is in test_recorded_event_source.py.
"""

from __future__ import annotations

import boto3

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy, invoke, zip_code
from tests.embedded.recorded import (
    LAMBDA,
    TELLS,
    assert_mapping,
    create_mapping,
    expected_refusal,
    get_mapping,
    refusal,
    send_one,
)
from tests.embedded.services.lambda_.event_source.test_event_source import arn, create_queue

# What the API answers


def test_event_source_mapping_default_batch_size(deploy: Deploy) -> None:
    deploy(TELLS)
    queue, other = create_queue(), create_queue("other")
    answer = create_mapping(queue)
    assert_mapping(answer, queue)
    client = boto3.client("lambda")
    said = (
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
        "greater than 10"
    )
    refused = refusal(client.update_event_source_mapping, UUID=answer["UUID"], BatchSize=15)
    assert refused == expected_refusal(said)
    refused = refusal(
        client.create_event_source_mapping,
        EventSourceArn=arn(other),
        FunctionName="function",
        BatchSize=15,
    )
    assert refused == expected_refusal(said)


def test_duplicate_event_source_mappings(deploy: Deploy) -> None:
    deploy(TELLS)
    deploy(TELLS, "other")
    queue = create_queue()
    answer = create_mapping(queue)
    assert_mapping(answer, queue)
    refused = refusal(
        boto3.client("lambda").create_event_source_mapping,
        EventSourceArn=arn(queue),
        FunctionName="function",
    )
    assert refused == expected_refusal(
        f'An event source mapping with SQS arn (" {arn(queue)} ") and function (" function ") '
        f"already exists. Please update or delete the existing mapping with UUID {answer['UUID']}",
        "ResourceConflictException",
        409,
    )
    create_mapping(queue, "other")


def test_fifo_message_group_parallelism(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy("import time\ndef handler(event, context): time.sleep(2)", Timeout=10)
    queue = create_queue("orders.fifo", FifoQueue="true", VisibilityTimeout="60")
    answer = create_mapping(queue, BatchSize=1, Enabled=False)
    assert_mapping(answer, queue, BatchSize=1, State="Disabled")
    for number in range(3):
        send_one(queue, str(number), MessageGroupId="group", MessageDeduplicationId=str(number))
    client = boto3.client("lambda")
    updated = client.update_event_source_mapping(UUID=answer["UUID"], Enabled=True)
    assert_mapping(updated, queue, BatchSize=1, State="Enabling")
    lab.advance(2)
    assert_mapping(get_mapping(answer["UUID"]), queue, BatchSize=1, State="Enabled")
    lab.run_until_idle()
    runs = lab.trace().query("what == 'invoked'")
    assert len(runs) == 3
    assert (runs["at"].diff().dropna() >= 2).all(), "one at a time"


def test_esm_with_not_existing_sqs_queue(deploy: Deploy) -> None:
    deploy(TELLS)
    refused = refusal(
        boto3.client("lambda").create_event_source_mapping,
        EventSourceArn="arn:aws:sqs:us-east-1:123456789012:not-there",
        FunctionName="function",
    )
    assert refused == expected_refusal(
        "Error occurred while ReceiveMessage. SQS Error Code: "
        "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: "
        "The specified queue does not exist."
    )


UNKNOWN = "00000000-0000-4000-8000-000000000000"


def test_event_source_mapping_exceptions(deploy: Deploy) -> None:
    deploy(TELLS)
    client, queue = boto3.client("lambda"), create_queue()
    unknown = {
        "Error": {
            "Code": "ResourceNotFoundException",
            "Message": "The resource you requested does not exist.",
        },
        "Message": "The resource you requested does not exist.",
        "Type": "User",
        "HTTPStatusCode": 404,
    }
    assert refusal(client.get_event_source_mapping, UUID=UNKNOWN) == unknown
    assert refusal(client.delete_event_source_mapping, UUID=UNKNOWN) == unknown
    assert refusal(client.update_event_source_mapping, UUID=UNKNOWN, Enabled=False) == unknown
    create = client.create_event_source_mapping
    refused = refusal(create, FunctionName="doesnotexist")
    assert refused == expected_refusal("Unrecognized event source.")
    refused = refusal(create, FunctionName="doesnotexist", EventSourceArn=arn(queue))
    assert refused == expected_refusal("Function does not exist")
    refused = refusal(
        create,
        FunctionName="function",
        EventSourceArn=arn(queue),
        DestinationConfig={"OnFailure": {"Destination": arn(queue)}},
    )
    assert refused == expected_refusal(
        "Unsupported DestinationConfig parameter for given event source mapping type."
    )


def test_function_name_variations(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(TELLS)
    client = boto3.client("lambda")
    client.publish_version(FunctionName="function")
    client.create_alias(FunctionName="function", Name="myalias", FunctionVersion="1")
    names = {
        "function": "",
        "123456789012:function:function:$LATEST": ":$LATEST",
        "123456789012:function:function:1": ":1",
        "123456789012:function:function:myalias": ":myalias",
        f"{LAMBDA}:function:function": "",
        f"{LAMBDA}:function:function:1": ":1",
        f"{LAMBDA}:function:function:myalias": ":myalias",
    }
    for number, (name, qualifier) in enumerate(names.items()):
        queue = create_queue(f"queue-{number}")
        answer = create_mapping(queue, name)
        assert_mapping(answer, queue, FunctionArn=f"{LAMBDA}:function:function{qualifier}")


def test_tag_lifecycle(deploy: Deploy) -> None:
    """[event_source_mapping]"""
    deploy(TELLS)
    client = boto3.client("lambda")
    resource = create_mapping(create_queue())["EventSourceMappingArn"]

    def tag(**tags: str) -> dict[str, str]:
        answer = client.tag_resource(Resource=resource, Tags=tags)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
        return dict(client.list_tags(Resource=resource)["Tags"])

    def untag(*names: str) -> dict[str, str]:
        answer = client.untag_resource(Resource=resource, TagKeys=list(names))
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
        return dict(client.list_tags(Resource=resource)["Tags"])

    assert tag(A="tag-a") == {"A": "tag-a"}
    assert tag(B="tag-b", C="tag-c") == {"A": "tag-a", "B": "tag-b", "C": "tag-c"}
    overlap = {"A": "tag-a", "B": "tag-b", "C": "tag-c-newsuffix", "D": "tag-d"}
    assert tag(C="tag-c-newsuffix", D="tag-d") == overlap
    assert untag("A") == {name: overlap[name] for name in "BCD"}
    assert untag("B", "C") == {"D": "tag-d"}
    assert untag("F") == {"D": "tag-d"}
    assert untag("D", "F") == {}


PATTERN = (
    r"arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:"
    r"(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|"
    r"code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-"
    r"[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)"
)


def test_tag_exceptions(deploy: Deploy) -> None:
    """[event_source_mapping]"""
    deploy(TELLS)
    client = boto3.client("lambda")
    missing = f"{LAMBDA}:event-source-mapping:{UNKNOWN}"
    said = f"Event source mapping not found: {missing}"
    expected = {
        "Error": {"Code": "ResourceNotFoundException", "Message": said},
        "Message": said,
        "Type": "User",
        "HTTPStatusCode": 404,
    }
    assert refusal(client.tag_resource, Resource=missing, Tags={"A": "B"}) == expected
    assert refusal(client.untag_resource, Resource=missing, TagKeys=["A"]) == expected
    assert refusal(client.list_tags, Resource=missing) == expected
    for wrong in (f"{missing}:alias", f"{LAMBDA}:foobar:{UNKNOWN}"):
        refused = refusal(client.tag_resource, Resource=wrong, Tags={"A": "B"})
        assert refused == {
            "Error": {
                "Code": "ValidationException",
                "Message": f"1 validation error detected: Value '{wrong}' at 'resource' failed to "
                f"satisfy constraint: Member must satisfy regular expression pattern: {PATTERN}",
            },
            "HTTPStatusCode": 400,
        }


def test_lambda_concurrency_is_refused_with_its_reason(deploy: Deploy) -> None:
    """lambda_api: test_lambda_concurrency_block."""
    deploy(TELLS)
    client = boto3.client("lambda")
    client.put_function_concurrency(FunctionName="function", ReservedConcurrentExecutions=0)
    refused = refusal(client.invoke, FunctionName="function")
    assert refused["Error"]["Code"] == "TooManyRequestsException"
    assert refused["HTTPStatusCode"] == 429
    assert refused["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    client.delete_function_concurrency(FunctionName="function")
    client.update_function_code(
        FunctionName="function", ZipFile=zip_code(code="def handler(event, context): return 1")
    )
    assert invoke("function")["result"] == 1
