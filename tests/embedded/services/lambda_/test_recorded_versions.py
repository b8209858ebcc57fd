"""Versions, aliases and revisions as AWS was recorded to answer for them, case by case.

The cases and their names are those of LocalStack's test_lambda_api.snapshot.json (Apache-2.0), in
TestLambdaVersions, TestLambdaAlias and TestLambdaRevisions; the requests are ours. Left out:

- that a function is Pending, or its update InProgress, until some seconds have passed
  (test_publish_with_update asks so soon): only the answer to the change says so here, and who asks
  next finds it done. Nothing would be learned by waiting.
- test_publish_with_wrong_revisionid's fields: recorded in 2022, before LoggingConfig and others.
- that one refusal of test_notfound_and_invalid_routingconfigs, $LATEST with weights, has no Type.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import boto3
import pytest
from botocore.config import Config

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy, deploy_function, invoke, zip_code
from tests.embedded.recorded import create_mapping, expected_refusal, missing, refusal
from tests.embedded.services.lambda_.event_source.test_event_source import create_queue

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:function"
NAMED = {"FunctionName": "function"}
VERSION = "def handler(event, context): return context.function_version\n"
WRONG_REVISION = expected_refusal(
    "The Revision Id provided does not match the latest Revision Id. Call the "
    "GetFunction/GetAlias API to retrieve the latest Revision Id",
    "PreconditionFailedException",
    412,
)
CREATING = {
    "State": "Pending",
    "StateReason": "The function is being created.",
    "StateReasonCode": "Creating",
}
UPDATING = {
    "State": "Active",
    "LastUpdateStatus": "InProgress",
    "LastUpdateStatusReason": "The function is being created.",
    "LastUpdateStatusReasonCode": "Creating",
}
DONE = {"State": "Active", "LastUpdateStatus": "Successful"}
STATE = {*CREATING, *UPDATING}


@pytest.fixture
def client(deploy: Deploy) -> Any:
    """Of an account with a function that answers which version runs."""
    deploy(VERSION)
    return boto3.client("lambda", config=Config(parameter_validation=False))


def get(client: Any, **qualified: str) -> dict[str, Any]:
    return dict(client.get_function(**NAMED, **qualified)["Configuration"])


def revision(client: Any, **qualified: str) -> str:
    return str(get(client, **qualified)["RevisionId"])


def state(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer[name] for name in answer if name in STATE}


def versions(client: Any) -> list[tuple[str, str, str]]:
    listed = client.list_versions_by_function(**NAMED)["Versions"]
    return [(each["Version"], each["FunctionArn"], each["RevisionId"]) for each in listed]


# Versions


def test_publish_version_on_create(client: Any) -> None:
    spec = get(client)
    created = client.create_function(
        FunctionName="other",
        Role=spec["Role"],
        Runtime="python3.12",
        Handler="code.handler",
        Code={"ZipFile": zip_code(code=VERSION)},
        Publish=True,
    )
    other = FUNCTION.removesuffix("function") + "other"
    assert (created["Version"], created["FunctionArn"]) == ("1", other)
    assert state(created) == CREATING
    assert "Environment" not in created
    assert created["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": "/aws/lambda/other"}
    found = client.get_function_configuration(FunctionName="other")
    assert (found["Version"], found["FunctionArn"]) == ("$LATEST", other)
    assert state(found) == DONE
    version = client.get_function_configuration(FunctionName="other", Qualifier="1")
    assert (version["Version"], version["FunctionArn"]) == ("1", f"{other}:1")
    assert len({each["RevisionId"] for each in (created, found, version)}) == 3
    again = client.publish_version(FunctionName="other")
    assert again | {"ResponseMetadata": None} == version | {"ResponseMetadata": None}
    listed = client.list_versions_by_function(FunctionName="other")["Versions"]
    assert [each["FunctionArn"] for each in listed] == [f"{other}:$LATEST", f"{other}:1"]
    assert not {*STATE, "RuntimeVersionConfig"} & {name for each in listed for name in each}
    assert invoke("other:1")["result"] == "1"


def test_version_lifecycle(client: Any) -> None:
    updated = client.update_function_configuration(**NAMED, Description="First version :)")
    assert state(updated) == UPDATING
    assert state(get(client)) == DONE
    first = client.publish_version(**NAMED, Description="First version description :)")
    assert first["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert (first["Version"], first["Description"]) == ("1", "First version description :)")
    assert state(first) == DONE
    client.update_function_configuration(**NAMED, Description="Second version :))")
    assert get(client, Qualifier="1")["RevisionId"] == first["RevisionId"]
    second = client.publish_version(**NAMED)
    assert (second["Version"], second["Description"]) == ("2", "Second version :))")
    third = client.publish_version(**NAMED, Description="Third version description :)")
    assert (third["Version"], third["RevisionId"]) == ("2", second["RevisionId"])
    latest = ("$LATEST", f"{FUNCTION}:$LATEST", revision(client))
    newest = ("2", f"{FUNCTION}:2", second["RevisionId"])
    assert versions(client) == [latest, ("1", f"{FUNCTION}:1", first["RevisionId"]), newest]
    client.delete_function(**NAMED, Qualifier="1")
    assert versions(client) == [latest, newest]


def test_a_number_is_given_once(client: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html"""
    for number in ("1", "2"):
        assert client.publish_version(**NAMED)["Version"] == number
        client.delete_function(**NAMED, Qualifier=number)
    package = zip_code(code=VERSION + "\n")
    for _ in range(2):  # the second time it is the same code again
        client.update_function_code(**NAMED, ZipFile=package)
        assert client.publish_version(**NAMED)["Version"] == "3"
    client.update_function_code(**NAMED, ZipFile=zip_code(code=VERSION + "\n\n"))
    assert client.publish_version(**NAMED)["Version"] == "4"
    gone = missing(f"Function not found: {FUNCTION}:1")
    assert refusal(client.invoke, **NAMED, Qualifier="1") == gone


