"""An hour of traffic in which something happens to the bank. Notebook 07 finds out what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.bank.releases import deploy_release
from helpers.bank.sender import send_every_minute

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab

MINUTES = 60
FAULT_AT = 22
"""Minutes of good traffic. Who wants to find it by the metrics should not have read this."""


def run_hour(lab: Lab) -> pd.DataFrame:
    """Five transactions a minute for an hour, and a release of the receiver on the way.

    Returns:
        What was sent, as `helpers.bank.sender.send_every_minute` returns it.
    """
    import pandas as pd

    deploy_release(lab, "good")
    before = send_every_minute(lab, FAULT_AT)
    deploy_release(lab, "fees")
    return pd.concat([before, send_every_minute(lab, MINUTES - FAULT_AT)])
