"""Which messages of a batch have failed, by what the function answered.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

from collections.abc import Collection

from helpers.embedded import json_documents

REPORT_BATCH_ITEM_FAILURES = "ReportBatchItemFailures"

NONE_FAILED = '{"batchItemFailures": []}'
"""What nearly every handler answers nearly always, in Python's JSON."""


def failed_messages(payload: str, message_ids: Collection[str]) -> set[str]:
    """The ids of the messages to keep, when the mapping reports batch item failures.

    Null or empty: all succeeded. Anything that AWS cannot make sense of, an unknown id among
    it: all failed.
    """
    if payload == NONE_FAILED:
        return set()
    everything = set(message_ids)
    try:
        response = json_documents.parse(payload)
    except ValueError:
        return everything
    if not response:
        return set() if response is None or response == {} else everything
    if not isinstance(response, dict):
        return everything
    failures = response.get("batchItemFailures")
    if failures is None:
        return set()
    if not isinstance(failures, list):
        return everything
    named = [
        failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures
    ]
    known = {name for name in named if isinstance(name, str) and name in everything}
    return known if all(name in known for name in named) else everything
