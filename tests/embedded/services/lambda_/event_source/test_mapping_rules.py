"""What Lambda refuses of a mapping, and how one lives: states, versions, tags, its end."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy
from tests.embedded.services.lambda_.event_source.test_event_source import (
    PRINTS,
    arn,
    connect,
    count,
    create_queue,
    handled,
    send,
)

# What is refused


@pytest.mark.parametrize(
    "pattern",
    [
        *("null", "simple string", '"text"', '{"eventSource": "aws:sqs"}', '{"body": []}', "{}"),
        *('{"body": {"n": [{"numeric": ["=>", 0]}]}}', '{"body": [NaN]}', "{" * 2000),
        '{"body":' * 400 + "[1]" + "}" * 400,
        f'{{"body": ["{"x" * 4096}"]}}',
    ],
)
def test_invalid_patterns_are_refused(deploy: Deploy, pattern: str) -> None:
    """Recorded: test_sqs_invalid_event_filter. The language: tests of `event_patterns`."""
    deploy(PRINTS)
    queue = create_queue()
    criteria = {"Filters": [{"Pattern": '{"body": ["fine"]}'}, {"Pattern": pattern}]}
    with pytest.raises(ClientError, match=r"Invalid filter pattern definition\."):
        connect_unvalidated(queue, FilterCriteria=criteria)
    mapping = connect(queue, Enabled=False)
    with pytest.raises(ClientError, match=r"Invalid filter pattern definition\."):
        boto3.client("lambda", config=_unchecked()).update_event_source_mapping(
            UUID=mapping, FilterCriteria=criteria
        )


def connect_unvalidated(queue: str, **settings: Any) -> None:
    boto3.client("lambda", config=_unchecked()).create_event_source_mapping(
        EventSourceArn=arn(queue), FunctionName="function", **settings
    )


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "batch without window": (
        {"BatchSize": 11},
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
        "greater than 10",
    ),
    "batch too big": ({"BatchSize": 10_001}, "Member must have value less than or equal to 10000"),
    "window too long": ({"MaximumBatchingWindowInSeconds": 301}, "less than or equal to 300"),
    "concurrency of one": (
        {"ScalingConfig": {"MaximumConcurrency": 1}},
        "Member must have value greater than or equal to 2",
    ),
    "concurrency too high": (
        {"ScalingConfig": {"MaximumConcurrency": 1001}},
        "Member must have value less than or equal to 1000",
    ),
    "starting position": (
        {"StartingPosition": "LATEST"},
        "StartingPosition is not valid for SQS event sources.",
    ),
    "too few pollers": (
        {"ProvisionedPollerConfig": {"MinimumPollers": 1}},
        "'provisionedPollerConfig.minimumPollers' failed .* greater than or equal to 2",
    ),
    "too many pollers": (
        {"ProvisionedPollerConfig": {"MaximumPollers": 2001}},
        "'provisionedPollerConfig.maximumPollers' failed .* less than or equal to 2000",
    ),
    "pollers the wrong way round": (
        {"ProvisionedPollerConfig": {"MinimumPollers": 5, "MaximumPollers": 4}},
        "MinimumPollers must be less than or equal to MaximumPollers",
    ),
    "both kinds of scaling": (
        {
            "ProvisionedPollerConfig": {"MinimumPollers": 2},
            "ScalingConfig": {"MaximumConcurrency": 2},
        },
        "ScalingConfig cannot be used with ProvisionedPollerConfig",
    ),
    **{
        name: (
            {name: value},
            f"Unsupported {name} parameter for given event source mapping type.",
        )
        for name, value in (
            ("DestinationConfig", {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1::x"}}),
            ("MaximumRetryAttempts", 2),
            ("BisectBatchOnFunctionError", True),
            ("ParallelizationFactor", 1),
            ("TumblingWindowInSeconds", 0),
            ("MaximumRecordAgeInSeconds", 60),
            ("SourceAccessConfigurations", [{"Type": "BASIC_AUTH", "URI": "arn"}]),
            ("Topics", ["topic"]),
            ("Queues", ["queue"]),
        )
    },
}


@pytest.mark.parametrize("case", REFUSED)
def test_settings_that_aws_refuses_at_creation_and_at_update(deploy: Deploy, case: str) -> None:
    settings, message = REFUSED[case]
    deploy(PRINTS)
    queue = create_queue()
    with pytest.raises(ClientError, match=message):
        connect_unvalidated(queue, **settings)
    mapping = connect(queue)
    if not {"StartingPosition", "Topics", "Queues"} & settings.keys():  # fixed at creation
        with pytest.raises(ClientError, match=message):
            boto3.client("lambda", config=_unchecked()).update_event_source_mapping(
                UUID=mapping, **settings
            )


def _unchecked() -> Any:
    """botocore refuses some of these by itself; here AWS's own answer is wanted."""
    from botocore.config import Config

    return Config(parameter_validation=False)


def test_a_fifo_queue_has_no_window_and_no_big_batches(deploy: Deploy) -> None:
    deploy(PRINTS)
    queue = create_queue("orders.fifo", FifoQueue="true")
    with pytest.raises(ClientError, match="Batching window is not supported for FIFO queues"):
        connect(queue, MaximumBatchingWindowInSeconds=1)
    with pytest.raises(ClientError, match="less than or equal to 10"):
        connect(queue, BatchSize=11)


def test_visibility_must_not_be_shorter_than_the_function_s_timeout(deploy: Deploy) -> None:
    deploy(PRINTS, Timeout=120)
    queue = create_queue(VisibilityTimeout="60")
    with pytest.raises(
        ClientError,
        match="Queue visibility timeout: 60 seconds is less than Function timeout: 120 seconds",
    ):
        connect(queue)


