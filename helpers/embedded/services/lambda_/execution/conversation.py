"""What an environment asks of AWS while its handler runs, and when it is answered in lab time."""

from __future__ import annotations

from typing import Any, NamedTuple

import simpy

from helpers.embedded.door.gateway import Gateway
from helpers.embedded.service import Call as ServiceCall
from helpers.embedded.service import NotInEmbeddedAccount
from helpers.embedded.services.lambda_.execution.environment_protocol import (
    NEVER,
    Call,
    Resume,
    TimeUp,
    Waiting,
)
from helpers.embedded.services.lambda_.execution.environments import ExecutionEnvironment
from helpers.embedded.services.lambda_.execution.fates import Fates
from helpers.embedded.time.clock import MILLISECOND, SECOND
from helpers.embedded.time.simulation import Silence, Simulation, Steps
from helpers.embedded.wire import ApiRequest, ApiResponse


class Durations(NamedTuple):
    """How long things take inside a function: microseconds of lab time, modelled, never measured,
    so that runs repeat.

    A handler's duration is `handler`, plus what it sleeps, plus `api_call` for each AWS request it
    makes. Real durations depend on code, memory and weather; these are round figures of the order
    that a small Python function shows.
    """

    init: int = 250 * MILLISECOND
    """A cold start: a new environment imports the handler's module."""
    handler: int = 2 * MILLISECOND
    """The handler's own computing."""
    api_call: int = 5 * MILLISECOND
    """One AWS request made by the handler."""
    idle: int = 600 * SECOND
    """How long a warm environment without work is kept."""
    lifetime: int = 2 * 3600 * SECOND
    """After which an environment is not used again, however busy. AWS ends them every few hours
    (LDG lambda-runtime-environment), so none outlives the credentials of its role."""


class _Answer(NamedTuple):
    response: ApiResponse | None = None
    error: str | None = None


class Conversation:
    """With one environment. Calls of its background threads stay open between invocations.

    `spin_limit` is the wall seconds for which a handler may compute without a word.
    """

    def __init__(
        self,
        environment: ExecutionEnvironment,
        simulation: Simulation,
        gateway: Gateway,
        durations: Durations,
        spin_limit: float,
    ) -> None:
        self._environment = environment
        self._simulation = simulation
        self._gateway = gateway
        self._durations = durations
        self._spin_limit = spin_limit
        self._open: dict[int, simpy.Process] = {}
        self._answers: list[tuple[int, _Answer]] = []
        """Which the environment has not been told yet."""
        self._arrival: simpy.Event | None = None
        self.fates: Fates | None = None
        """What befalls the calls, if the account has a weather."""

    def listen(self, deadline: int) -> Steps[Any]:
        """Serve the handler's requests until it ends: its last message; None: it ran out of time.

        What the environment says is taken up at the lab time at which it says it.
        """
        simulation = self._simulation
        while True:
            message = yield simulation.ask(self._environment, self._spin_limit)
            moment = deadline if isinstance(message, Silence | TimeUp) else message.now
            if (wait := min(moment, deadline) - simulation.now) > 0:
                yield simulation.timeout(wait)
            if moment >= deadline:
                self._abandon()
                return None
            if isinstance(message, Call) and self._is_alone(message):
                yield from self._answer_alone(message, deadline)
            elif isinstance(message, Call):
                self._open[message.number] = simulation.branch(self._serve(message))
                if message.left:
                    continue
            elif not isinstance(message, Waiting):
                return message
            until = deadline if message.until == NEVER else message.until
            yield from self._await_answer(min(until, deadline))
            if simulation.now >= deadline:
                self._abandon()
                return None
            self._tell()

    def _is_alone(self, call: Call) -> bool:
        """Most handlers ask for one thing after the other."""
        nobody_else = call.until == NEVER and not call.left and not self._open
        return nobody_else and not self._answers

    def _answer_alone(self, call: Call, deadline: int) -> Steps[None]:
        """Without a process of its own, unless the answer takes time."""
        simulation = self._simulation
        yield simulation.timeout(min(self._durations.api_call, deadline - simulation.now))
        if simulation.now < deadline:
            found = self._admit(call.request)
            if isinstance(found, _Answer):
                self._answers.append((call.number, found))
            else:
                self._open[call.number] = simulation.branch(self._finish(call.number, found))

    def _serve(self, call: Call) -> Steps[None]:
        yield self._simulation.timeout(self._durations.api_call)
        yield from self._finish(call.number, self._admit(call.request))

    def _admit(self, request: ApiRequest) -> _Answer | ServiceCall:
        """The answer, or the call that takes time."""
        try:
            admitted = self._gateway.admit(request)
            if isinstance(admitted, ApiResponse):
                return _Answer(admitted)
            if self.fates is not None or self._gateway.takes_time(admitted):
                return admitted
            return _Answer(self._gateway.answer(admitted))
        except NotInEmbeddedAccount as missing:
            return _Answer(error=str(missing))

    def _finish(self, number: int, found: _Answer | ServiceCall) -> Steps[None]:
        if not isinstance(found, _Answer):
            try:
                door = self._gateway.answer_in_time if self.fates is None else self.fates.answer
                found = _Answer((yield from door(found)))
            except NotInEmbeddedAccount as missing:
                found = _Answer(error=str(missing))
        self._open.pop(number, None)
        self._answers.append((number, found))
        if self._arrival is not None:
            self._arrival.succeed()
            self._arrival = None

    def _await_answer(self, until: int) -> Steps[None]:
        """Until one has come, or a moment."""
        if not self._answers and until > self._simulation.now:
            self._arrival = self._simulation.event()
            end = self._simulation.timeout(until - self._simulation.now)
            yield simpy.AnyOf(end.env, [self._arrival, end, *self._open.values()])

    def _tell(self) -> None:
        now = self._simulation.now
        answers, self._answers = self._answers, []
        if not answers:
            self._environment.tell(Resume(now))
        for left, (number, answer) in zip(range(len(answers) - 1, -1, -1), answers, strict=True):
            self._environment.tell(Resume(now, number, answer.response, answer.error, left))

    def _abandon(self) -> None:
        """Nobody will hear the answers."""
        for process in self._open.values():
            if process.is_alive:
                process.interrupt()
                process.defused = True
        self._open.clear()
