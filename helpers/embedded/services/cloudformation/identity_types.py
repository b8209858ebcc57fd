"""Keys, roles and their policies: AWS::KMS and AWS::IAM."""

from __future__ import annotations

from typing import Any

from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.resource_types import (
    Place,
    Properties,
    ResourceType,
    changed,
    without,
)
from helpers.embedded.services.cloudformation.tagging import Tagging, kms_tags, retag
from helpers.embedded.services.cloudformation.template_text import is_true

_KEY_TAGS = Tagging("kms", "KeyId")
_ROLE_TAGS = Tagging("iam", "RoleName", "TagRole", "UntagRole")
_LONGEST_WAIT = 30
"""Days until a key is deleted, if the template names no other number."""


class Key(ResourceType):
    kind = "AWS::KMS::Key"
    fixed = frozenset({"KeySpec", "KeyUsage", "MultiRegion", "Origin"})
    is_tagged = True
    _OWN = (
        "EnableKeyRotation", "RotationPeriodInDays", "Enabled", "KeyPolicy",
        "PendingWindowInDays", "Tags",
    )  # fmt: skip

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        answer = api.call(
            "kms",
            "CreateKey",
            Policy=wanted.get("KeyPolicy"),
            Tags=kms_tags(wanted.get("Tags")),
            **without(wanted, *self._OWN),
        )
        return str(answer["KeyMetadata"]["KeyId"])

    def complete(self, api: AccountApi, identity: str, wanted: Properties) -> None:
        self._settle(api, identity, {}, wanted)

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        if changed(old, new, "KeyPolicy") and "KeyPolicy" in new:
            api.call("kms", "PutKeyPolicy", KeyId=identity, Policy=new["KeyPolicy"])
        if changed(old, new, "Description"):
            text = new.get("Description", "")
            api.call("kms", "UpdateKeyDescription", KeyId=identity, Description=text)
        self._settle(api, identity, old, new)
        retag(api, _KEY_TAGS, identity, old, new)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        """A key is not gone at once: it waits for its deletion, and can be saved until then."""
        days = properties.get("PendingWindowInDays", _LONGEST_WAIT)
        api.succeeds(
            "NotFound", "kms", "ScheduleKeyDeletion", KeyId=identity, PendingWindowInDays=days
        )

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        return {"Arn": api.arn("kms", f"key/{identity}"), "KeyId": identity}

    @staticmethod
    def _settle(api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        if changed(old, new, "EnableKeyRotation", "RotationPeriodInDays"):
            if is_true(new.get("EnableKeyRotation")):
                days = new.get("RotationPeriodInDays")
                api.call("kms", "EnableKeyRotation", KeyId=identity, RotationPeriodInDays=days)
            elif is_true(old.get("EnableKeyRotation")):
                api.call("kms", "DisableKeyRotation", KeyId=identity)
        if changed(old, new, "Enabled"):
            is_off = not is_true(new.get("Enabled", True))
            api.call("kms", "DisableKey" if is_off else "EnableKey", KeyId=identity)


class Alias(ResourceType):
    kind = "AWS::KMS::Alias"
    named_by = "AliasName"

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        api.call("kms", "CreateAlias", **wanted)
        return str(wanted["AliasName"])

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        api.call("kms", "UpdateAlias", **new)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        api.succeeds("NotFound", "kms", "DeleteAlias", AliasName=identity)


class Role(ResourceType):
    kind = "AWS::IAM::Role"
    named_by = "RoleName"
    longest_name = 64
    fixed = frozenset({"Path"})
    is_tagged = True
    _OWN = ("Policies", "ManagedPolicyArns")

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        api.call("iam", "CreateRole", **without(wanted, *self._OWN))
        return str(wanted["RoleName"])

    def complete(self, api: AccountApi, identity: str, wanted: Properties) -> None:
        self._settle(api, identity, {}, wanted)

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        role = {"RoleName": identity}
        if changed(old, new, "AssumeRolePolicyDocument"):
            policy = new["AssumeRolePolicyDocument"]
            api.call("iam", "UpdateAssumeRolePolicy", **role, PolicyDocument=policy)
        if changed(old, new, "Description", "MaxSessionDuration"):
            longest = new.get("MaxSessionDuration", 3600)
            text = new.get("Description", "")
            api.call("iam", "UpdateRole", **role, Description=text, MaxSessionDuration=longest)
        if changed(old, new, "PermissionsBoundary"):
            if boundary := new.get("PermissionsBoundary"):
                api.call("iam", "PutRolePermissionsBoundary", **role, PermissionsBoundary=boundary)
            else:
                api.call("iam", "DeleteRolePermissionsBoundary", **role)
        self._settle(api, identity, old, new)
        retag(api, _ROLE_TAGS, identity, old, new)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        if not api.succeeds("NoSuchEntity", "iam", "GetRole", RoleName=identity):
            return
        self._settle(api, identity, properties, {})
        api.call("iam", "DeleteRole", RoleName=identity)

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        role = api.call("iam", "GetRole", RoleName=identity)["Role"]
        return {"Arn": role["Arn"], "RoleId": role["RoleId"]}

    @staticmethod
    def _settle(api: AccountApi, name: str, old: Properties, new: Properties) -> None:
        """Its managed and inline policies; those that it has by other ways stay."""
        role = {"RoleName": name}
        before, after = (set(each.get("ManagedPolicyArns", ())) for each in (old, new))
        for arn in sorted(before - after):
            api.succeeds("NoSuchEntity", "iam", "DetachRolePolicy", **role, PolicyArn=arn)
        for arn in sorted(after - before):
            api.call("iam", "AttachRolePolicy", **role, PolicyArn=arn)
        had, has = (
            {each["PolicyName"]: each["PolicyDocument"] for each in properties.get("Policies", ())}
            for properties in (old, new)
        )
        for policy in had.keys() - has.keys():
            api.succeeds("NoSuchEntity", "iam", "DeleteRolePolicy", **role, PolicyName=policy)
        for policy, document in has.items():
            if had.get(policy) != document:
                api.call("iam", "PutRolePolicy", **role, PolicyName=policy, PolicyDocument=document)


class InlinePolicy(ResourceType):
    """A policy inside roles, users and groups that stand elsewhere."""

    kind = "AWS::IAM::Policy"
    fixed = frozenset({"PolicyName"})
    laid_on = ("Roles", "Users", "Groups")
    _HOLDERS = (("Roles", "Role"), ("Users", "User"), ("Groups", "Group"))

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        self.update(api, "", {}, wanted)
        return place.name(128)

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        for listed, holder in self._HOLDERS:
            for name in new.get(listed, ()):
                api.call(
                    "iam",
                    f"Put{holder}Policy",
                    **{f"{holder}Name": name},
                    PolicyName=new.get("PolicyName"),
                    PolicyDocument=new.get("PolicyDocument"),
                )
            gone = [name for name in old.get(listed, ()) if name not in new.get(listed, ())]
            self._take_from(api, holder, gone, old)

    def spare(self, properties: Properties, others: list[Properties]) -> Properties:
        """Policies of other names are no concern of this one."""
        name = properties.get("PolicyName")
        same = [each for each in others if each.get("PolicyName") == name]
        return super().spare(properties, same)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        for listed, holder in self._HOLDERS:
            self._take_from(api, holder, properties.get(listed, []), properties)

    @staticmethod
    def _take_from(api: AccountApi, holder: str, names: list[str], properties: Properties) -> None:
        for name in names:
            api.succeeds(
                "NoSuchEntity",
                "iam",
                f"Delete{holder}Policy",
                **{f"{holder}Name": name},
                PolicyName=properties["PolicyName"],
            )


class ManagedPolicy(ResourceType):
    """A policy that stands for itself. Each change is another version of it."""

    kind = "AWS::IAM::ManagedPolicy"
    named_by = "ManagedPolicyName"
    longest_name = 128
    fixed = frozenset({"Description", "Path"})
    _HOLDERS = (("Roles", "Role"), ("Users", "User"), ("Groups", "Group"))

    def create(self, api: AccountApi, wanted: Properties, place: Place) -> str:
        made = api.call(
            "iam",
            "CreatePolicy",
            PolicyName=wanted["ManagedPolicyName"],
            PolicyDocument=wanted["PolicyDocument"],
            Description=wanted.get("Description"),
            Path=wanted.get("Path"),
        )
        return str(made["Policy"]["Arn"])

    def complete(self, api: AccountApi, identity: str, wanted: Properties) -> None:
        self._attach(api, identity, {}, wanted)

    def update(self, api: AccountApi, identity: str, old: Properties, new: Properties) -> None:
        if changed(old, new, "PolicyDocument"):
            document = {"PolicyDocument": new["PolicyDocument"], "SetAsDefault": True}
            self._forget_versions(api, identity)
            api.call("iam", "CreatePolicyVersion", PolicyArn=identity, **document)
        self._attach(api, identity, old, new)

    def delete(self, api: AccountApi, identity: str, properties: Properties) -> None:
        if api.succeeds("NoSuchEntity", "iam", "GetPolicy", PolicyArn=identity):
            self._attach(api, identity, properties, {})
            self._forget_versions(api, identity)
            api.call("iam", "DeletePolicy", PolicyArn=identity)

    def attributes(self, api: AccountApi, identity: str, properties: Properties) -> dict[str, Any]:
        return {"PolicyArn": identity}

    @staticmethod
    def _forget_versions(api: AccountApi, arn: str) -> None:
        """A policy has five versions at most; those that are not in use are of none."""
        versions = api.call("iam", "ListPolicyVersions", PolicyArn=arn)["Versions"]
        for each in versions:
            if not each["IsDefaultVersion"]:
                version = each["VersionId"]
                api.call("iam", "DeletePolicyVersion", PolicyArn=arn, VersionId=version)

    def _attach(self, api: AccountApi, arn: str, old: Properties, new: Properties) -> None:
        for listed, holder in self._HOLDERS:
            before, after = old.get(listed, ()), new.get(listed, ())
            for verb, names in (
                ("Attach", [each for each in after if each not in before]),
                ("Detach", [each for each in before if each not in after]),
            ):
                for name in names:
                    named = {f"{holder}Name": name, "PolicyArn": arn}
                    if verb == "Attach":
                        api.call("iam", f"Attach{holder}Policy", **named)
                    else:
                        api.succeeds("NoSuchEntity", "iam", f"Detach{holder}Policy", **named)


TYPES = (Key(), Alias(), Role(), InlinePolicy(), ManagedPolicy())