def test_a_function_that_does_not_exist_is_refused(deploy: Deploy) -> None:
    """Recorded: test_event_source_mapping_exceptions."""
    deploy(PRINTS)
    with pytest.raises(ClientError, match="Function does not exist"):
        connect(create_queue(), "nobody")
    client = boto3.client("lambda")
    with pytest.raises(ClientError, match=r"Unrecognized event source\."):
        client.create_event_source_mapping(FunctionName="function")
    for call in (client.get_event_source_mapping, client.delete_event_source_mapping):
        with pytest.raises(client.exceptions.ResourceNotFoundException) as missing:
            call(UUID="00000000-0000-4000-8000-000000000000")
        assert missing.value.response["Error"]["Message"] == (
            "The resource you requested does not exist."
        )


# Lives of a mapping


def test_what_a_mapping_says_of_itself(lab: EmbeddedAccount, deploy: Deploy) -> None:
    """Recorded: test_event_source_mapping_default_batch_size, test_sqs_event_source_mapping."""
    deploy(PRINTS)
    queue = create_queue()
    client = boto3.client("lambda")
    answer = client.create_event_source_mapping(EventSourceArn=arn(queue), FunctionName="function")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    uuid = answer["UUID"]
    del answer["ResponseMetadata"]
    assert str(answer.pop("LastModified"))[:19] == "2026-01-05 09:00:00"
    prefix = "arn:aws:lambda:us-east-1:123456789012"
    assert answer == {
        "BatchSize": 10,
        "EventSourceArn": arn(queue),
        "EventSourceMappingArn": f"{prefix}:event-source-mapping:{uuid}",
        "FunctionArn": f"{prefix}:function:function",
        "FunctionResponseTypes": [],
        "MaximumBatchingWindowInSeconds": 0,
        "State": "Creating",
        "StateTransitionReason": "USER_INITIATED",
        "UUID": uuid,
    }


def test_states_follow_each_other(lab: EmbeddedAccount, deploy: Deploy) -> None:
    """Recorded: test_fifo_message_group_parallelism, test_sqs_event_source_mapping_update."""
    deploy(PRINTS)
    client = boto3.client("lambda")
    mapping = connect(create_queue(), Enabled=False)

    def state() -> str:
        return str(client.get_event_source_mapping(UUID=mapping)["State"])

    assert state() == "Disabled"
    assert client.update_event_source_mapping(UUID=mapping, Enabled=True)["State"] == "Enabling"
    lab.advance(60)
    assert state() == "Enabled"
    assert client.update_event_source_mapping(UUID=mapping, BatchSize=5)["State"] == "Updating"
    lab.advance(60)
    assert (state(), client.get_event_source_mapping(UUID=mapping)["BatchSize"]) == ("Enabled", 5)


def test_versions_and_aliases_can_be_mapped(lab: EmbeddedAccount, deploy: Deploy) -> None:
    """Recorded: test_function_name_variations."""
    deploy(
        """
        import json

        def handler(event, context):
            print(json.dumps([context.function_version, context.invoked_function_arn]))
        """
    )
    client = boto3.client("lambda")
    client.publish_version(FunctionName="function")
    client.create_alias(FunctionName="function", Name="live", FunctionVersion="1")
    queue = create_queue()
    mapping = connect(queue, "function:live")
    function_arn = "arn:aws:lambda:us-east-1:123456789012:function:function:live"
    assert client.get_event_source_mapping(UUID=mapping)["FunctionArn"] == function_arn
    send(queue, "x")
    lab.run_until_idle()
    assert handled() == [["1", function_arn]]
    connect(queue, "function:1")
    connect(queue, "123456789012:function:function:$LATEST")
    found = client.list_event_source_mappings(EventSourceArn=arn(queue))["EventSourceMappings"]
    qualifiers = [each["FunctionArn"].split(":function:function:")[1] for each in found]
    assert qualifiers == ["live", "1", "$LATEST"]


def test_a_mapping_can_be_tagged(deploy: Deploy) -> None:
    deploy(PRINTS)
    client = boto3.client("lambda")
    mapping = connect(create_queue(), Tags={"course": "sqs"})
    resource = client.get_event_source_mapping(UUID=mapping)["EventSourceMappingArn"]
    client.tag_resource(Resource=resource, Tags={"team": "bank"})
    client.untag_resource(Resource=resource, TagKeys=["course"])
    assert client.list_tags(Resource=resource)["Tags"] == {"team": "bank"}


def test_a_queue_or_function_that_is_deleted_stops_its_mapping(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(PRINTS)
    first, second = create_queue("first"), create_queue("second")
    connect(first)
    mapping = connect(second)
    lab.advance(5)
    boto3.client("sqs").delete_queue(QueueUrl=first)
    lab.advance(60)
    boto3.client("lambda").delete_function(FunctionName="function")
    send(second, "x")
    lab.advance(10)
    assert count(second) == (1, 0)
    found = boto3.client("lambda").get_event_source_mapping(UUID=mapping)
    assert found["LastProcessingResult"] == "PROBLEM: The function does not exist."


def test_six_filters_are_too_many(deploy: Deploy) -> None:
    deploy(PRINTS)
    pattern = {"Pattern": '{"body": {"k": ["v"]}}'}
    with pytest.raises(ClientError, match="at most 5 filters"):
        connect(create_queue(), FilterCriteria={"Filters": [pattern] * 6})
