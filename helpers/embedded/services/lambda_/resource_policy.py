"""Who else may invoke a function, one of its versions or an alias: the policy that stands there.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html; statements as
recorded: test_add_lambda_permission_fields. Each qualifier has a policy of its own, with
revisions of its own: test_lambda_permission_fn_versioning.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.embedded.services.lambda_.revisions import Revise

Statement = dict[str, Any]

_CONDITIONS = (
    ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
    ("SourceArn", "ArnLike", "AWS:SourceArn"),
)
"""Parameters of AddPermission, and the condition that each becomes."""


class ResourcePolicy:
    """The policy of one qualified function. `revise` makes the ids of its revisions."""

    def __init__(self, revise: Revise) -> None:
        self._revise = revise
        self.statements: list[Statement] = []
        self.revision = revise()

    def find(self, statement_id: str) -> Statement | None:
        return next((each for each in self.statements if each["Sid"] == statement_id), None)

    def add(self, statement: Statement) -> None:
        self.statements.append(statement)
        self.revision = self._revise()

    def remove(self, statement: Statement) -> None:
        self.statements.remove(statement)
        self.revision = self._revise()

    def document(self) -> dict[str, Any]:
        return {"Version": "2012-10-17", "Id": "default", "Statement": self.statements}


def statement_of(request: Mapping[str, Any], arn: str) -> Statement:
    """What an AddPermission request becomes in the policy of the function at `arn`."""
    statement = {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(request["Principal"]),
        "Action": request["Action"],
        "Resource": arn,
    }
    conditions: dict[str, dict[str, Any]] = {}
    for parameter, operator, key in _CONDITIONS:
        if (value := request.get(parameter)) is not None:
            conditions.setdefault(operator, {})[key] = _text(value)
    return statement | ({"Condition": conditions} if conditions else {})


def _principal(who: str) -> str | dict[str, str]:
    if who == "*":
        return who
    if who.isdigit():
        return {"AWS": f"arn:aws:iam::{who}:root"}
    return {"AWS" if who.startswith("arn:") else "Service": who}


def _text(value: Any) -> str:
    """A boolean is written as in JSON."""
    return str(value).lower() if isinstance(value, bool) else str(value)
