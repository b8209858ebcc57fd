"""The tags that things in the account have, and the boundary of a user or role: by ARN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.embedded.door.access.identities import find_entity_by_arn
from helpers.embedded.door.access.resources import find_function, find_key, find_queue, find_topic
from helpers.embedded.moto_seams.backends import backend_at


def tags_of(arn: str) -> Mapping[str, str]:
    """What aws:ResourceTag/... is of a queue, key, topic, function, table, user or role."""
    match arn.split(":", 5):
        case [_, _, "sqs", region, account, name] if queue := find_queue(account, region, name):
            return dict(queue.tags)
        case [_, _, "kms", region, account, name] if key := find_key(account, region, name):
            from moto.kms.models import kms_backends

            return dict(kms_backends[account][region].tagger.get_tag_dict_for_resource(key.id))
        case [_, _, "sns", region, account, _] if topic := find_topic(account, region, arn):
            return dict(topic._tags)
        case [_, _, "lambda", region, account, name]:
            function = find_function(account, region, name)
            return dict(function.tags) if function else {}
        case [_, _, "dynamodb", region, account, name] if name.startswith("table/"):
            from moto.dynamodb.models import dynamodb_backends

            backend = backend_at(dynamodb_backends, account, region)
            table = backend and backend.tables.get(name.split("/")[1])
            return _pairs(table.tags) if table else {}
        case [_, _, "iam", _, _, _]:
            return tags_of_entity(find_entity_by_arn(arn))
    return {}


def tags_of_entity(entity: Any | None) -> Mapping[str, str]:
    """Of moto's user or role."""
    return _pairs(entity.tags) if entity is not None else {}


def _pairs(tags: Any) -> Mapping[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags or ()}


def boundary_of(arn: str) -> str | None:
    """The permissions boundary of the user or role with that ARN."""
    if not arn.startswith("arn:aws:iam:"):
        return None
    entity = find_entity_by_arn(arn)
    return getattr(entity, "permissions_boundary_arn", None) or None
