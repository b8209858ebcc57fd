"""Outputs that other stacks import, and what they hold.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.embedded.services.cloudformation.stacks import (
    attributes,
    create,
    describe,
    identity,
    queue,
    queues,
    update,
)

pytestmark = pytest.mark.usefixtures("lab")


def exporting(seconds: int = 7, name: Any = "bank-delay") -> dict[str, Any]:
    return {"Outputs": {"Delay": {"Value": seconds, "Export": {"Name": name}}}}


IMPORTING = {"B": queue(DelaySeconds={"Fn::ImportValue": {"Fn::Sub": "bank-${Part}"}})}
PART = {"Parameters": {"Part": {"Type": "String", "Default": "delay"}}}


def test_export_is_imported() -> None:
    found = create({"A": queue()}, sections=exporting())
    assert found["Outputs"] == [
        {"OutputKey": "Delay", "OutputValue": "7", "ExportName": "bank-delay"}
    ]
    create(IMPORTING, "user", sections=PART)
    assert attributes(identity("B", "user"))["DelaySeconds"] == "7"
    cloudformation = boto3.client("cloudformation")
    assert cloudformation.list_exports()["Exports"] == [
        {"ExportingStackId": found["StackId"], "Name": "bank-delay", "Value": "7"}
    ]
    assert cloudformation.list_imports(ExportName="bank-delay")["Imports"] == ["user"]


def test_export_in_use_stays_as_it_is() -> None:
    create({"A": queue()}, sections=exporting())
    create(IMPORTING, "user", sections=PART)
    cloudformation = boto3.client("cloudformation")
    found = update({"A": queue()}, sections=exporting(8))
    assert found["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    reasons = [
        each.get("ResourceStatusReason", "")
        for each in cloudformation.describe_stack_events(StackName="bank")["StackEvents"]
    ]
    assert "Export bank-delay cannot be updated as it is in use by user." in reasons
    update({"A": queue()}, sections={"Outputs": {"Other": {"Value": "1"}}})
    assert describe()["Outputs"][0]["ExportName"] == "bank-delay"

    cloudformation.delete_stack(StackName="bank")
    found = describe()
    assert found["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert found["StackStatusReason"] == (
        "Export bank-delay cannot be deleted as it is in use by user."
    )
    cloudformation.delete_stack(StackName="user")
    with pytest.raises(ClientError, match="Export 'bank-delay' is not imported by any stack"):
        cloudformation.list_imports(ExportName="bank-delay")
    cloudformation.delete_stack(StackName="bank")
    assert queues() == []
    assert cloudformation.list_exports()["Exports"] == []


def test_export_that_nobody_makes_or_two_would_make() -> None:
    created = create(IMPORTING, "user", sections=PART)
    assert created["StackStatus"] == "ROLLBACK_COMPLETE"
    create({"A": queue()}, sections=exporting())
    found = create({"A": queue()}, "second", sections=exporting())
    assert found["StackStatus"] == "ROLLBACK_COMPLETE"
    events = boto3.client("cloudformation").describe_stack_events
    said = {
        each.get("ResourceStatusReason")
        for name in ("user", "second")
        for each in events(StackName=name)["StackEvents"]
    }
    assert "No export named bank-delay found. Rollback requested by user." in said
    assert (
        "Export with name bank-delay is already exported by stack bank. Rollback requested by user."
    ) in said
    assert len(queues()) == 1
