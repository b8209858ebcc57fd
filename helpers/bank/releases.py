"""Releases of the receiver: the good one, and some that a bank should not deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import boto3

from helpers.bank import receiver
from helpers.deploying.packages import SOURCES, build_package, deploy_function

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab


class Release(NamedTuple):
    """Code that can be the receiver's."""

    module: str
    """Of `helpers/bank/functions`; it has the handler."""
    description: str
    """As the developer who deploys it would put it."""


RELEASES = {
    "good": Release("receiver", "checks and books"),
    "slow": Release("slow_receiver", "asks a fraud service about each transaction"),
    "dying": Release("dying_receiver", "books more at once"),
    "fees": Release("fee_receiver", "notes a fee for each transaction"),
}


def deploy_release(lab: Lab, name: str) -> str:
    """Give the receiver the code of this release, and publish it; the number of its version.

    Role, timeout and variables stay. The mapping goes on with the new code: it invokes what is
    latest, not a version. A release that is deployed already is not published again.

    Args:
        name: one of `RELEASES`.

    Raises:
        ValueError: there is no such release.
        LookupError: there is no receiver yet.
    """
    if name not in RELEASES:
        raise ValueError(f"There is no release {name!r}. Choose one of: {', '.join(RELEASES)}.")
    release = RELEASES[name]
    functions = boto3.client("lambda")
    try:
        found = functions.get_function_configuration(FunctionName=receiver.FUNCTION)
    except functions.exceptions.ResourceNotFoundException:
        raise LookupError("There is no receiver. Run the cell with build_bank first.") from None
    files = dict.fromkeys([*receiver.FILES, SOURCES / f"{release.module}.py"])
    deploy_function(
        lab,
        receiver.FUNCTION,
        build_package(list(files)),
        f"{release.module}.handler",
        found["Role"],
        found["Timeout"],
        found["Environment"]["Variables"],
    )
    published = functions.publish_version(
        FunctionName=receiver.FUNCTION, Description=f"{name}: {release.description}"
    )
    return str(published["Version"])


def read_handler(name: str) -> str:
    """The source of a release's handler, as it is deployed."""
    source = (SOURCES / f"{RELEASES[name].module}.py").read_text(encoding="utf-8")
    begins = source.index("def handler(")
    return source[begins:].partition("\n\n\n")[0].rstrip()


def list_releases() -> pd.DataFrame:
    """The versions of the receiver that were published, oldest first.

    Returns:
        Index version (int); columns deployed (UTC), description.
    """
    import pandas as pd

    pages = (
        boto3.client("lambda")
        .get_paginator("list_versions_by_function")
        .paginate(FunctionName=receiver.FUNCTION)
    )
    rows = [
        (int(found["Version"]), found["LastModified"], found["Description"])
        for page in pages
        for found in page["Versions"]
        if found["Version"] != "$LATEST"
    ]
    frame = pd.DataFrame(sorted(rows), columns=["version", "deployed", "description"])
    frame["deployed"] = pd.to_datetime(frame["deployed"], utc=True)
    return frame.set_index("version")