def test_publish_with_wrong_sha256(client: Any) -> None:
    present = get(client)["CodeSha256"]
    refused = refusal(client.publish_version, **NAMED, CodeSha256="somenonexistentsha256")
    assert refused == expected_refusal(
        "CodeSHA256 (somenonexistentsha256) is different from current CodeSHA256 in $LATEST "
        f"({present}). Please try again with the CodeSHA256 in $LATEST."
    )
    assert client.publish_version(**NAMED, CodeSha256=present)["Version"] == "1"


def test_publish_with_update(client: Any) -> None:
    package = zip_code(code=VERSION + "\n")
    published = client.update_function_code(**NAMED, ZipFile=package, Publish=True)
    assert (published["Version"], published["FunctionArn"]) == ("1", f"{FUNCTION}:1")
    assert state(published) == CREATING
    version, latest = get(client, Qualifier="1"), get(client, Qualifier="$LATEST")
    assert version["RevisionId"] == published["RevisionId"] != latest["RevisionId"]
    assert version["CodeSha256"] == latest["CodeSha256"] == published["CodeSha256"]
    assert latest["FunctionArn"] == f"{FUNCTION}:$LATEST"


def test_a_version_does_not_change(client: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html"""
    client.publish_version(**NAMED)
    before = get(client, Qualifier="1")
    package = zip_code(code=VERSION + "\n")
    updates = (
        (client.update_function_configuration, {"Timeout": 9}),
        (client.update_function_code, {"ZipFile": package}),
    )
    for update, settings in updates:
        refused = refusal(update, FunctionName="function:1", **settings)
        assert refused["Error"]["Code"] == "InvalidParameterValueException"
        update(FunctionName="function:$LATEST", **settings)
    assert get(client, Qualifier="1") == before
    assert get(client)["Timeout"] == 9


# Aliases


def create_alias(client: Any, name: str, version: str, **settings: Any) -> dict[str, Any]:
    answer = client.create_alias(**NAMED, Name=name, FunctionVersion=version, **settings)
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 201
    return dict(answer)


def get_alias(client: Any, name: str) -> dict[str, Any]:
    answer = client.get_alias(**NAMED, Name=name)
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 200
    return dict(answer)


@pytest.fixture
def two_versions(client: Any) -> Any:
    for timeout in (4, 5):
        client.update_function_configuration(**NAMED, Timeout=timeout)
        client.publish_version(**NAMED)
    return client


def test_alias_lifecycle(two_versions: Any) -> None:
    client = two_versions
    shares = {"RoutingConfig": {"AdditionalVersionWeights": {"2": 0.2}}}
    first = create_alias(client, "first", "1", Description="custom-alias", **shares)
    assert {**first, "RevisionId": ""} == {
        "AliasArn": f"{FUNCTION}:first",
        "Description": "custom-alias",
        "FunctionVersion": "1",
        "Name": "first",
        "RevisionId": "",
        **shares,
    }
    assert get_alias(client, "first") == first
    by_name = {"FunctionName": "function:first"}
    for named in ({**NAMED, "Qualifier": "first"}, by_name, {"FunctionName": first["AliasArn"]}):
        found = client.get_function(**named)["Configuration"]
        assert (found["FunctionArn"], found["Version"]) == (f"{FUNCTION}:first", "1")
    gone = missing(f"Function not found: {FUNCTION}:aliasdoesnotexist")
    for name in (f"{FUNCTION}:aliasdoesnotexist", "function:aliasdoesnotexist"):
        assert refusal(client.get_function, FunctionName=name) == gone
        assert refusal(client.invoke, FunctionName=name) == gone

    second = create_alias(client, "second", "1", RoutingConfig={})
    third = create_alias(client, "third", "2")
    assert (second["Description"], "RoutingConfig" in second) == ("", False)
    pages = client.get_paginator("list_aliases").paginate(**NAMED, PaginationConfig={"PageSize": 1})
    listed = [each["Aliases"] for each in pages]
    assert listed == [[first], [second], [third]]
    emptied = {"RoutingConfig": {"AdditionalVersionWeights": {}}}
    updated = client.update_alias(**NAMED, Name="first", **emptied)
    assert updated.pop("ResponseMetadata")["HTTPStatusCode"] == 200
    assert updated["RevisionId"] != first["RevisionId"]
    del first["RoutingConfig"]
    assert updated == first | {"RevisionId": updated["RevisionId"]}
    again = client.update_alias(**NAMED, Name="second")
    assert again["RevisionId"] != second["RevisionId"]
    listed = client.list_aliases(**NAMED, FunctionVersion="1")["Aliases"]
    assert [each["Name"] for each in listed] == ["first", "second"]
    client.delete_alias(**NAMED, Name="first")
    names = [each["Name"] for each in client.list_aliases(**NAMED)["Aliases"]]
    assert names == ["second", "third"]


def test_notfound_and_invalid_routingconfigs(two_versions: Any) -> None:
    client = two_versions

    def refused(version: str, weights: dict[str, float], **other: str) -> dict[str, Any]:
        asked = {**NAMED, "Name": "custom", "FunctionVersion": version, **other}
        routing = {"AdditionalVersionWeights": weights}
        return refusal(client.create_alias, **asked, RoutingConfig=routing)

    too_many = "Number of items in AdditionalVersionWeights cannot be greater than 1"
    assert refused("1", {"1": 0.1, "2": 0.1}) == expected_refusal(too_many)
    same = "Function version 1 is already included in routing configuration."
    assert refused("1", {"1": 0.5}) == expected_refusal(f"Invalid function version 1. {same}")
    where = "at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map"
    for weight, shown in ((2, "2=2.0"), (-1, "2=-1.0")):
        assert refused("1", {"2": weight})["Error"] == {
            "Code": "ValidationException",
            "Message": f"1 validation error detected: Value '{{{shown}}}' {where} value must "
            "satisfy constraint: [Member must have value less than or equal to 1.0, Member must "
            "have value greater than or equal to 0.0, Member must not be null]",
        }
    assert refused("1", {"$LATEST": 0.5})["Error"]["Message"] == (
        f"1 validation error detected: Value '{{$LATEST=0.5}}' {where} keys must satisfy "
        "constraint: [Member must have length less than or equal to 1024, Member must have length "
        "greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]"
    )
    latest = refused("$LATEST", {"1": 0.5})["Error"]["Message"]
    assert latest == "$LATEST is not supported for an alias pointing to more than 1 version"
    for version, other in (("10", "2"), ("1", "10")):
        gone = missing(f"Function not found: {FUNCTION}:10")
        assert refused(version, {other: 0.5}) == gone
    unknown = missing(f"Function not found: {FUNCTION}-unknown:1")
    assert refused("1", {"2": 0.5}, FunctionName="function-unknown") == unknown
    create_alias(client, "custom", "1")
    twice = f"Alias already exists: {FUNCTION}:custom"
    conflict = expected_refusal(twice, "ResourceConflictException", 409)
    assert refused("1", {"2": 0.5}) == conflict


def test_non_existent_alias(client: Any) -> None:
    """Recorded: test_non_existent_alias_deletion, ..._update, and at the end of the last one."""
    alias = {**NAMED, "Name": "non-existent"}
    assert client.delete_alias(**alias)["ResponseMetadata"]["HTTPStatusCode"] == 204
    not_found = missing(f"Alias not found: {FUNCTION}:non-existent")
    assert refusal(client.update_alias, **alias) == not_found
    no_such = missing(f"Cannot find alias arn: {FUNCTION}:non-existent")
    assert refusal(client.get_alias, **alias) == no_such


def test_alias_naming(client: Any) -> None:
    dated = create_alias(client, "2024-01-02", "$LATEST")
    assert get_alias(client, "2024-01-02") == dated
    refused = refusal(client.create_alias, **NAMED, Name="2024", FunctionVersion="$LATEST")
    assert refused["Error"] == {
        "Code": "ValidationException",
        "Message": "1 validation error detected: Value '2024' at 'name' failed to satisfy "
        "constraint: Member must satisfy regular expression pattern: "
        "(?!^[0-9]+$)([a-zA-Z0-9-_]+)",
    }


def test_a_version_that_aliases_send_to_stays(two_versions: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html"""
    client = two_versions
    weights = {"AdditionalVersionWeights": {"2": 0.5}}
    create_alias(client, "live", "1", RoutingConfig=weights)
    for version in ("1", "2"):
        refused = refusal(client.delete_function, **NAMED, Qualifier=version)
        assert refused["Error"]["Code"] == "ResourceConflictException"
        assert "[live]" in refused["Error"]["Message"]
    client.delete_alias(**NAMED, Name="live")
    client.delete_function(**NAMED, Qualifier="1")
    assert [version for version, *_ in versions(client)] == ["$LATEST", "2"]


def run_shares() -> list[str]:
    """The versions that ran for the messages of a queue whose mapping invokes an alias."""
    with open_lab() as lab:
        deploy_function(VERSION)
        client = boto3.client("lambda")
        for timeout in (4, 5):
            client.update_function_configuration(**NAMED, Timeout=timeout)
            client.publish_version(**NAMED)
        weights = {"AdditionalVersionWeights": {"2": 0.25}}
        create_alias(client, "live", "1", RoutingConfig=weights)
        queue = create_queue()
        create_mapping(queue, f"{FUNCTION}:live", BatchSize=1)
        for number in range(40):
            boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=str(number))
        lab.run_until_idle()
        group = "/aws/lambda/function"
        events = boto3.client("logs").filter_log_events(logGroupName=group, limit=1000)["events"]
        starts = [each["message"] for each in events if each["message"].startswith("START")]
        return [start.split("Version: ")[1].strip() for start in starts]


