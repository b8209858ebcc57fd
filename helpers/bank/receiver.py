"""banking-reconciliation-function, which books the queue's transactions in the ledger."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import boto3

from helpers.bank import keys
from helpers.bank.queues import QUEUE, measure_depth
from helpers.deploying.invocations import parse_report, read_log
from helpers.deploying.mappings import create_mapping, find_mappings
from helpers.deploying.packages import SOURCES, build_package, deploy_function, find_variables
from helpers.deploying.readiness import call_when_ready
from helpers.deploying.roles import create_receiver_role

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

FUNCTION = "banking-reconciliation-function"
ROLE = f"{FUNCTION}-role"
FILES = [SOURCES / name for name in ("receiver.py", "transactions.py", "signing_secret.py")]
TIMEOUT = 5
"""Seconds: a sixth of the queue's visibility timeout, as AWS advises."""
BATCH_SIZE = 10
BAD_BODIES = ("hello", "rent, 850.00", '{"cents": 85000}')
"""None of them is a transaction."""
DIFFERENT = (
    "messageId",
    "receiptHandle",
    "SenderId",
    "AWSTraceHeader",
    "SentTimestamp",
    "ApproximateFirstReceiveTimestamp",
)
"""The fields of a record whose values differ from message to message."""


def create_receiver(lab: Lab, key_arn: str, table_arn: str) -> str:
    """Deploy the function, its role included, or bring it up to date; its ARN.

    A function that has a signing secret keeps it. No concurrency is reserved for it.
    """
    role_arn = create_receiver_role(ROLE, key_arn, table_arn)
    secret = find_variables(FUNCTION).get("SIGNING_SECRET") or keys.create_secret(key_arn, FUNCTION)
    arn = deploy_function(
        lab,
        FUNCTION,
        build_package(FILES),
        "receiver.handler",
        role_arn,
        TIMEOUT,
        {"LEDGER_TABLE": table_arn.rpartition("/")[2], "SIGNING_SECRET": secret},
    )
    boto3.client("lambda").delete_function_concurrency(FunctionName=FUNCTION)
    return arn


def connect_queue(lab: Lab, queue_arn: str, batch_size: int = BATCH_SIZE) -> str:
    """Let Lambda poll the queue for the receiver, with partial batch responses; the mapping's id.

    A mapping that exists is given these settings, and no others: none limits its concurrency.
    """
    settings = {
        "BatchSize": batch_size,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "Enabled": True,
    }
    found = find_mappings(FUNCTION, queue_arn)
    if not found:
        return create_mapping(lab, queue_arn, FUNCTION, **settings)
    (mapping,) = found
    current = {**mapping, "Enabled": mapping["State"] not in ("Disabled", "Disabling")}
    is_other = any(current.get(name) != value for name, value in settings.items())
    if is_other or mapping.get("ScalingConfig"):
        functions = boto3.client("lambda")
        call_when_ready(
            lab,
            lambda: functions.update_event_source_mapping(
                UUID=mapping["UUID"], ScalingConfig={}, **settings
            ),
        )
    return str(mapping["UUID"])


def count_bad_messages(lab: Lab, queue_url: str, dead_letter_queue_url: str) -> pd.Series[int]:
    """Send `BAD_BODIES` in one batch, let time pass until the queue is idle, and count.

    Returns:
        Index: sent, refused (messages that the receiver's log names), dead letters, still in the
        queue; of these messages alone.
    """
    import pandas as pd

    before = measure_depth(dead_letter_queue_url).total
    entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(BAD_BODIES)]
    answer = boto3.client("sqs").send_message_batch(QueueUrl=queue_url, Entries=entries)
    lab.run_until_idle()
    ids = {entry["MessageId"] for entry in answer["Successful"]}
    return pd.Series(
        {
            "sent": len(ids),
            "refused": len(ids & {*read_refusals()["message_id"]}),
            "dead letters": measure_depth(dead_letter_queue_url).total - before,
            "still in the queue": measure_depth(queue_url).total,
        }
    )


def build_event(*bodies: str) -> dict[str, Any]:
    """A test event: what Lambda gives to the handler when the queue held these messages.

    The fields are those that AWS was recorded to send; the console's test event "SQS Receive
    Message" has the same.
    """
    now = "1767603600000"
    return {
        "Records": [
            {
                "messageId": f"test-message-{number}",
                "receiptHandle": "none: nobody received it",
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": now,
                    "SenderId": "test",
                    "ApproximateFirstReceiveTimestamp": now,
                },
                "messageAttributes": {},
                "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{QUEUE}",
                "awsRegion": "us-east-1",
            }
            for number, body in enumerate(bodies, start=1)
        ]
    }


def read_record(function: str = FUNCTION) -> str:
    """The record that a handler logged last, as JSON; three dots stand for what differs with each
    message: its id and its times.

    Raises:
        LookupError: no record is in the log.
    """
    for _, line in reversed(read_log(function)):
        if line.startswith("{") and "receiptHandle" in (record := json.loads(line)):
            for fields in (record, record["attributes"]):
                fields.update(dict.fromkeys(fields.keys() & {*DIFFERENT}, "..."))
            return json.dumps(record, indent=2)
    raise LookupError(f"{function} has logged no record. Run the cells before this one first.")


def read_invocations() -> pd.DataFrame:
    """The function's invocations, as the REPORT lines of its log have them.

    Returns:
        One row for each, in the order of their ends; columns ended (UTC), milliseconds.
    """
    import pandas as pd

    rows = [
        (time, found.milliseconds)
        for time, line in read_log(FUNCTION)
        if (found := parse_report(line))
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
        for time, line in read_log(FUNCTION)
        if line.startswith("{") and (fields := json.loads(line)).get("event") == "refused"
    ]
    columns = ["refused", "message_id", "reason", "detail", "receive_count"]
    return pd.DataFrame(rows, columns=columns)
