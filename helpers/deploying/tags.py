"""The mark on everything the course creates, so that clean-up deletes nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

NAME = "course"
VALUE = "sqs-and-lambda"

AS_MAPPING = {NAME: VALUE}
"""The form that SQS and Lambda take."""

AS_LIST = [{"Key": NAME, "Value": VALUE}]
"""The form that IAM and DynamoDB take."""

AS_KMS_LIST = [{"TagKey": NAME, "TagValue": VALUE}]
"""The form that KMS takes."""


def is_ours(tags: Mapping[str, str] | Iterable[Mapping[str, str]]) -> bool:
    """Whether tags, in any of the three forms, say that the course created the thing."""
    if isinstance(tags, Mapping):
        return tags.get(NAME) == VALUE
    return any(tag in (*AS_LIST, *AS_KMS_LIST) for tag in tags)