def test_a_mapping_shares_its_batches_as_its_alias_says_and_repeats() -> None:
    ran = run_shares()
    assert len(ran) == 40
    assert 4 <= Counter(ran)["2"] <= 16
    assert run_shares() == ran


def test_a_mapping_follows_its_alias(lab: EmbeddedAccount, two_versions: Any) -> None:
    create_alias(two_versions, "live", "1")
    queue = create_queue()
    create_mapping(queue, "function:live")

    def ran() -> str:
        boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="text")
        lab.run_until_idle()
        return str(lab.trace().query("what == 'invoked'")["environment"].iloc[-1])

    assert "[1]" in ran()
    two_versions.update_alias(**NAMED, Name="live", FunctionVersion="2")
    assert "[2]" in ran()


# Revisions


def test_function_revisions_basic(client: Any) -> None:
    package = zip_code(code=VERSION)
    updates = (
        (client.update_function_code, {"ZipFile": package}),
        (client.update_function_configuration, {"Runtime": "python3.12"}),
    )
    for update, settings in updates:
        before = revision(client)
        refused = refusal(update, **NAMED, **settings, RevisionId="wrong")
        assert refused == WRONG_REVISION
        assert revision(client) == before
        answered = update(**NAMED, **settings, RevisionId=before)["RevisionId"]
        after = revision(client)
        assert len({before, answered, after}) == 3
        assert refusal(update, **NAMED, **settings, RevisionId=before) == WRONG_REVISION
    client.update_function_code(**NAMED, ZipFile=package, DryRun=True)
    assert revision(client) == after


def test_function_revisions_version_and_alias(client: Any) -> None:
    before = revision(client)
    refused = refusal(client.publish_version, **NAMED, RevisionId="wrong")
    assert refused == WRONG_REVISION
    version = client.publish_version(**NAMED, RevisionId=before)["RevisionId"]
    latest = revision(client)
    assert len({before, version, latest}) == 3
    alias = create_alias(client, "live", "1")["RevisionId"]
    assert (revision(client), revision(client, Qualifier="1")) == (latest, version)
    named = {**NAMED, "Name": "live"}
    assert refusal(client.update_alias, **named, RevisionId="wrong") == WRONG_REVISION
    updated = client.update_alias(**named, Description="something changed", RevisionId=alias)
    assert updated["RevisionId"] not in (alias, version)
