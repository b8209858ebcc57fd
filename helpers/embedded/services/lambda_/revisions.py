"""Revisions: a change that was made with an old state in mind is refused.

https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html (RevisionId); refusals as
recorded: TestLambdaRevisions.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from uuid import NAMESPACE_URL, uuid5

from moto.awslambda.exceptions import PreconditionFailedException

Revise = Callable[[], str]
"""Makes the id of a revision."""


def revisions_of(region: str, account_id: str) -> Revise:
    """Ids that nobody has seen before and that are the same in every run.

    They are counted, not drawn: a change of a function moves no other id of the account.
    """
    numbers = count(1)
    name = f"arn:aws:lambda:{region}:{account_id}:revision"
    return lambda: str(uuid5(NAMESPACE_URL, f"{name}:{next(numbers)}"))


def check_revision(given: str | None, current: str, ask: str = "GetFunction/GetAlias") -> None:
    """Refuse a request that `given` says is about another revision than the current.

    `ask`: the operation that tells the current one.
    """
    if given and given != current:
        raise PreconditionFailedException(
            "The Revision Id provided does not match the latest Revision Id. Call the "
            f"{ask} API to retrieve the latest Revision Id"
        )
