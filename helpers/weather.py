"""Weather: what befalls a function on purpose, asked of it by the account that runs the function.

It stands beside the layers: the account asks, and whoever rehearses a function answers. `Weather`
itself is healthy; a storm overrides what it needs. A weather decides by what it is told and by
nothing else, so that a run repeats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


@dataclass(frozen=True)
class Invocation:
    """An invocation under way."""

    function: str
    request_id: str
    messages: tuple[str, ...]
    """Ids of the messages of a queue that it brings; none, if it was invoked otherwise."""


@dataclass(frozen=True)
class FunctionCall:
    """A request to AWS that a function makes."""

    invocation: Invocation | None
    """None: the environment's initialisation makes it."""
    service: str
    """As boto3 names it."""
    operation: str
    """As the API names it, such as PutItem; empty: a request that no operation explains."""
    parameters: Mapping[str, Any]
    at: float
    """Seconds of lab time since the account was opened."""


@dataclass(frozen=True)
class Fault:
    """What becomes of a call."""

    error: str = ""
    """The error code that is answered in place of what the service would do; empty: none."""
    status: int = 400
    """Of the error, as HTTP has it. The SDK tries again after 500 and 503."""
    delay: float = 0.0
    """Seconds of lab time that the call takes longer."""
    ends_process: bool = False
    """Whether the function's process ends when the service has done what was asked, before the
    function hears of it."""


class End(Enum):
    """What becomes of an invocation whose handler has returned."""

    ANSWERS = "answers"
    DIES = "dies"
    """The process ends before its answer is heard."""
    TIMES_OUT = "times out"
    """It goes on until its timeout, and is ended."""
    RETIRES = "retires"
    """It answers, and its environment is not used again."""


class Weather:
    """A healthy one."""

    def meet_call(self, call: FunctionCall) -> Fault | None:
        """What becomes of a call that a function makes; None: nothing special."""
        return None

    def note_answer(self, call: FunctionCall, status: int) -> None:
        """The call was answered, with an HTTP status; from 400 on it was an error."""

    def meet_end(self, invocation: Invocation) -> End:
        """What becomes of an invocation whose handler has returned a result."""
        return End.ANSWERS
