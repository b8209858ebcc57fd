"""DynamoDB in an embedded account: moto's, whose transactions are made once."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from helpers.embedded.moto_seams.services import MotoService
from helpers.embedded.service import Call
from helpers.embedded.services.dynamodb.authorization import DynamoDbAuthorization
from helpers.embedded.services.dynamodb.members import MEMBERS
from helpers.embedded.services.parts import Parts
from helpers.embedded.time.clock import SECOND
from helpers.embedded.wire import ApiResponse

_REMEMBERED = 600 * SECOND
"""For how long a transaction is known by its token (API TransactWriteItems)."""


class _Made(NamedTuple):
    """A transaction that was made."""

    until: int
    parameters: dict[str, Any]
    answer: ApiResponse


class DynamoDbService(MotoService):
    """moto's tables. The same transaction with the same token is made once."""

    name = "dynamodb"
    members = MEMBERS

    def __init__(self, parts: Parts) -> None:
        parts.access.learn(self.name, DynamoDbAuthorization())
        self._clock = parts.simulation.clock
        self._made: dict[tuple[str, str, str], _Made] = {}

    def answer(self, call: Call) -> ApiResponse:
        token = call.first("ClientRequestToken")
        if call.operation != "TransactWriteItems" or token is None:
            return self._answer(call)
        key, now = (call.account, call.region, token), self._clock.elapsed
        made = self._made.get(key)
        if made is None or made.until <= now:
            answer = self._answer(call)
            if answer.status == 200:
                self._made[key] = _Made(now + _REMEMBERED, call.parameters, answer)
            return answer
        if made.parameters == call.parameters:
            return made.answer
        return _refuse(
            "com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException",
            "The token was used for another transaction within the last 10 minutes.",
        )

    def _answer(self, call: Call) -> ApiResponse:
        """moto's, or a refusal of an expression that it stumbled over, whose words are modelled."""
        try:
            return super().answer(call)
        except (LookupError, ValueError, TypeError, AttributeError) as fault:
            if 'Expression"' not in json.dumps(call.parameters, default=str):
                raise
            return _refuse(
                "com.amazon.coral.validate#ValidationException", f"Invalid expression: {fault}"
            )


def _refuse(code: str, message: str) -> ApiResponse:
    body = json.dumps({"__type": code, "message": message}).encode()
    return ApiResponse(400, {"Content-Type": "application/x-amz-json-1.0"}, body)


connect = DynamoDbService
