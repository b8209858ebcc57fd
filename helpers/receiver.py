"""banking-reconciliation-function, which books the queue's transactions in the ledger."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from operator import itemgetter
from typing import TYPE_CHECKING

import boto3

from helpers import keys, ledger, tags
from helpers.invocations import parse_report
from helpers.packages import SOURCES, build_package, deploy_function, find_variables
from helpers.readiness import call_when_ready
from helpers.roles import create_receiver_role

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

FUNCTION = "banking-reconciliation-function"
ROLE = f"{FUNCTION}-role"
FILES = [SOURCES / name for name in ("receiver.py", "transactions.py", "signing_secret.py")]
TIMEOUT = 5
"""Seconds: a sixth of the queue's visibility timeout, as AWS advises."""
BATCH_SIZE = 10


def create_receiver(lab: Lab, key_arn: str, table_arn: str) -> str:
    """Deploy the function, its role included, or bring it up to date; its ARN.

    A function that has a signing secret keeps it.
    """
    role_arn = create_receiver_role(ROLE, key_arn, table_arn)
    secret = find_variables(FUNCTION).get("SIGNING_SECRET") or keys.create_secret(key_arn, FUNCTION)
    return deploy_function(
        lab,
        FUNCTION,
        build_package(FILES),
        "receiver.handler",
        role_arn,
        TIMEOUT,
        {"LEDGER_TABLE": ledger.TABLE, "SIGNING_SECRET": secret},
    )


def connect_queue(lab: Lab, queue_arn: str, batch_size: int = BATCH_SIZE) -> str:
    """Let Lambda poll the queue for the receiver, with partial batch responses; the mapping's id.

    A mapping that exists is given these settings.
    """
    functions = boto3.client("lambda")
    settings = {
        "BatchSize": batch_size,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "Enabled": True,
    }
    found = functions.list_event_source_mappings(EventSourceArn=queue_arn, FunctionName=FUNCTION)
    if not found["EventSourceMappings"]:
        created = call_when_ready(
            lab,
            lambda: functions.create_event_source_mapping(
                EventSourceArn=queue_arn, FunctionName=FUNCTION, Tags=tags.AS_MAPPING, **settings
            ),
        )
        return str(created["UUID"])
    mapping = found["EventSourceMappings"][0]
    if mapping["BatchSize"] != batch_size or mapping["State"] in ("Disabled", "Disabling"):
        functions.update_event_source_mapping(UUID=mapping["UUID"], **settings)
    return str(mapping["UUID"])


def read_log() -> list[tuple[datetime, str]]:
    """Every line of the function's log, oldest first, with its time (aware, UTC)."""
    logs = boto3.client("logs")
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{FUNCTION}")
    try:
        events = [event for page in pages for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []  # It never ran.
    return [
        (datetime.fromtimestamp(event["timestamp"] / 1000, UTC), event["message"].rstrip("\n"))
        for event in sorted(events, key=itemgetter("timestamp"))
    ]


def read_invocations() -> pd.DataFrame:
    """The function's invocations, as the REPORT lines of its log have them.

    Returns:
        One row for each, in the order of their ends; columns ended (UTC), milliseconds.
    """
    import pandas as pd

    rows = [
        (time, found.milliseconds) for time, line in read_log() if (found := parse_report(line))
    ]
    return pd.DataFrame(rows, columns=["ended", "milliseconds"])


def read_refusals() -> pd.DataFrame:
    """What the receiver refused, as its log has it: a message comes once for each receive.

    Returns:
        One row for each refusal, oldest first; columns refused (UTC), message_id, reason, detail,
        receive_count.
    """
    import pandas as pd

    rows = [
        (time, fields["messageId"], fields["reason"], fields["detail"], fields["receiveCount"])
        for time, line in read_log()
        if line.startswith("{") and (fields := json.loads(line)).get("event") == "refused"
    ]
    columns = ["refused", "message_id", "reason", "detail", "receive_count"]
    return pd.DataFrame(rows, columns=columns)
