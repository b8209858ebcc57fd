"""Nothing that a request says is dropped without a word.

Of every member of every operation that the account offers its service has decided: it is taken, or
refused in words. A member that a new botocore brings fails here until somebody decides. That what
is taken is kept is shown by `test_members_kept`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.door.request_members import Members, structure_in
from helpers.embedded.service import NotInEmbeddedAccount
from helpers.embedded.services.cloudformation.members import MEMBERS as CLOUDFORMATION
from helpers.embedded.services.cloudwatch.members import MEMBERS as CLOUDWATCH
from helpers.embedded.services.dynamodb.members import MEMBERS as DYNAMODB
from helpers.embedded.services.events.members import MEMBERS as EVENTS
from helpers.embedded.services.iam.members import MEMBERS as IAM
from helpers.embedded.services.kms.members import MEMBERS as KMS
from helpers.embedded.services.lambda_.members import MEMBERS as LAMBDA
from helpers.embedded.services.logs.members import MEMBERS as LOGS
from helpers.embedded.services.sns.members import MEMBERS as SNS
from helpers.embedded.services.sqs.members import MEMBERS as SQS
from helpers.embedded.services.sts.members import MEMBERS as STS

HARMLESS = ("None", "NONE", "Zip", "COPY", "STANDARD", "ROTATIONS_ONLY", "SELF")
ALL = (CLOUDFORMATION, CLOUDWATCH, DYNAMODB, EVENTS, IAM, KMS, LAMBDA, LOGS, SNS, SQS, STS)
BY_MOTO = (IAM, DYNAMODB, STS)
"""moto answers their operations that have no line."""
UNSENT = {"PutEvents.EndpointId"}
"""Needs a package for its signature that is not installed."""
UNCHECKED = Config(parameter_validation=False, retries={"total_max_attempts": 1})
NAMED = {
    "Role": "arn:aws:iam::123456789012:role/bank",
    "RoleArn": "arn:aws:iam::123456789012:role/bank",
    "RoleSessionName": "bank",
    "Name": "bank",
}
EXAMPLES = {"string": "x", "boolean": True, "blob": b"x", "timestamp": 1_767_600_000}


def model_of(members: Members) -> Any:
    return botocore.session.get_session().get_service_model(members.service)


def operations(members: Members) -> list[str]:
    """Those of the table, which has structures, too."""
    known = set(model_of(members).operation_names)
    return [name for name in members.taken if name in known]


def by_service(members: Members) -> str:
    return members.service


def places(shape: Any, owner: str, refused: Collection[str], seen: set[str]) -> Iterator[str]:
    """`Owner.Member` of everything that can be sent; nothing of what is inside a refused one."""
    for name, member in shape.members.items():
        yield f"{owner}.{name}"
        structure = structure_in(member)
        if structure is None or f"{owner}.{name}" in refused or structure.name in seen:
            continue
        seen.add(structure.name)
        yield from places(structure, structure.name, refused, seen)


def sendable(members: Members) -> set[str]:
    model, seen = model_of(members), set[str]()
    found: set[str] = set()
    for operation in operations(members):
        if shape := model.operation_model(operation).input_shape:
            found |= set(places(shape, operation, members.refused.keys(), seen))
    return found


@pytest.mark.parametrize("members", ALL, ids=by_service)
def test_of_every_member_somebody_has_decided(members: Members) -> None:
    taken = {f"{owner}.{name}" for owner, names in members.taken.items() for name in names}
    undecided = sendable(members) - taken - members.refused.keys()
    assert not undecided, f"are they kept, obeyed or refused? {sorted(undecided)}"


@pytest.mark.parametrize("members", ALL, ids=by_service)
def test_nothing_is_decided_that_cannot_be_sent(members: Members) -> None:
    taken = {f"{owner}.{name}" for owner, names in members.taken.items() for name in names}
    assert not taken & members.refused.keys()
    whole = {name for name in members.refused if "." not in name}
    assert whole <= set(model_of(members).operation_names) - members.taken.keys()
    assert taken | members.refused.keys() - whole <= sendable(members)


def example(shape: Any, name: str = "") -> Any:
    """Something of a shape's type that asks for something."""
    if choices := shape.metadata.get("enum"):
        return next(each for each in choices if each not in HARMLESS)
    match shape.type_name:
        case "structure":
            chosen = shape.required_members or list(shape.members)[:1]
            return {each: example(shape.members[each], each) for each in chosen}
        case "list":
            return [example(shape.member)]
        case "map":
            return {"x": example(shape.value)}
    return NAMED.get(name, EXAMPLES.get(shape.type_name, 7))


