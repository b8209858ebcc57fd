"""Dashboards: kept as they were put, and looked at before."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount


def widget(**changed: Any) -> dict[str, Any]:
    metrics = [["AWS/SQS", "NumberOfMessagesSent", "QueueName", "orders", {"stat": "Sum"}]]
    return {
        "type": "metric", "x": 0, "y": 0, "width": 12, "height": 6,
        "properties": {"metrics": metrics, "region": "us-east-1"},
    } | changed  # fmt: skip


def test_a_dashboard_is_kept(lab: EmbeddedAccount, cloudwatch: Any) -> None:
    body = json.dumps({"widgets": [widget()]})
    answer = cloudwatch.put_dashboard(DashboardName="bank", DashboardBody=body)
    assert answer["DashboardValidationMessages"] == []
    kept = cloudwatch.get_dashboard(DashboardName="bank")
    assert kept["DashboardBody"] == body
    assert kept["DashboardArn"] == "arn:aws:cloudwatch::123456789012:dashboard/bank"
    (entry,) = cloudwatch.list_dashboards(DashboardNamePrefix="ba")["DashboardEntries"]
    assert (entry["LastModified"], entry["Size"]) == (lab.now(), len(body))
    cloudwatch.delete_dashboards(DashboardNames=["bank"])
    assert cloudwatch.list_dashboards()["DashboardEntries"] == []


def test_a_dashboard_that_is_not_there(lab: EmbeddedAccount, cloudwatch: Any) -> None:
    with pytest.raises(ClientError, match="Dashboard bank does not exist") as refused:
        cloudwatch.get_dashboard(DashboardName="bank")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFound"
    with pytest.raises(ClientError, match="The specified dashboard does not exist"):
        cloudwatch.delete_dashboards(DashboardNames=["bank"])


def with_metrics(metrics: Any) -> dict[str, Any]:
    return {"widgets": [widget(properties={"metrics": metrics})]}


STRINGS = 'Invalid metric field type, only "String" type is allowed'
FAULTS: list[tuple[Any, str, str]] = [
    ({}, "", "Should have required property 'widgets'"),
    ({"widgets": {}}, "/widgets", "Should be array"),
    ({"widgets": ["text"]}, "/widgets/0", "Should be object"),
    ({"widgets": [{"type": "text"}]}, "/widgets/0", "Should have required property 'properties'"),
    ({"widgets": [{"properties": {}}]}, "/widgets/0", "Should have required property 'type'"),
    ({"widgets": [widget(type="graph")]}, "/widgets/0/type",
     "Should be equal to one of the allowed values"),
    ({"widgets": [widget(), widget(width=25)]}, "/widgets/1/width", "Should be <= 24"),
    ({"widgets": [widget(x=-1)]}, "/widgets/0/x", "Should be >= 0"),
    ({"widgets": [widget(y="top")]}, "/widgets/0/y", "Should be integer"),
    ({"widgets": [widget(properties=[])]}, "/widgets/0/properties", "Should be object"),
    (with_metrics("Sent"), "/widgets/0/properties/metrics", "Should be array"),
    (with_metrics([{"expression": "m1"}]), "/widgets/0/properties/metrics/0", "Should be array"),
    (with_metrics([["AWS/SQS", "Sent", {"QueueName": "q"}, "orders"]]),
     "/widgets/0/properties/metrics/0/2", STRINGS),
]  # fmt: skip


@pytest.mark.parametrize(("body", "path", "message"), FAULTS)
def test_the_first_fault_of_a_body_is_named_with_its_place(
    lab: EmbeddedAccount, cloudwatch: Any, body: Any, path: str, message: str
) -> None:
    with pytest.raises(ClientError) as refused:
        cloudwatch.put_dashboard(DashboardName="bank", DashboardBody=json.dumps(body))
    error = refused.value.response["Error"]
    assert error["Code"] == "InvalidParameterInput"
    sentence, _, listed = error["Message"].partition(":\n")
    assert sentence == "The dashboard body is invalid, there are 1 validation error"
    assert json.loads(listed) == [{"dataPath": path, "message": message}]
    assert cloudwatch.list_dashboards()["DashboardEntries"] == []


@pytest.mark.parametrize("body", ["{", "[]", "5"])
def test_a_body_is_a_json_object(lab: EmbeddedAccount, cloudwatch: Any, body: str) -> None:
    with pytest.raises(ClientError, match="DashboardBody must be a valid JSON object"):
        cloudwatch.put_dashboard(DashboardName="bank", DashboardBody=body)


def test_a_name_has_no_blanks(lab: EmbeddedAccount, cloudwatch: Any) -> None:
    with pytest.raises(ClientError, match="can only contain alphanumerics, dash") as refused:
        cloudwatch.put_dashboard(DashboardName="the bank", DashboardBody='{"widgets": []}')
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValue"


def test_tags_are_those_of_the_first_putting(cloudwatch: Any) -> None:
    """API PutDashboard: tags of a dashboard that exists are not changed by it."""
    body = json.dumps({"widgets": []})
    for value in ("first", "second"):
        cloudwatch.put_dashboard(
            DashboardName="d", DashboardBody=body, Tags=[{"Key": "n", "Value": value}]
        )
    arn = cloudwatch.list_dashboards()["DashboardEntries"][0]["DashboardArn"]
    found = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
    assert found == [{"Key": "n", "Value": "first"}]
