"""What the account and an execution environment say to each other through their pipe."""

from __future__ import annotations

from typing import NamedTuple

from helpers.embedded.wire import ApiRequest, ApiResponse

NEVER = -1
"""Instead of a moment."""

# From the account


class Settings(NamedTuple):
    """All that a new environment needs to know."""

    task_root: str
    """Folder of the function's unpacked code on this machine."""
    layers: str
    """Folder of its layers, unpacked one over the other."""
    scratch: str
    """Folder of its own for what the function puts in /tmp."""
    account_root: str
    """Folder of the whole account, removed by the last process when the kernel was killed."""
    clock_file: str
    """Where the environment writes down the time on its clock."""
    output_file: str
    """Where it prints to."""
    handler: str
    variables: dict[str, str]
    """The environment variables of the function, and no others."""
    memory_mb: int
    network: bool
    """Whether the handler may reach more than this machine."""
    deadline: int
    """The moment at which initialisation has taken too long."""
    now: int
    """Microseconds of lab time since the account was opened, as in every message."""


class Invoke(NamedTuple):
    """Run the handler once."""

    event: str
    """A JSON document."""
    request_id: str
    function_arn: str
    trace_id: str
    """For _X_AMZN_TRACE_ID."""
    deadline: int
    """The moment at which the function's timeout ends."""
    now: int


class Resume(NamedTuple):
    """Time has moved: to the moment of an answer, or to the one until which all waited."""

    now: int
    number: int = 0
    """Of the call that is answered; 0: of none."""
    response: ApiResponse | None = None
    error: str | None = None
    """Why the account could not answer the request at all."""
    left: int = 0
    """How many more such messages follow at this moment."""


# From the environment. It runs ahead: what a handler does by itself, sleeping too, the account
# need not know before the handler says something. Every word brings the lab time at which it is
# said, and the account takes it up when that time has come.


class Call(NamedTuple):
    """An AWS request that the handler's boto3 made, said when all its threads wait."""

    request: ApiRequest
    number: int
    now: int
    until: int
    """When its next thread is due; NEVER: not before the deadline."""
    left: int
    """How many more calls follow at this moment."""


class Waiting(NamedTuple):
    """All threads wait for answers to earlier calls, or until a moment, as in Call."""

    now: int
    until: int


class Ready(NamedTuple):
    """Initialisation is over, well or with AWS's error object as JSON."""

    failure: str | None
    now: int


class Returned(NamedTuple):
    """The handler returned; its result as JSON."""

    payload: str
    now: int


class Failure(NamedTuple):
    """The handler failed; AWS's error object as JSON."""

    payload: str
    now: int


class OutOfMemory(NamedTuple):
    """The handler asked for more memory than the function has. The environment ends."""

    now: int


class TimeUp(NamedTuple):
    """The handler sleeps beyond its deadline, and will not be heard of again."""

    now: int


class Exited(NamedTuple):
    """The process is gone. Never sent: the account notices it."""

    code: int | None
    """As `multiprocessing.Process.exitcode` gives it: negative for a signal."""
    now: int