def with_member(shape: Any, owner: str, place: str, depth: int = 0) -> Any:
    """A value of a shape in which the member of a place is set; None: it has no such place."""
    if shape.type_name == "list":
        inner = with_member(shape.member, owner, place, depth)
        return None if inner is None else [inner]
    if shape.type_name == "map":
        inner = with_member(shape.value, owner, place, depth)
        return None if inner is None else {"x": inner}
    if shape.type_name != "structure" or depth > 5:
        return None
    given = {name: example(shape.members[name], name) for name in shape.required_members}
    wanted, _, member = place.partition(".")
    if wanted == owner:
        return given | {member: example(shape.members[member])}
    for name, each in shape.members.items():
        structure = structure_in(each)
        if structure is None or f"{owner}.{name}" == place:
            continue
        if (inner := with_member(each, structure.name, place, depth + 1)) is not None:
            return given | {name: inner}
    return None


def refusals(members: Members) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Operation, place and parameters for each refused member, wherever it can be sent."""
    model = model_of(members)
    for place in members.refused:
        if "." not in place:
            yield place, place, example(model.operation_model(place).input_shape)
            continue
        for operation in operations(members):
            shape = model.operation_model(operation).input_shape
            given = shape and with_member(shape, operation, place)
            if given:
                yield operation, place, given


@pytest.mark.parametrize("members", ALL, ids=by_service)
def test_what_is_refused_is_refused_in_words(lab: EmbeddedAccount, members: Members) -> None:
    lab.access.enforced = False  # the examples name roles that are not there
    client = boto3.client(members.service, config=UNCHECKED)
    methods = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    shown = set()
    for operation, place, given in refusals(members):
        if place in UNSENT:
            continue
        with pytest.raises(NotInEmbeddedAccount) as refused:
            getattr(client, methods[operation])(**given)
        said = str(refused.value)
        assert f"({members.service}: {operation})" in said
        assert members.refused[place] in said
        assert "." not in place or place.partition(".")[2] in said
        shown.add(place)
    assert shown == members.refused.keys() - UNSENT


@pytest.mark.parametrize("members", [each for each in ALL if each not in BY_MOTO], ids=by_service)
def test_what_the_account_does_not_offer_is_named(lab: EmbeddedAccount, members: Members) -> None:
    client, model = boto3.client(members.service, config=UNCHECKED), model_of(members)
    methods = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    for operation in set(model.operation_names) - members.taken.keys():
        shape = model.operation_model(operation).input_shape
        with pytest.raises(NotInEmbeddedAccount, match=f"{members.service}: {operation}"):
            getattr(client, methods[operation])(**(example(shape) if shape else {}))


def test_what_asks_for_nothing_is_no_harm(lab: EmbeddedAccount) -> None:
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="/bank", deletionProtectionEnabled=False)
    assert logs.filter_log_events(logGroupName="/bank", unmask=False)["events"] == []
    boto3.client("dynamodb").create_table(
        TableName="payments",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        TableClass="STANDARD",
    )


def test_zero_is_not_nothing(lab: EmbeddedAccount) -> None:
    """0 equals False."""
    with pytest.raises(NotInEmbeddedAccount, match="EvaluationInterval"):
        boto3.client("cloudwatch", config=UNCHECKED).put_metric_alarm(
            AlarmName="late", EvaluationInterval=0
        )


def test_an_event_is_no_parameter(lab: EmbeddedAccount) -> None:
    """The body of Invoke is what the handler gets, whatever names stand in it."""
    with pytest.raises(ClientError) as refused:
        boto3.client("lambda").invoke(
            FunctionName="nobody", Payload=b'{"TenantId": "bank", "Qualifier": "none"}'
        )
    assert "function:nobody" in str(refused.value)
    assert "none" not in str(refused.value)
