"""Functions, what reaches them, and the table they write to: AWS::Lambda and AWS::DynamoDB."""

from __future__ import annotations

import io
import zipfile
from typing import Any, ClassVar

from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.resource_types import (
    Place,
    Properties,
    ResourceType,
    as_mapping,
    changed,
    without,
)
from helpers.embedded.services.cloudformation.tagging import Tagging, retag

_FUNCTION_TAGS = Tagging("lambda", "Resource", in_mapping=True)
_TABLE_TAGS = Tagging("dynamodb", "ResourceArn")
_MISSING = "ResourceNotFound"
_INLINE_FILE = "index.py"
"""Where code stands that is written in the template (Code: ZipFile)."""


class Function(ResourceType):
    kind = "AWS::Lambda::Function"
    named_by = "FunctionName"
    longest_name = 64
    fixed = frozenset({"PackageType"})
    is_tagged = True
    _OWN = ("Code", "ReservedConcurrentExecutions", "Tags")
    _DEFAULTS: ClassVar[dict[str, Any]] = {
        "DeadLetterConfig": {"TargetArn": ""},
        "Description": "",
        "Environment": {"Variables": {}},
        "EphemeralStorage": {"Size": 512},
        "KMSKeyArn": "",
        "Layers": [],
        "MemorySize": 128,
        "TracingConfig": {"Mode": "PassThrough"},
        "Timeout": 3,
    }
    """What a setting is again when its property is taken out of the template."""

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        api.call(
            "lambda",
            "CreateFunction",
            Code=_packed(wanted.get("Code")),
            Tags=as_mapping(wanted.get("Tags")),
            **without(wanted, *self._OWN),
        )
        return str(wanted["FunctionName"])

    def complete(self, api: AccountApi, identity: str, wanted: Properties) -> None:
        self._reserve(api, identity, {}, wanted)

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        named = {"FunctionName": identity}
        if changed(old, new, "Architectures", "Code"):
            architectures = new.get("Architectures", ["x86_64"])
            code = _packed(new["Code"])
            api.call("lambda", "UpdateFunctionCode", **named, Architectures=architectures, **code)
        own = (*self._OWN, *named, "Architectures", "PackageType")
        before, after = (without(each, *own) for each in (old, new))
        if before != after:
            gone = {
                name: self._DEFAULTS[name]
                for name in before.keys() - after.keys()
                if name in self._DEFAULTS
            }
            api.call("lambda", "UpdateFunctionConfiguration", **named, **(gone | after))
        self._reserve(api, identity, old, new)
        retag(api, _FUNCTION_TAGS, api.arn("lambda", f"function:{identity}"), old, new)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        api.succeeds(_MISSING, "lambda", "DeleteFunction", FunctionName=identity)

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        return {"Arn": api.arn("lambda", f"function:{identity}")}

    @staticmethod
    def _reserve(api: AccountApi, name: str, old: Properties, new: Properties) -> None:
        if not changed(old, new, "ReservedConcurrentExecutions"):
            return
        if (count := new.get("ReservedConcurrentExecutions")) is None:
            api.call("lambda", "DeleteFunctionConcurrency", FunctionName=name)
        else:
            api.call(
                "lambda",
                "PutFunctionConcurrency",
                FunctionName=name,
                ReservedConcurrentExecutions=count,
            )


class EventSourceMapping(ResourceType):
    kind = "AWS::Lambda::EventSourceMapping"
    fixed = frozenset({"EventSourceArn"})
    is_tagged = True

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        tags = as_mapping(wanted.get("Tags"))
        settings = without(wanted, "Tags")
        answer = api.call("lambda", "CreateEventSourceMapping", Tags=tags, **settings)
        return str(answer["UUID"])

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        empty: dict[str, Any] = {
            "BatchSize": 10,
            "FilterCriteria": {},
            "FunctionResponseTypes": [],
            "KmsKeyArn": "",
            "MaximumBatchingWindowInSeconds": 0,
            "ScalingConfig": {},
            "Enabled": True,
        }
        gone = {name: empty[name] for name in (old.keys() - new.keys()) & empty.keys()}
        settings = gone | without(new, *self.fixed, "Tags")
        api.call("lambda", "UpdateEventSourceMapping", UUID=identity, **settings)
        arn = api.arn("lambda", f"event-source-mapping:{identity}")
        retag(api, _FUNCTION_TAGS, arn, old, new)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        api.succeeds(_MISSING, "lambda", "DeleteEventSourceMapping", UUID=identity)

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        arn = api.arn("lambda", f"event-source-mapping:{identity}")
        return {"Id": identity, "EventSourceMappingArn": arn}


class Permission(ResourceType):
    """A statement of a function's policy. Nothing of it can be changed."""

    kind = "AWS::Lambda::Permission"

    def replaces(self, old: Properties, new: Properties) -> bool:
        return True

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        statement = place.name(100)
        api.call("lambda", "AddPermission", StatementId=statement, **wanted)
        return statement

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        api.succeeds(
            _MISSING,
            "lambda",
            "RemovePermission",
            FunctionName=properties["FunctionName"],
            StatementId=identity,
        )


class Table(ResourceType):
    kind = "AWS::DynamoDB::Table"
    named_by = "TableName"
    fixed = frozenset({"KeySchema", "LocalSecondaryIndexes"})
    is_tagged = True
    _EXTRA = ("PointInTimeRecoverySpecification", "TimeToLiveSpecification")

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        api.call("dynamodb", "CreateTable", **without(wanted, *self._EXTRA))
        return str(wanted["TableName"])

    def complete(self, api: AccountApi, identity: str, wanted: Properties) -> None:
        self._settle(api, identity, {}, wanted)

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        own = (*self._EXTRA, *self.fixed, "Tags")
        if without(old, *own) != without(new, *own):
            api.call("dynamodb", "UpdateTable", **without(new, *own))
        self._settle(api, identity, old, new)
        retag(api, _TABLE_TAGS, api.arn("dynamodb", f"table/{identity}"), old, new)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        api.succeeds(_MISSING, "dynamodb", "DeleteTable", TableName=identity)

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        table = api.call("dynamodb", "DescribeTable", TableName=identity)["Table"]
        stream = table.get("LatestStreamArn")
        return {"Arn": table["TableArn"]} | ({"StreamArn": stream} if stream else {})

    def _settle(self, api: AccountApi, name: str, old: Properties, new: Properties) -> None:
        recovery, lifetime = self._EXTRA
        if changed(old, new, recovery):
            off = {"PointInTimeRecoveryEnabled": False}
            api.call(
                "dynamodb",
                "UpdateContinuousBackups",
                TableName=name,
                PointInTimeRecoverySpecification=new.get(recovery, off),
            )
        if changed(old, new, lifetime):
            api.call(
                "dynamodb",
                "UpdateTimeToLive",
                TableName=name,
                TimeToLiveSpecification=new.get(lifetime)
                or old.get(lifetime, {}) | {"Enabled": False},
            )


def _packed(code: Any) -> Any:
    """Code that is written in the template becomes a package with one file."""
    if not isinstance(code, dict) or "ZipFile" not in code:
        return code
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(_INLINE_FILE, (1980, 1, 1, 0, 0, 0)), code["ZipFile"])
    return code | {"ZipFile": buffer.getvalue()}


TYPES = (Function(), EventSourceMapping(), Permission(), Table())
