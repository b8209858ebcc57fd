"""course-clerk: a consumer whose work takes a time that you choose.

It stands for any function: each invocation begins with something that costs the same however many
messages came (a connection, a login), and goes on with something for each message.
"""

import json
import os
import time
from typing import Any

SECONDS_PER_INVOCATION = float(os.environ["SECONDS_PER_INVOCATION"])
SECONDS_PER_MESSAGE = float(os.environ["SECONDS_PER_MESSAGE"])


def handler(event: dict[str, Any], context: object) -> None:
    """Work on each record in turn, and log for how long each had waited, in seconds."""
    time.sleep(SECONDS_PER_INVOCATION)
    waited = []
    for record in event["Records"]:
        time.sleep(SECONDS_PER_MESSAGE)
        sent = int(record["attributes"]["SentTimestamp"]) / 1000
        waited.append(round(time.time() - sent, 3))
    print(json.dumps({"event": "worked", "waited": waited}))
