"""Questions to a function's log, in the language of CloudWatch Logs Insights."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING, Any

import boto3

from helpers.deploying.readiness import wait_until

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

WAITING = ("Scheduled", "Running", "Unknown")
"""The states of a query that has no answer yet."""


def query_log(
    lab: Lab, function: str, query: str, since: datetime, limit: float = 60
) -> pd.DataFrame:
    """Ask the function's log, and wait for the answer.

    Args:
        query: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
        since: aware; of the log up to now.
        limit: seconds of lab time after which it gives up.

    Returns:
        The rows in the query's order; its columns, all of them texts. No row: nothing was found.

    Raises:
        LookupError: the function has no log, since it never ran.
        NotReadyInTime: the query was not answered in time.
        RuntimeError: it did not end well.
    """
    import pandas as pd

    logs = boto3.client("logs")
    try:
        query_id = logs.start_query(
            logGroupName=f"/aws/lambda/{function}",
            startTime=int(since.timestamp()),
            endTime=ceil(lab.now().timestamp()),
            queryString=query,
        )["queryId"]
    except logs.exceptions.ResourceNotFoundException:
        raise LookupError(f"{function} has no log: it never ran. Send something first.") from None
    answer: dict[str, Any] = {}

    def is_answered() -> bool:
        answer.update(logs.get_query_results(queryId=query_id))
        return answer["status"] not in WAITING

    wait_until(lab, is_answered, "the query is answered", limit)
    if answer["status"] != "Complete":
        raise RuntimeError(f"The query ended as {answer['status']}.")
    return pd.DataFrame(
        {field["field"]: field["value"] for field in row if field["field"] != "@ptr"}
        for row in answer["results"]
    )
