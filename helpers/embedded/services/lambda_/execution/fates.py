"""What the weather makes of an environment's calls and of the ends of its invocations."""

from __future__ import annotations

import json
from typing import Any

from helpers.embedded.door.access.authorization import Refusal
from helpers.embedded.door.access.denials import refuse
from helpers.embedded.door.gateway import Gateway
from helpers.embedded.door.reading import botocore_name
from helpers.embedded.service import Call
from helpers.embedded.services.lambda_.execution.environment_protocol import Exited, Returned
from helpers.embedded.services.lambda_.execution.environments import ExecutionEnvironment
from helpers.embedded.time.clock import SECOND
from helpers.embedded.time.simulation import Simulation, Steps
from helpers.embedded.wire import ApiResponse
from helpers.weather import End, FunctionCall, Invocation, Weather


class Fates:
    """Those of one environment."""

    def __init__(
        self,
        weather: Weather,
        simulation: Simulation,
        gateway: Gateway,
        environment: ExecutionEnvironment,
    ) -> None:
        self._weather = weather
        self._simulation = simulation
        self._gateway = gateway
        self._environment = environment
        self._invocation: Invocation | None = None
        """None: the environment initialises."""

    def begin(self, function_arn: str, request_id: str, event: str) -> None:
        """An invocation begins, with this event, a JSON document."""
        function = function_arn.split(":")[6]
        self._invocation = Invocation(function, request_id, _messages_in(event))

    def answer(self, call: Call) -> Steps[ApiResponse]:
        """What is answered to a call of the function."""
        asked = FunctionCall(
            self._invocation,
            botocore_name(call.service),
            call.operation or "",
            call.parameters,
            self._simulation.now / SECOND,
        )
        fault = self._weather.meet_call(asked)
        if fault is not None and fault.delay:
            yield self._simulation.timeout(round(fault.delay * SECOND))
        if fault is not None and fault.error:
            refusal = Refusal(fault.error, fault.error, "Rehearsed: the call fails.", fault.status)
            answer = refuse(call.request, call.service, refusal)
        else:
            answer = yield from self._gateway.answer_in_time(call)
        self._weather.note_answer(asked, answer.status)
        if fault is not None and fault.ends_process:
            self._environment.kill()
        return answer

    def end(self, last_word: Any, deadline: int) -> Steps[tuple[Any, bool]]:
        """How an invocation ends that said this, and whether its environment ends with it."""
        if self._invocation is None or not isinstance(last_word, Returned):
            return last_word, False
        fate = self._weather.meet_end(self._invocation)
        if fate is End.DIES:
            return Exited(1, self._simulation.now), True
        if fate is End.TIMES_OUT:
            yield self._simulation.timeout(max(0, deadline - self._simulation.now))
            return None, True
        return last_word, fate is End.RETIRES


def _messages_in(event: str) -> tuple[str, ...]:
    document = json.loads(event)
    records = document.get("Records") if isinstance(document, dict) else None
    if not isinstance(records, list):
        return ()
    return tuple(
        str(each["messageId"]) for each in records if isinstance(each, dict) and "messageId" in each
    )
