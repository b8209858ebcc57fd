"""Event source mappings: what lets Lambda poll a queue for a function."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import boto3

from helpers.deploying import tags
from helpers.deploying.readiness import call_when_ready, wait_until

if TYPE_CHECKING:
    from helpers.lab import Lab

LIMIT = 300
"""Seconds that Lambda may take for a mapping; usually it takes less than one minute."""


def create_mapping(lab: Lab, queue_arn: str, function: str, **settings: Any) -> str:
    """Let Lambda poll the queue for the function; the mapping's id.

    Args:
        settings: of the mapping, such as BatchSize=5.

    Raises:
        ClientError: AWS refuses; a role that is not known yet is waited for.
    """
    functions = boto3.client("lambda")
    created = call_when_ready(
        lab,
        lambda: functions.create_event_source_mapping(
            EventSourceArn=queue_arn, FunctionName=function, Tags=tags.AS_MAPPING, **settings
        ),
    )
    return str(created["UUID"])


def connect_only(lab: Lab, queue_arn: str, function: str, **settings: Any) -> str:
    """Let Lambda poll the queue for this function and for no other, and let time pass until it
    does; the new mapping's id.

    Args:
        settings: of the mapping, such as BatchSize=5.

    Raises:
        ClientError: AWS refuses.
        NotReadyInTime: it is not enabled after 5 minutes.
    """
    _delete_all(lab, EventSourceArn=queue_arn)
    uuid = create_mapping(lab, queue_arn, function, **settings)
    wait_for_mapping(lab, uuid)
    return uuid


def find_mappings(function: str, queue_arn: str | None = None) -> list[dict[str, Any]]:
    """What AWS says of the mappings of a function, all or that of one queue; nothing, if there is
    no such function."""
    named = {"EventSourceArn": queue_arn} if queue_arn else {}
    functions = boto3.client("lambda")
    try:
        answer = functions.list_event_source_mappings(FunctionName=function, **named)
    except functions.exceptions.ResourceNotFoundException:
        return []
    return list(answer["EventSourceMappings"])


def describe_mapping(function: str) -> str:
    """The state of the function's mapping and, where AWS tells one, the result of its last
    polling, without the ids of the request that failed and of the key that it asked.

    Raises:
        LookupError: no queue is read for the function.
    """
    found = find_mappings(function)
    if not found:
        raise LookupError(f"No queue is read for {function}. Run the cell that connects one.")
    told = found[0].get("LastProcessingResult", "").partition(" (Service")[0]
    result = re.sub(r"key/[\w-]+", "key/...", told)
    return ", ".join(filter(None, [found[0]["State"], result]))


def delete_mappings(lab: Lab, function: str) -> None:
    """Delete all mappings of a function, and let time pass until they are gone.

    Raises:
        NotReadyInTime: they are still there after 5 minutes.
    """
    _delete_all(lab, FunctionName=function)


def delete_mapping(lab: Lab, uuid: str) -> None:
    """Begin to delete one mapping; a change that is under way is waited for.

    Raises:
        ClientError: AWS refuses.
    """
    functions = boto3.client("lambda")
    call_when_ready(lab, lambda: functions.delete_event_source_mapping(UUID=uuid))


def wait_for_mapping(lab: Lab, uuid: str) -> None:
    """Let time pass until Lambda polls; so what is measured afterwards begins with the messages.

    Raises:
        NotReadyInTime: it is not enabled after 5 minutes.
    """
    functions = boto3.client("lambda")
    wait_until(
        lab,
        lambda: bool(functions.get_event_source_mapping(UUID=uuid)["State"] == "Enabled"),
        "the mapping is enabled",
        LIMIT,
    )


def _delete_all(lab: Lab, **named: str) -> None:
    """Delete the mappings of a function or a queue. One that changes is asked again later."""
    functions = boto3.client("lambda")

    def are_gone() -> bool:
        found = functions.list_event_source_mappings(**named)["EventSourceMappings"]
        for mapping in found:
            if mapping["State"] != "Deleting":
                with suppress(functions.exceptions.ResourceInUseException):
                    functions.delete_event_source_mapping(UUID=mapping["UUID"])
        return not found

    wait_until(lab, are_gone, "the mappings are gone", LIMIT)
