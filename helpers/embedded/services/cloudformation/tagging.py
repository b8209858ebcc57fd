"""Tags of resources that are there already, as each service takes them."""

from __future__ import annotations

from typing import Any, NamedTuple

from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.resource_types import as_list, as_mapping

_RESERVED = "aws:"


class Tagging(NamedTuple):
    """How one service tags: its operations, and what it calls their parameters."""

    service: str
    resource: str
    tag: str = "TagResource"
    untag: str = "UntagResource"
    tags: str = "Tags"
    keys: str = "TagKeys"
    in_mapping: bool = False


def retag(
    api: AccountApi, how: Tagging, named: str, old: dict[str, Any], new: dict[str, Any]
) -> None:
    """Give a resource the tags of its new properties in place of those of its old ones."""
    before, after = as_mapping(old.get("Tags")), as_mapping(new.get("Tags"))
    named_by = {how.resource: named}
    if gone := sorted(before.keys() - after.keys()):
        api.call(how.service, how.untag, **named_by, **{how.keys: gone})
    if come := {key: text for key, text in after.items() if before.get(key) != text}:
        form: Any = come if how.in_mapping else as_list(come)
        if how.service == "kms":
            form = kms_tags(as_list(come))
        api.call(how.service, how.tag, **named_by, **{how.tags: form})


def kms_tags(tags: list[dict[str, str]] | None) -> list[dict[str, str]]:
    """Tags as KMS takes them, without those that callers may not give. On AWS a stack's key has
    them: KMS lets CloudFormation give what it refuses to others."""
    return [
        {"TagKey": each["Key"], "TagValue": each["Value"]}
        for each in tags or ()
        if not each["Key"].startswith(_RESERVED)
    ]
