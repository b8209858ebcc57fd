"""What AWS says to a call that may be refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

_DENIAL = re.compile(
    r"(User: \S+) (is not authorized to perform: \S+)(?: on .*)? ((?:because|with) .*)"
)


def split_denial(words: str) -> tuple[str, ...]:
    """AWS's words about a denial in three parts: who, what and why. The resource is left out.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    Other words come back as they are.
    """
    found = _DENIAL.fullmatch(words)
    return found.groups() if found else (words,)


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


def word_outcome(call: Callable[..., Any], *values: Any, **arguments: Any) -> str:
    """ "works", or the sentence with which AWS refuses; or boto3 does, before it asks AWS.

    Args:
        call: what calls AWS, with these values and arguments.
    """
    try:
        call(*values, **arguments)
    except ClientError as error:
        return str(error.response["Error"]["Message"])
    except ParamValidationError as error:
        return str(error).splitlines()[-1]
    return "works"


def find_denied_action(words: str) -> str:
    """The action that AWS names when it denies something, such as "kms:Decrypt"; else nothing.

    SQS spells its actions in lower case: "sqs:sendmessage".
    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    found = re.search(r"is not authorized to perform: ([\w-]+:\w+)", words)
    return found[1] if found else ""
