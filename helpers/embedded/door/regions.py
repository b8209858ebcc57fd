"""The Regions that there are."""

from __future__ import annotations

from functools import cache

import boto3


def complain_about(region: str) -> str | None:
    """What is to be said of the name of a Region; None: there is such a Region."""
    if region in _regions():
        return None
    return (
        f"AWS has no Region {region!r}. The names of Regions look like us-east-1 or eu-central-1: "
        "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html"
    )


@cache
def _regions() -> frozenset[str]:
    """Those that have queues, in every partition, as botocore lists them."""
    session = boto3.Session()
    return frozenset(
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("sqs", partition)
    )
