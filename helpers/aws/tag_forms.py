"""The tag on everything a lab makes on a real account: with it clean-up finds all, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.model import ListShape, OperationModel, StructureShape

NAME = "lab"
"""The tag's key; its value is the lab's id."""

CREATES = (
    "Create",
    "PutMetricAlarm",
    "PutDashboard",
    "UpdateStack",
    "AddTagsToStream",  # not every endpoint lets CreateStream tag
    "PutBucketTagging",
)
"""How the operations begin that make something, or tag what was made a moment ago."""


def in_request(
    params: Mapping[str, Any], operation: OperationModel, tags: Mapping[str, str]
) -> dict[str, Any]:
    """The parameters with these tags among theirs, if the operation makes what can be tagged.

    botocore's model says whether it takes tags, and in which of AWS's forms.
    """
    shape = operation.input_shape
    if shape is None or not operation.name.startswith(CREATES):
        return dict(params)
    if operation.name == "PutBucketTagging":  # S3 takes the tags of a bucket after it is made
        tagging, form = params["Tagging"], shape.members["Tagging"].members["TagSet"]
        return {**params, "Tagging": {**tagging, "TagSet": _merge(tagging["TagSet"], form, tags)}}
    for member in ("Tags", "tags"):
        if member in shape.members:
            form = shape.members[member]
            given = params.get(member) or ([] if isinstance(form, ListShape) else {})
            return {**params, member: _merge(given, form, tags)}
    return dict(params)


def read(listed: Iterable[Mapping[str, str]] | Mapping[str, str]) -> dict[str, str]:
    """Tags in any of AWS's forms as a mapping."""
    if isinstance(listed, Mapping):
        return dict(listed)
    return {
        tag.get("Key", tag.get("TagKey", "")): tag.get("Value", tag.get("TagValue", ""))
        for tag in listed
    }


def _merge(given: Any, form: Any, tags: Mapping[str, str]) -> Any:
    if not isinstance(form, ListShape):
        return {**given, **tags}
    assert isinstance(form.member, StructureShape)
    key, value = ("TagKey", "TagValue") if "TagKey" in form.member.members else ("Key", "Value")
    return [tag for tag in given if tag.get(key) not in tags] + [
        {key: name, value: text} for name, text in tags.items()
    ]
