"""What the account and an execution environment say to each other through their pipe."""

from __future__ import annotations

from typing import NamedTuple

from helpers.embedded.wire import ApiRequest, ApiResponse

# From the account


class Settings(NamedTuple):
    """All that a new environment needs to know."""

    task_root: str
    """Folder of the function's unpacked code on this machine."""
    scratch: str
    """Folder of its own for temporary files; AWS gives it /tmp."""
    account_root: str
    """Folder of the whole account, removed by the last process when the kernel was killed."""
    handler: str
    variables: dict[str, str]
    """The environment variables of the function, and no others."""
    memory_mb: int
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
    """The answer to Sleep or Call, at the lab time when it comes."""

    now: int
    response: ApiResponse | None = None
    error: str | None = None
    """Why the account could not answer the request at all."""


# From the environment


class Printed(NamedTuple):
    """One log entry; nobody waits for an answer."""

    text: str


class Sleep(NamedTuple):
    """Let lab time pass."""

    seconds: float


class Call(NamedTuple):
    """An AWS request that the handler's boto3 made."""

    request: ApiRequest


class Ready(NamedTuple):
    """Initialisation is over: the module was imported, well or with an error."""

    failure: Failure | None = None


class Returned(NamedTuple):
    """The handler returned; its result as JSON."""

    payload: str


class Failure(NamedTuple):
    """The handler, or the import of its module, failed: AWS's error object as JSON."""

    payload: str


class OutOfMemory(NamedTuple):
    """The handler asked for more memory than the function has. The environment ends."""


class Exited(NamedTuple):
    """The process is gone. Never sent: the account notices it."""

    code: int | None
    """As `multiprocessing.Process.exitcode` gives it: negative for a signal."""


FromEnvironment = Printed | Sleep | Call | Ready | Returned | Failure | OutOfMemory | Exited
