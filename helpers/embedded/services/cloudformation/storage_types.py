"""Buckets and parameters: AWS::S3 and AWS::SSM."""

from __future__ import annotations

from typing import Any

from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.errors import ResourceFailed
from helpers.embedded.services.cloudformation.resource_types import (
    Place,
    Properties,
    ResourceType,
    changed,
    without,
)

_NO_BUCKET = "NoSuchBucket"
_SETTINGS = {
    "BucketEncryption": ("BucketEncryption", "ServerSideEncryptionConfiguration"),
    "OwnershipControls": ("BucketOwnershipControls", "OwnershipControls"),
    "PublicAccessBlockConfiguration": ("PublicAccessBlock", "PublicAccessBlockConfiguration"),
}
"""Operations (after Put and Delete) and parameters of what a bucket can have."""


class Bucket(ResourceType):
    kind = "AWS::S3::Bucket"
    named_by = "BucketName"
    longest_name = 63
    is_tagged = True
    _KNOWN = frozenset({"BucketName", "Tags", "VersioningConfiguration", *_SETTINGS})

    def named(self, place: Place, properties: Properties) -> Properties:
        """Names of buckets have no capitals."""
        found = super().named(place, properties)
        is_made_up = not properties.get("BucketName")
        return found | {"BucketName": found["BucketName"].lower()} if is_made_up else found

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        self._check(wanted)
        name = str(wanted["BucketName"])
        if api.succeeds("404", "s3", "HeadBucket", Bucket=name):
            raise self.already_there(name)
        where = {"LocationConstraint": api.region} if api.region != "us-east-1" else None
        api.call("s3", "CreateBucket", Bucket=name, CreateBucketConfiguration=where)
        return name

    def complete(self, api: AccountApi, identity: str, wanted: Properties) -> None:
        self.update(api, identity, {}, wanted)

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        self._check(new)
        bucket = {"Bucket": identity}
        for name, (operation, parameter) in _SETTINGS.items():
            if not changed(old, new, name):
                continue
            if name in new:
                value = {parameter: _as_api(name, new[name])}
                api.call("s3", f"Put{operation}", **bucket, **value)
            else:
                api.call("s3", f"Delete{operation}", **bucket)
        if changed(old, new, "VersioningConfiguration"):
            versioning = new.get("VersioningConfiguration", {"Status": "Suspended"})
            api.call("s3", "PutBucketVersioning", **bucket, VersioningConfiguration=versioning)
        if changed(old, new, "Tags"):
            tags = [each for each in new["Tags"] if not each["Key"].startswith("aws:")]
            api.call("s3", "PutBucketTagging", **bucket, Tagging={"TagSet": tags})

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        api.succeeds(_NO_BUCKET, "s3", "DeleteBucket", Bucket=identity)

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        return {
            "Arn": f"arn:aws:s3:::{identity}",
            "DomainName": f"{identity}.s3.amazonaws.com",
            "RegionalDomainName": f"{identity}.s3.{api.region}.amazonaws.com",
        }

    def _check(self, properties: Properties) -> None:
        if unknown := sorted(properties.keys() - self._KNOWN):
            raise ResourceFailed(
                f"The embedded account does not know {', '.join(unknown)} of {self.kind}. It "
                f"knows: {', '.join(sorted(self._KNOWN))}."
            )


def _as_api(name: str, value: Any) -> Any:
    """Templates and the API give two parts other names."""
    if name == "BucketEncryption":
        rules = [
            {
                {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}.get(
                    key, key
                ): part
                for key, part in rule.items()
            }
            for rule in value["ServerSideEncryptionConfiguration"]
        ]
        return {"Rules": rules}
    return value


class BucketPolicy(ResourceType):
    kind = "AWS::S3::BucketPolicy"
    fixed = frozenset({"Bucket"})

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        self.update(api, "", {}, wanted)
        return str(wanted["Bucket"])

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        policy = {"Policy": new["PolicyDocument"]}
        api.call("s3", "PutBucketPolicy", Bucket=new["Bucket"], **policy)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        api.succeeds(_NO_BUCKET, "s3", "DeleteBucketPolicy", Bucket=properties["Bucket"])


class Parameter(ResourceType):
    """One of Systems Manager. Its tags are a mapping in templates."""

    kind = "AWS::SSM::Parameter"
    named_by = "Name"

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        tags = [{"Key": key, "Value": text} for key, text in wanted.get("Tags", {}).items()]
        api.call("ssm", "PutParameter", Tags=tags or None, **without(wanted, "Tags"))
        return str(wanted["Name"])

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        api.call("ssm", "PutParameter", Overwrite=True, **without(new, "Tags"))
        before, after = old.get("Tags", {}), new.get("Tags", {})
        named = {"ResourceType": "Parameter", "ResourceId": identity}
        if gone := sorted(before.keys() - after.keys()):
            api.call("ssm", "RemoveTagsFromResource", **named, TagKeys=gone)
        if after:
            tags = [{"Key": key, "Value": text} for key, text in after.items()]
            api.call("ssm", "AddTagsToResource", **named, Tags=tags)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        api.succeeds("ParameterNotFound", "ssm", "DeleteParameter", Name=identity)

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        return {"Type": properties.get("Type"), "Value": properties.get("Value")}


TYPES = (Bucket(), BucketPolicy(), Parameter())
