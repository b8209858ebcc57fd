"""What AWS says to a call that may be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError


def read_refusal(call: Callable[..., Any], **arguments: Any) -> str:
    """AWS's own words about a call that it refuses, or "works"; `call` as for `name_outcome`."""
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"].get("Message", ""))
    return "works"


def name_outcome(call: Callable[..., Any], **arguments: Any) -> str:
    """ "works", or the code of the error that AWS answers, such as "KMS.DisabledException".

    Args:
        call: a method of a boto3 client, called with the arguments.
    """
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "works"
