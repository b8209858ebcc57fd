"""Questions to a function's log, in the language of CloudWatch Logs Insights."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING

import boto3

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
        RuntimeError: the query did not end well, or not in time.
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
    begun = lab.now()
    while (answer := logs.get_query_results(queryId=query_id))["status"] in WAITING:
        if (lab.now() - begun).total_seconds() >= limit:
            raise RuntimeError(f"The query was not answered within {limit:g} s.")
        lab.advance(seconds=1)
    if answer["status"] != "Complete":
        raise RuntimeError(f"The query ended as {answer['status']}.")
    return pd.DataFrame(
        {field["field"]: field["value"] for field in row if field["field"] != "@ptr"}
        for row in answer["results"]
    )
