"""What AWS says to a call that may be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError


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
