"""An execution environment in the account's own process: a handler runs until it asks for something
or returns, and then the account goes on."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import traceback
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet  # type: ignore[import-untyped]

from helpers.embedded.services.lambda_.execution.environment_protocol import (
    NEVER,
    Call,
    Exited,
    Failure,
    Invoke,
    Ready,
    Resume,
    Returned,
    Settings,
    TimeUp,
)
from helpers.embedded.services.lambda_.execution.environments import (
    ExecutionEnvironment,
    names_on_aws,
)
from helpers.embedded.services.lambda_.execution.left_files import entries_of
from helpers.embedded.services.lambda_.in_process.machine import Refused
from helpers.embedded.services.lambda_.in_process.patience import Spun, Watch
from helpers.embedded.services.lambda_.in_process.world import World
from helpers.embedded.services.lambda_.process import handlers, log_output, stack_traces
from helpers.embedded.services.lambda_.process.context import LambdaContext
from helpers.embedded.time.clock import SECOND, microseconds
from helpers.embedded.wire import ApiRequest, ApiResponse


def new_folder() -> Path:
    """A folder for the functions of one account."""
    return Path(tempfile.mkdtemp(prefix="lab-in-process-")).resolve()


class _Gone(BaseException):
    """Nobody will hear the handler any more."""


class InProcessEnvironment(ExecutionEnvironment):
    """One handler with its world. It is a `Peer` of the simulation, as a process is.

    Args:
        spin_limit: wall seconds for which the handler may compute without a word.
    """

    def __init__(self, settings: Settings, log_stream: str, spin_limit: float) -> None:
        self.log_stream = log_stream
        self.scratch = Path(settings.scratch)
        self.idle_since = 0
        self.created_at = settings.now
        self._names = names_on_aws(settings)
        self._spin_limit = spin_limit
        self._start(settings)

    def _start(self, settings: Settings) -> None:
        self._settings = settings
        self._thread = threading.get_ident()
        self._ended: Exited | None = None
        self._deadline = settings.deadline
        self._inbox: deque[Any] = deque()
        self._calls = 0
        self._world = World(settings, self._sleep, self._ask)
        self._worker = greenlet(self._serve)

    # As the account sees it

    def reset(self, now: int, seconds: int) -> None:
        """A new world in the same place, which has `seconds` from `now` on to initialise."""
        self.kill()
        self._start(self._settings._replace(now=now, deadline=now + seconds * SECOND))

    def tell(self, message: tuple[Any, ...]) -> None:
        """Kept until its answer is wanted."""
        self._inbox.append(message)

    def answer(self) -> Any:
        """Let the handler go on until its next word."""
        if self._ended is not None:
            return self._ended
        if threading.get_ident() != self._thread:
            refusal = Refused("go on in another thread than the one that it began in")
            return Failure(handlers.describe_failure(refusal, "")[0], self._world.now)
        said = self._go_on()
        if self._worker.dead:
            self._ended = said if isinstance(said, Exited) else Exited(0, self._world.now)
            return self._ended
        return said

    @property
    def pid(self) -> None:
        """It has no process of its own."""
        return None

    def take_output(self) -> list[str]:
        """The log entries since the last time."""
        entries = [
            entry.decode(errors="replace") for entry in entries_of(self._world.take_written())
        ]
        for ours, theirs in self._names.items():
            entries = [entry.replace(ours, theirs) for entry in entries]
        return entries

    def kill(self) -> None:
        """The handler is not heard any more. What it does when it is told so, nobody sees."""
        if self._ended is None:
            self._ended = Exited(-9, self._world.now)
            if threading.get_ident() != self._thread or not self._is_over():
                _unheard.append(self._worker)
            self._world.take_written()

    def _is_over(self) -> bool:
        """Whether the handler has taken that it is to end; one may catch everything."""
        for _ in range(3):
            if not self._worker:
                break
            with suppress(_Gone):
                self._go_on(_Gone())
        return not self._worker

    def _go_on(self, error: BaseException | None = None) -> Any:
        self._hub = self._worker.parent = getcurrent()
        watch = Watch(self._spin_limit)
        said: Any = TimeUp(self._world.now)  # if it is ended when it had just said something
        self._world.enter()
        try:
            with suppress(Spun), watch:
                said = self._worker.throw(error) if error else self._worker.switch()
        finally:
            self._world.leave()
        return said

    # As the handler runs

    def _serve(self) -> Any:
        """The first and the last word are the environment's."""
        try:
            handler = self._initialise()
            while True:
                self._invoke(handler, self._inbox.popleft())
        except (_Gone, GreenletExit):
            return Exited(-9, self._world.now)
        except Spun:
            while True:
                self._say(TimeUp(self._world.now))
        except SystemExit as left:
            return Exited(_status(left.code, self._world), self._world.now)
        except BaseException:
            traceback.print_exc()
            return Exited(1, self._world.now)

    def _initialise(self) -> handlers.Handler:
        failure = None
        handler: handlers.Handler = _no_handler
        try:
            handler = handlers.load_handler(self._settings.handler)
        except Exception as error:
            failure, entry = self._describe(error, "")
            self._world.log(entry)
        self._say(Ready(failure, self._world.now))
        return handler

    def _invoke(self, handler: handlers.Handler, order: Invoke) -> None:
        world = self._world
        self._deadline = order.deadline
        world.move_to(max(order.now, world.now))
        world.logs.request_id = order.request_id
        os.environ["_X_AMZN_TRACE_ID"] = order.trace_id
        kind: type[Returned | Failure] = Returned
        try:
            context = LambdaContext(
                order.request_id,
                order.function_arn,
                order.deadline,
                self._settings.variables,
                world.log,
            )
            payload = handlers.encode_result(handler(json.loads(order.event), context))
        except Exception as error:
            payload, entry = self._describe(error, order.request_id)
            world.log(entry)
            kind = Failure
        payload.encode()
        self._say(kind(payload, world.now))

    def _describe(self, error: Exception, request_id: str) -> tuple[str, str]:
        error.__traceback__ = stack_traces.without_ours(error.__traceback__)
        is_json = log_output.is_json(self._settings.variables)
        return handlers.describe_failure(error, request_id, is_json)

    def _say(self, message: Any) -> None:
        self._hub.switch(message)

    def _sleep(self, seconds: float) -> None:
        until = self._world.now + microseconds(min(seconds, 1e9))
        while until >= self._deadline:
            self._say(TimeUp(self._world.now))
        self._world.move_to(until)

    def _ask(self, request: ApiRequest) -> ApiResponse | None:
        self._calls += 1
        self._say(Call(request, self._calls, self._world.now, NEVER, 0))
        answer: Resume = self._inbox.popleft()
        self._world.move_to(max(answer.now, self._world.now))
        if answer.response is None:
            raise RuntimeError(answer.error)
        return answer.response


_unheard: list[Any] = []
"""Handlers that do not end. To forget them would make them run once more."""


def _status(code: object, world: World) -> int:
    """The status of a process that ends by `sys.exit(code)`."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    world.write(f"{code}\n".encode())
    return 1


def _no_handler(event: Any, context: Any) -> None:
    raise RuntimeError("the function has no handler")
