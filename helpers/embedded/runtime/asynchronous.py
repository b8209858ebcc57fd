"""Event invocations: accepted at once, run later, tried three times, then given up somewhere.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException
from moto.moto_api._internal import mock_random

from helpers.embedded.clock import SECOND
from helpers.embedded.runtime.functions import Functions, Invoked, Throttled, callee_of
from helpers.embedded.simulation import Simulation, Steps

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaFunction

    from helpers.embedded.telemetry.function_facts import FunctionFacts

PAUSES = (60, 120)
"""Seconds of lab time before the second and before the third attempt."""

MAXIMUM_AGE = 6 * 3600
"""Seconds for which an event is kept and tried, if nobody asked for less."""

Attributes = dict[str, dict[str, str]]
Deliver = Callable[[str, str, str, Attributes], None]
"""Sends, as a role, to the resource of an ARN a body with message attributes."""


class AsynchronousInvocations:
    """The events of one account that wait for their function."""

    def __init__(self, simulation: Simulation, functions: Functions, deliver: Deliver) -> None:
        self._simulation = simulation
        self._functions = functions
        self._deliver = deliver
        self.pending = 0
        """Events accepted and not yet done with."""

    @property
    def _facts(self) -> FunctionFacts:
        return self._functions.telemetry.functions

    def accept(self, function: LambdaFunction, event: str, arn: str | None = None) -> str:
        """The request id, which all attempts will have.

        `arn`: what was invoked, if it was a version or an alias.
        """
        self.pending += 1
        self._facts.event_received(callee_of(function, arn))
        request_id = str(mock_random.uuid4())
        self._simulation.start(self._run(function, event, arn, request_id))
        return request_id

    def _run(
        self, function: LambdaFunction, event: str, arn: str | None, request_id: str
    ) -> Steps[None]:
        try:
            config = _event_invoke_config(function)
            accepted = self._simulation.now
            expires = accepted + config["MaximumEventAgeInSeconds"] * SECOND
            for attempt in range(1 + config["MaximumRetryAttempts"]):
                if attempt:
                    yield self._simulation.timeout(PAUSES[attempt - 1] * SECOND)
                invoked = yield from self._attempt(
                    function, event, arn, request_id, accepted, expires
                )
                if invoked is None:
                    self._facts.event_dropped(callee_of(function, arn))
                    self._give_up(function, event, request_id, None, "EventAgeExceeded", attempt)
                    return
                if invoked.outcome.error is None:
                    self._tell(function, "OnSuccess", event, invoked, "Success", attempt + 1)
                    return
            self._facts.event_dropped(callee_of(function, arn))
            self._give_up(function, event, request_id, invoked, "RetriesExhausted", attempt + 1)
        finally:
            self.pending -= 1

    def _attempt(
        self,
        function: LambdaFunction,
        event: str,
        arn: str | None,
        request_id: str,
        accepted: int,
        expires: int,
    ) -> Steps[Invoked | None]:
        """One invocation; while the function is throttled the event waits. None: too long."""
        pause = SECOND
        while self._simulation.now < expires:
            began = self._simulation.now
            try:
                invoked = yield from self._functions.invoke(
                    function, event, arn=arn, request_id=request_id
                )
            except Throttled:
                yield self._simulation.timeout(pause)
                pause = min(2 * pause, 300 * SECOND)
            else:
                self._facts.event_invoked(callee_of(function, arn), accepted, began)
                return invoked
        return None

    # Where a failed event goes

    def _give_up(
        self,
        function: LambdaFunction,
        event: str,
        request_id: str,
        invoked: Invoked | None,
        condition: str,
        attempts: int,
    ) -> None:
        self._tell(function, "OnFailure", event, invoked, condition, attempts)
        target = getattr(function, "dead_letter_arn", None)
        if not target:
            return
        error = json.loads(invoked.outcome.payload) if invoked else {}
        # Recorded: test_sqs_queue_as_lambda_dead_letter_queue.
        attributes = {
            "RequestID": {"DataType": "String", "StringValue": request_id},
            "ErrorCode": {"DataType": "Number", "StringValue": "200"},
            "ErrorMessage": {
                "DataType": "String",
                "StringValue": str(error.get("errorMessage", condition))[:1024] or "-",
            },
        }
        self._send(function, target, event, attributes, "DeadLetterErrors")

    def _tell(
        self,
        function: LambdaFunction,
        which: str,
        event: str,
        invoked: Invoked | None,
        condition: str,
        attempts: int,
    ) -> None:
        """Send the invocation record to a destination, if the function has one."""
        destinations = _event_invoke_config(function)["DestinationConfig"]
        target = destinations.get(which, {}).get("Destination")
        if not target:
            return
        record: dict[str, Any] = {
            "version": "1.0",
            "timestamp": f"{self._simulation.clock.now():%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
            "requestContext": {
                "requestId": invoked.outcome.request_id if invoked else "",
                "functionArn": f"{function.function_arn}:{function.version}",
                "condition": condition,
                "approximateInvokeCount": attempts,
            },
            "requestPayload": json.loads(event),
        }
        if invoked is not None:
            context = {"statusCode": 200, "executedVersion": invoked.version}
            if invoked.outcome.error:
                context["functionError"] = "Unhandled"
            record["responseContext"] = context
            record["responsePayload"] = json.loads(invoked.outcome.payload)
        self._send(function, target, json.dumps(record), {}, "DestinationDeliveryFailures")

    def _send(
        self, function: LambdaFunction, target: str, body: str, attributes: Attributes, metric: str
    ) -> None:
        """Send to a target of the function; `metric` counts it when that does not work."""
        try:
            self._deliver(str(function.role), target, body, attributes)
        except (LookupError, ServiceException):
            self._functions.telemetry.functions.delivery_failed(callee_of(function), metric)


def _event_invoke_config(function: LambdaFunction) -> dict[str, Any]:
    """The function's settings for Event invocations, with AWS's defaults."""
    config: dict[str, Any] = {}
    for each in function.event_invoke_config:
        config |= each.response()
    return {
        "MaximumRetryAttempts": config.get("MaximumRetryAttempts", 2),
        "MaximumEventAgeInSeconds": config.get("MaximumEventAgeInSeconds", MAXIMUM_AGE),
        "DestinationConfig": config.get("DestinationConfig") or {},
    }
