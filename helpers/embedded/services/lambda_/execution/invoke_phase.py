"""One invocation in lab time: cold or warm, to its result, its error or its timeout."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from helpers.embedded.door.gateway import Gateway
from helpers.embedded.services.lambda_.execution.conversation import Conversation, Durations
from helpers.embedded.services.lambda_.execution.environment_protocol import (
    Exited,
    Failure,
    Invoke,
    OutOfMemory,
    Ready,
    Returned,
)
from helpers.embedded.services.lambda_.execution.environments import (
    ExecutionEnvironment,
    describe_exit,
)
from helpers.embedded.services.lambda_.execution.fates import Fates
from helpers.embedded.time.clock import SECOND
from helpers.embedded.time.simulation import Simulation, Steps
from helpers.weather import Weather

MAXIMUM_PAYLOAD = 6_291_556
"""Bytes of a synchronous response. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


TIMED_OUT = "Sandbox.Timedout"


class TookTooLong(Exception):
    """Initialisation did not end in its time."""


class Outcome(NamedTuple):
    """How an invocation ended."""

    request_id: str
    payload: str
    """The result, or AWS's error object, as JSON."""
    error: str | None
    """AWS's errorType; None: the handler returned."""
    duration: int
    """Microseconds of lab time, without the cold start."""
    init_duration: int | None = None
    """Microseconds of the cold start; None: the environment was warm."""
    environment_lost: bool = False
    """Whether the process is gone and the next invocation needs another."""


def failed_to_start(failure: str, request_id: str) -> Outcome:
    """Of an environment that did not initialise, for the reason in this error object."""
    return Outcome(
        request_id,
        failure,
        json.loads(failure)["errorType"],
        duration=0,
        environment_lost=True,
    )


class Order(NamedTuple):
    """What is to be invoked with what."""

    given: str | Callable[[], str]
    """The event as JSON, or what writes it: a modelled function reads hardly any."""
    request_id: str
    function_arn: str
    trace_id: str
    timeout: int
    """Seconds of lab time."""

    @property
    def event(self) -> str:
        """JSON."""
        return self.given if isinstance(self.given, str) else self.given()


class Invocation:
    """Runs one event through one environment."""

    def __init__(
        self,
        simulation: Simulation,
        gateway: Gateway,
        durations: Durations,
        spin_limit: float,
        weather: Weather | None = None,
    ) -> None:
        self._simulation = simulation
        self._gateway = gateway
        self._durations = durations
        self._spin_limit = spin_limit
        self._weather = weather
        self._conversations: WeakKeyDictionary[ExecutionEnvironment, Conversation] = (
            WeakKeyDictionary()
        )

    def initialise(self, environment: ExecutionEnvironment, deadline: int) -> Steps[str | None]:
        """The cold start: import the handler's module. AWS's error object if that fails.

        The process imports meanwhile, beside others that start: it is heard when the time is over.

        Raises:
            TookTooLong: it was not done at `deadline`.
        """
        yield self._simulation.timeout(self._durations.init)
        end = yield from self._converse(environment, deadline)
        match end:
            case Ready(failure):
                return failure
            case Exited(code):
                return _error("Runtime.ExitError", f"Error: {describe_exit(code)}")
            case OutOfMemory():
                return _error("Runtime.OutOfMemory", _KILLED)
            case _:
                raise TookTooLong

    def initialise_and_run(self, environment: ExecutionEnvironment, order: Order) -> Steps[Outcome]:
        """Once more, when the initialisation took too long at first: all in the function's timeout
        (LDG lambda-runtime-environment, Init phase)."""
        began = self._simulation.now
        try:
            failure = yield from self.initialise(environment, began + order.timeout * SECOND)
        except TookTooLong:
            return self._conclude(
                None, order.request_id, self._simulation.now - began, order.timeout
            )
        if failure is not None:
            duration = self._simulation.now - began
            kind = json.loads(failure)["errorType"]
            return Outcome(order.request_id, failure, kind, duration, environment_lost=True)
        return (yield from self.run(environment, order, began))

    def run(self, environment: ExecutionEnvironment, order: Order, began: int) -> Steps[Outcome]:
        """Invoke the handler; `began` is when its timeout did."""
        simulation = self._simulation
        deadline = began + order.timeout * SECOND
        event = order.event
        environment.tell(
            Invoke(
                event,
                order.request_id,
                order.function_arn,
                order.trace_id,
                deadline,
                simulation.now + self._durations.handler,
            )
        )
        yield simulation.timeout(self._durations.handler)  # before which it says nothing
        fates, is_last = self._conversation_with(environment).fates, False
        if fates is not None:
            fates.begin(order.function_arn, order.request_id, event)
        end = yield from self._converse(environment, deadline)
        if fates is not None:
            end, is_last = yield from fates.end(end, deadline)
        outcome = self._conclude(end, order.request_id, simulation.now - began, order.timeout)
        return outcome._replace(environment_lost=True) if is_last else outcome

    def _converse(self, environment: ExecutionEnvironment, deadline: int) -> Steps[Any]:
        """The handler's last word; None: it ran out of time."""
        return (yield from self._conversation_with(environment).listen(deadline))

    def _conversation_with(self, environment: ExecutionEnvironment) -> Conversation:
        conversation = self._conversations.get(environment)
        if conversation is None:
            conversation = self._conversations[environment] = Conversation(
                environment, self._simulation, self._gateway, self._durations, self._spin_limit
            )
            if self._weather is not None:
                conversation.fates = Fates(
                    self._weather, self._simulation, self._gateway, environment
                )
        return conversation

    def _conclude(self, end: Any, request_id: str, duration: int, timeout: int) -> Outcome:
        prefix = f"RequestId: {request_id} Error:"
        match end:
            case Returned(payload) if len(payload.encode()) > MAXIMUM_PAYLOAD:
                failure = _error(
                    "Function.ResponseSizeTooLarge",
                    "Response payload size exceeded maximum allowed payload size "
                    f"({MAXIMUM_PAYLOAD} bytes).",
                )
                lost = False
            case Returned(payload):
                return Outcome(request_id, payload, None, duration)
            case Failure(payload):
                failure, lost = payload, False
            case Exited(code):
                failure = _error("Runtime.ExitError", f"{prefix} {describe_exit(code)}")
                lost = True
            case OutOfMemory():
                failure, lost = _error("Runtime.OutOfMemory", f"{prefix} {_KILLED}"), True
            case _:
                return timed_out(request_id, duration, timeout)
        kind = json.loads(failure)["errorType"]
        return Outcome(request_id, failure, kind, duration, environment_lost=lost)


_KILLED = "Runtime exited with error: signal: killed"


def _error(kind: str, message: str) -> str:
    return json.dumps({"errorType": kind, "errorMessage": message})


def timed_out(request_id: str, duration: int, timeout: int) -> Outcome:
    """An invocation that was ended after its function's `timeout`, in seconds."""
    message = f"RequestId: {request_id} Error: Task timed out after {timeout}.00 seconds"
    failure = _error(TIMED_OUT, message)
    return Outcome(request_id, failure, TIMED_OUT, duration, environment_lost=True)


def failed_by_us(request_id: str, duration: int) -> Outcome:
    """An invocation that the account could not carry through."""
    kind = "Runtime.Unknown"
    failure = _error(kind, f"RequestId: {request_id} Error: Unknown application error occurred")
    return Outcome(request_id, failure, kind, duration, environment_lost=True)
