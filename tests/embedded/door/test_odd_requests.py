"""No Python exception ever comes out of boto3: what is odd is refused in the words of AWS."""

from __future__ import annotations

import random
import warnings
from collections.abc import Collection, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.service import NotInEmbeddedAccount
from helpers.embedded.time.faults import EmbeddedFault
from tests.embedded.conftest import create_role, deploy_function
from tests.embedded.door.test_members import ALL
from tests.fuzz import DEEPER, examples

QUIET = Config(parameter_validation=False, retries={"total_max_attempts": 1})
MEMBERS = {each.service: each for each in ALL}
ROUNDS = examples(4)
TEXTS = (
    "x",
    "",
    "%$§",
    "€",
    "-1",
    "arn:aws:sqs:us-east-1:123456789012:orders",
    "a/b:c",
    "[",
)
URL = "https://sqs.us-east-1.amazonaws.com/123456789012/orders"


def odd(shape: Any, chance: random.Random, refused: Collection[str], depth: int = 0) -> Any:
    """A value of a shape's type, which the service may like or not."""
    match shape.type_name:
        case "structure":
            return {
                name: odd(member, chance, refused, depth + 1)
                for name, member in shape.members.items()
                if (name in shape.required_members or chance.random() < 0.5)
                and depth < 5
                and (name not in refused or name in shape.required_members)
            }
        case "list":
            count = chance.randrange(3)
            return [odd(shape.member, chance, refused, depth + 1) for _ in range(count)]
        case "map":
            return {chance.choice(TEXTS): odd(shape.value, chance, refused, depth + 1)}
        case "integer" | "long":
            return chance.choice((-1, 0, 1, 7, 2**31, 10**15))
        case "double" | "float":
            return chance.choice((-1.0, 0.0, 2.5, 1e300))
        case "boolean":
            return chance.random() < 0.5
        case "timestamp":
            return chance.choice((0, 1_767_600_000, 4_102_444_800))
        case "blob":
            return b"\x99\xeb"
    return chance.choice((*TEXTS, *shape.metadata.get("enum", ())[:3]))


USUAL = {
    "QueueUrl": URL,
    "logGroupName": "/group",
    "Namespace": "own",
    "FunctionName": "function",
    "TableName": "table",
    "StackName": "stack",
    "RoleName": "role",
    "UserName": "user",
    "Rule": "rule",
}
"""What there is."""
DESTROYERS = {
    *("DeleteQueue", "DeleteLogGroup", "DeleteFunction", "DeleteTable", "DeleteStack"),
    *("DeleteRole", "DeleteUser", "DeleteRule", "UpdateUser"),
}


def furnish() -> None:
    """Make something of each kind, so that requests get somewhere."""
    boto3.client("sqs").create_queue(QueueName="orders")
    boto3.client("logs").create_log_group(logGroupName="/group")
    deploy_function("def handler(event, context): return event")
    boto3.client("dynamodb").create_table(
        TableName="table",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    template = '{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}'
    boto3.client("cloudformation").create_stack(StackName="stack", TemplateBody=template)
    create_role("role")
    boto3.client("iam").create_user(UserName="user")
    boto3.client("events").put_rule(Name="rule", ScheduleExpression="rate(1 day)")


def requests(client: Any, chance: random.Random) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each operation of a service with odd parameters, but for members that are refused anyway;
    where a queue is wanted there is one, and so on."""
    service = client.meta.service_model.service_name
    refused = {place.rpartition(".")[2] for place in MEMBERS[service].refused}
    names = {operation: method for method, operation in client.meta.method_to_api_mapping.items()}
    for operation in client.meta.service_model.operation_names:
        shape = client.meta.service_model.operation_model(operation).input_shape
        given = odd(shape, chance, refused) if shape else {}
        for name, usual in USUAL.items():
            if isinstance(given.get(name), str) and chance.random() < 0.8:
                given[name] = usual
        yield operation, names[operation], given


@pytest.mark.parametrize("service", MEMBERS)
def test_odd_parameters_are_answered_or_refused(lab: EmbeddedAccount, service: str) -> None:
    furnish()
    client = boto3.client(service, config=QUIET)
    faults = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", EmbeddedFault)
        first = random.randrange(2**31) if DEEPER else 0
        for seed in range(first, first + ROUNDS):
            for operation, method, given in requests(client, random.Random(seed)):
                if operation in DESTROYERS:
                    continue
                try:
                    getattr(client, method)(**given)
                except (ClientError, BotoCoreError, NotInEmbeddedAccount):
                    pass
                except Exception as fault:  # and no other may come
                    faults.append(f"{operation}({given}): {str(fault)[-400:]}")
    assert not faults, f"{len(faults)}:\n" + "\n".join(faults)


def test_what_is_odd_is_named(lab: EmbeddedAccount) -> None:
    topic = boto3.client("sns").create_topic(Name="topic")["TopicArn"]
    with pytest.raises(ClientError, match="Invalid parameter: NextToken"):
        boto3.client("sns").list_subscriptions_by_topic(TopicArn=topic, NextToken="x")


def test_tags_may_be_written_in_any_letters(lab: EmbeddedAccount) -> None:
    """The models' patterns are Java's."""
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="/group", tags={"Größe": "klein"})
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/group"
    assert logs.list_tags_for_resource(resourceArn=group)["tags"] == {"Größe": "klein"}
    logs.untag_resource(resourceArn=group, tagKeys=["Größe"])
    assert logs.list_tags_for_resource(resourceArn=group)["tags"] == {}
