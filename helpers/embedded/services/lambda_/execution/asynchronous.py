"""Event invocations: accepted at once, run later, tried three times, then given up somewhere.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from moto.core.exceptions import ServiceException

from helpers.embedded import json_documents
from helpers.embedded.services.lambda_.execution.functions import (
    Functions,
    Invoked,
    Throttled,
    callee_of,
)
from helpers.embedded.time.clock import SECOND
from helpers.embedded.time.simulation import Simulation, Steps
from helpers.embedded.uuids import new_uuid

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaFunction

    from helpers.embedded.services.cloudwatch.published.function_facts import Callee, FunctionFacts

PAUSES = (60, 120)
"""Seconds of lab time before the second and before the third attempt."""

Attributes = dict[str, dict[str, str]]
Deliver = Callable[[str, str, str, Attributes], None]
"""Sends, as a role, to the resource of an ARN a body with message attributes."""


class _Event(NamedTuple):
    """One that was accepted."""

    function: LambdaFunction
    arn: str
    """What was invoked: with the version or alias, if one was asked for."""
    document: str
    """JSON."""
    request_id: str
    accepted_at: int
    """Microseconds of lab time."""

    @property
    def callee(self) -> Callee:
        return callee_of(self.function, self.arn)


class _Response(NamedTuple):
    """What came of the last attempt, as records tell it."""

    context: dict[str, Any] | None
    """None: there was no attempt."""
    payload: Any = None
    reason: str = ""
    """What Lambda itself says, if it was not the function."""


_NONE = _Response(None)
_THROTTLED = _Response({"statusCode": 429}, reason="Rate Exceeded.")


class AsynchronousInvocations:
    """The events of one account that wait for their function."""

    def __init__(self, simulation: Simulation, functions: Functions, deliver: Deliver) -> None:
        self._simulation = simulation
        self._functions = functions
        self._deliver = deliver
        self._random = Random("asynchronous")
        self._ran: Counter[str] = Counter()
        """Events that have run, by function."""
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
        accepted = _Event(
            function,
            arn or str(function.function_arn),
            event,
            new_uuid(),
            self._simulation.now,
        )
        self._facts.event_received(accepted.callee)
        self._simulation.start(self._run(accepted), f"an event of {function.function_name}")
        return accepted.request_id

    def _run(self, event: _Event) -> Steps[None]:
        try:
            config = self._functions.event_invoke_config(event.arn)
            expires = event.accepted_at + config["MaximumEventAgeInSeconds"] * SECOND
            response = _THROTTLED
            for attempt in range(1 + config["MaximumRetryAttempts"]):
                if attempt:
                    pause = PAUSES[attempt - 1] * SECOND
                    if self._simulation.now + pause >= expires:
                        self._give_up(event, response, "EventAgeExceeded", attempt)
                        return
                    yield self._simulation.timeout(pause)
                invoked = yield from self._attempt(event, expires)
                if invoked is None:
                    reason = "EventAgeExceeded"
                    if _is_switched_off(event.function):
                        response, reason = _NONE, "ZeroReservedConcurrency"
                    self._give_up(event, response, reason, attempt)
                    return
                response = _response_of(invoked)
                if invoked.outcome.error is None:
                    self._tell(event, "OnSuccess", response, "Success", attempt + 1)
                    return
            self._give_up(event, response, "RetriesExhausted", attempt + 1)
        finally:
            self.pending -= 1

    def _attempt(self, event: _Event, expires: int) -> Steps[Invoked | None]:
        """One invocation; while the function is throttled the event waits. None: too long, or
        for nothing: to a function with no concurrency events are not tried again.

        The pauses grow from a second to five minutes (LDG invocation-async-error-handling), with
        jitter, so that events do not come in waves, and begin anew when other events of the
        function have run meanwhile (modelled).
        """
        name = str(event.function.function_name)
        longest, seen = 1, self._ran[name]
        while self._simulation.now < expires:
            began = self._simulation.now
            try:
                invoked = yield from self._functions.invoke(
                    event.function, event.document, arn=event.arn, request_id=event.request_id
                )
            except Throttled:
                if _is_switched_off(event.function):
                    return None
                if seen != self._ran[name]:
                    longest, seen = 1, self._ran[name]
                yield self._simulation.timeout(self._random.randint(SECOND // 10, longest * SECOND))
                longest = min(2 * longest, 300)
            else:
                self._ran[name] += 1
                self._facts.event_invoked(event.callee, event.accepted_at, began)
                return invoked
        return None

    # Where a failed event goes

    def _give_up(self, event: _Event, response: _Response, condition: str, attempts: int) -> None:
        self._facts.event_dropped(event.callee)
        self._tell(event, "OnFailure", response, condition, attempts)
        target = getattr(event.function, "dead_letter_arn", None)
        if not target:
            return
        payload = response.payload if isinstance(response.payload, dict) else {}
        message = str(payload.get("errorMessage", response.reason or condition))
        status = str((response.context or {}).get("statusCode", 200))
        # Recorded: test_sqs_queue_as_lambda_dead_letter_queue.
        attributes = {
            "RequestID": {"DataType": "String", "StringValue": event.request_id},
            "ErrorCode": {"DataType": "Number", "StringValue": status},
            "ErrorMessage": {"DataType": "String", "StringValue": message[:1024] or "-"},
        }
        self._send(event, target, event.document, attributes, "DeadLetterErrors")

    def _tell(
        self, event: _Event, which: str, response: _Response, condition: str, attempts: int
    ) -> None:
        """Send the invocation record to a destination, if there is one for the event."""
        config = self._functions.event_invoke_config(event.arn)
        target = config["DestinationConfig"].get(which, {}).get("Destination")
        if not target:
            return
        record: dict[str, Any] = {
            "version": "1.0",
            "timestamp": f"{self._simulation.clock.now():%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
            "requestContext": {
                "requestId": event.request_id,
                "functionArn": config["FunctionArn"],
                "condition": condition,
                "approximateInvokeCount": attempts,
            },
            "requestPayload": _value(event.document),
        }
        if response.context is not None:
            record["responseContext"] = response.context
            record["responsePayload"] = response.payload
        self._send(event, target, json.dumps(record), {}, "DestinationDeliveryFailures")

    def _send(
        self, event: _Event, target: str, body: str, attributes: Attributes, metric: str
    ) -> None:
        """Send to a target of the function; `metric` counts it when that does not work."""
        try:
            self._deliver(str(event.function.role), target, body, attributes)
        except (LookupError, ServiceException):
            self._facts.delivery_failed(callee_of(event.function), metric)


def _is_switched_off(function: LambdaFunction) -> bool:
    """Whether nothing is reserved: its events go where failed ones go, without a retry
    (LDG invocation-async-error-handling)."""
    return function.reserved_concurrency is not None and int(function.reserved_concurrency) == 0


def _response_of(invoked: Invoked) -> _Response:
    context = {"statusCode": 200, "executedVersion": invoked.version}
    if invoked.outcome.error:
        context["functionError"] = "Unhandled"
    return _Response(context, _value(invoked.outcome.payload))


def _value(document: str) -> Any:
    """What a record shows of JSON; the text, if it is too deep for us."""
    try:
        return json_documents.parse(document)
    except ValueError:
        return document
