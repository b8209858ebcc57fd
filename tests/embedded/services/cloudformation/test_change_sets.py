"""Change sets, as `aws cloudformation deploy`, SAM and CDK use them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.embedded.services.cloudformation.stacks import (
    Resources,
    attributes,
    body,
    create,
    describe,
    events,
    identity,
    queue,
    queues,
)

pytestmark = pytest.mark.usefixtures("lab")


def prepare(resources: Resources, kind: str = "UPDATE", **options: Any) -> dict[str, Any]:
    """Create a change set "next" of stack "bank"; what DescribeChangeSet says of it."""
    cloudformation = boto3.client("cloudformation")
    given = {"StackName": "bank", "ChangeSetName": "next"}
    cloudformation.create_change_set(
        **given, ChangeSetType=kind, TemplateBody=body(resources), **options
    )
    return dict(cloudformation.describe_change_set(**given))


def execute() -> None:
    boto3.client("cloudformation").execute_change_set(StackName="bank", ChangeSetName="next")


def test_stack_is_deployed_as_the_command_line_does() -> None:
    cloudformation = boto3.client("cloudformation")
    with pytest.raises(ClientError, match="Stack with id bank does not exist"):
        describe()
    found = prepare({"A": queue()}, "CREATE", Description="first")
    cloudformation.get_waiter("change_set_create_complete").wait(
        StackName="bank", ChangeSetName="next"
    )
    assert (found["Status"], found["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    assert found["Changes"][0]["ResourceChange"]["Action"] == "Add"
    assert describe()["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert queues() == []
    execute()
    cloudformation.get_waiter("stack_create_complete").wait(StackName="bank")
    assert len(queues()) == 1
    assert events()[0] == ("bank", "REVIEW_IN_PROGRESS")
    assert cloudformation.list_change_sets(StackName="bank")["Summaries"] == []


def test_change_set_without_changes_has_failed() -> None:
    cloudformation = boto3.client("cloudformation")
    create({"A": queue()})
    found = prepare({"A": queue()})
    assert (found["Status"], found["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert found["StatusReason"].startswith("The submitted information didn't contain changes.")
    with pytest.raises(WaiterError):
        cloudformation.get_waiter("change_set_create_complete").wait(
            StackName="bank", ChangeSetName="next"
        )
    with pytest.raises(ClientError, match="cannot be executed in its current status of"):
        execute()
    cloudformation.delete_change_set(StackName="bank", ChangeSetName="next")
    with pytest.raises(ClientError, match=r"ChangeSet \[next\] does not exist"):
        execute()


def test_change_set_says_what_it_would_do() -> None:
    create({"A": queue(DelaySeconds=1), "B": queue(), "C": queue()})
    found = prepare(
        {
            "A": queue(DelaySeconds=2),
            "B": queue(FifoQueue=True),
            "D": queue(Tags=[{"Key": "other", "Value": {"Ref": "B"}}]),
        }
    )
    rows = {
        each["ResourceChange"]["LogicalResourceId"]: each["ResourceChange"]
        for each in found["Changes"]
    }
    assert {name: (row["Action"], row.get("Replacement")) for name, row in rows.items()} == {
        "A": ("Modify", "False"),
        "B": ("Modify", "True"),
        "C": ("Remove", None),
        "D": ("Add", None),
    }
    (detail,) = rows["A"]["Details"]
    assert detail["Target"] == {
        "Attribute": "Properties",
        "Name": "DelaySeconds",
        "RequiresRecreation": "Never",
    }
    assert rows["A"]["PhysicalResourceId"] == identity("A")
    assert attributes(identity("A"))["DelaySeconds"] == "1"
    execute()
    assert describe()["StackStatus"] == "UPDATE_COMPLETE"
    assert attributes(identity("A"))["DelaySeconds"] == "2"
    assert len(queues()) == 3


def test_change_set_must_fit_its_stack() -> None:
    with pytest.raises(ClientError, match=r"Stack \[bank\] does not exist"):
        prepare({"A": queue()})
    create({"A": queue()})
    with pytest.raises(ClientError, match="cannot be created again with the changeSet"):
        prepare({"A": queue()}, "CREATE")
    with pytest.raises(ClientError, match="Update of resource type is not permitted"):
        prepare({"A": {"Type": "AWS::SNS::Topic"}})
    with pytest.raises(ClientError, match="does not know the ChangeSetType IMPORT"):
        prepare({"A": queue()}, "IMPORT")
    prepare({"A": queue(DelaySeconds=1)})
    with pytest.raises(ClientError, match="ChangeSet next cannot be created as it already exists"):
        prepare({"A": queue(DelaySeconds=2)})


def test_template_may_lie_in_a_bucket() -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key="a/b.json", Body=body({"A": queue()}))
    cloudformation = boto3.client("cloudformation")
    for number, url in enumerate(
        (
            "https://templates.s3.amazonaws.com/a/b.json",
            "https://s3.us-east-1.amazonaws.com/templates/a/b.json",
        )
    ):
        cloudformation.create_stack(StackName=f"bank{number}", TemplateURL=url)
    assert len(queues()) == 2
    with pytest.raises(ClientError, match="S3 error: The specified key does not exist"):
        cloudformation.validate_template(TemplateURL=url.replace("b.json", "c.json"))


def test_template_is_summed_up() -> None:
    sections = {
        "Description": "All of it",
        "Parameters": {"P": {"Type": "String", "Default": "a", "AllowedValues": ["a", "b"]}},
    }
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
    text = body({"A": queue(), "R": role}, **sections)
    found = boto3.client("cloudformation").get_template_summary(TemplateBody=text)
    (parameter,) = found["Parameters"]
    assert parameter["ParameterConstraints"] == {"AllowedValues": ["a", "b"]}
    assert found["ResourceTypes"] == ["AWS::SQS::Queue", "AWS::IAM::Role"]
    assert found["Capabilities"] == ["CAPABILITY_IAM"]
    assert found["CapabilitiesReason"] == (
        "The following resource(s) require capabilities: [AWS::IAM::Role]"
    )
    assert found["Description"] == json.loads(text)["Description"]


def test_stack_that_could_not_be_deleted_may_leave_something_behind() -> None:
    create({"A": queue()})
    cloudformation = boto3.client("cloudformation")
    with pytest.raises(ClientError, match="only when the stack is in the DELETE_FAILED state"):
        cloudformation.delete_stack(StackName="bank", RetainResources=["A"])
