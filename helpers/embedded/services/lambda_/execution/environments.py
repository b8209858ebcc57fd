"""Execution environments, seen from the account: one Python process each."""

from __future__ import annotations

import errno
import signal
import socket
import tempfile
from pathlib import Path
from typing import Any

from helpers.embedded.services.lambda_.execution.environment_protocol import Exited, Settings
from helpers.embedded.services.lambda_.execution.left_files import (
    OutputFile,
    create_clock,
    read_clock,
)
from helpers.embedded.services.lambda_.execution.pipe import BrokenMessage, Pipe
from helpers.embedded.services.lambda_.execution.processes import processes
from helpers.embedded.time.clock import SECOND
from helpers.embedded.time.simulation import LOOK_EVERY

_LAST_BREATH = 5.0
"""Wall seconds that a process may take to end after its pipe has closed."""


def prepare() -> None:
    """Begin to start the process that new environments are forked from, without waiting for it."""
    processes()


def new_folder() -> Path:
    """A folder for the functions of one account. It goes at the latest when this process ends.

    By the name that the system gives it: on macOS, temporary folders lie behind a symbolic link.
    """
    return Path(tempfile.mkdtemp(dir=processes().folder)).resolve()


class ExecutionEnvironment:
    """A process that has, or will have, a function's code loaded.

    It is a `Peer` of the simulation: what it is told, it answers.
    """

    def __init__(self, settings: Settings, log_stream: str) -> None:
        self.log_stream = log_stream
        self.scratch = Path(settings.scratch)
        """Its /tmp, which outlives it when it is reset."""
        self._output = OutputFile(Path(settings.output_file), names_on_aws(settings))
        self.idle_since = 0
        self.created_at = settings.now
        self._clock_file = Path(settings.clock_file)
        self._processes = processes()
        self._start(settings)

    def _start(self, settings: Settings) -> None:
        self._settings = settings
        self._killed: Exited | None = None
        create_clock(self._clock_file, settings.now)
        ours, theirs = socket.socketpair()
        with theirs:
            self._pipe = Pipe(ours, patience=LOOK_EVERY)
            try:
                self._number = self._processes.start(theirs)
            except OSError:
                ours.close()
                raise
        self.tell(settings)

    def reset(self, now: int, seconds: int) -> None:
        """A new process in the same place, which has `seconds` from `now` on to initialise."""
        self.kill()
        self._start(self._settings._replace(now=now, deadline=now + seconds * SECOND))

    def tell(self, message: tuple[Any, ...]) -> None:
        """Send a message. That the process is gone shows when its answer is waited for."""
        try:
            self._pipe.send(message)
        except OSError:
            return

    def answer(self) -> Any | None:
        """The next message; Exited when the process is gone; None: not yet."""
        try:
            message = self._pipe.receive()
        except (EOFError, OSError):
            return self._exited(_LAST_BREATH)
        except BrokenMessage:  # whatever it wrote there, nothing it says can be understood
            return self._exited(0)
        if message is None and self._processes.status(self._number, 0) is not None:
            return self._exited(0)  # a child of its own, still alive, keeps the pipe open
        return message

    def _exited(self, patience: float) -> Exited:
        if self._killed is not None:
            return self._killed
        status = self._processes.status(self._number, patience)
        if status is None:  # it closed the pipe and lives on
            status = self._processes.end(self._number)
        return Exited(status, read_clock(self._clock_file))

    def take_output(self) -> list[str]:
        """The log entries since the last time."""
        return self._output.take()

    @property
    def pid(self) -> int | None:
        return self._processes.pid(self._number)

    def kill(self) -> None:
        """End the process at once, whatever it is doing, and all that it has started."""
        if self._killed is None:
            self._pipe.close()
            code = self._processes.end(self._number)
            self._killed = Exited(code, read_clock(self._clock_file))
            self._processes.forget(self._number)


_MORE_FILES = "Raise the limit (ulimit -n) before you start Python"
_NO_ROOM = {
    errno.EMFILE: _MORE_FILES,
    errno.ENFILE: _MORE_FILES,
    errno.ENOMEM: "Close what else takes memory",
}
"""What helps."""


def describe_lack(error: OSError, running: int) -> str | None:
    """What this machine has too little of for one more environment, and what helps; None: the error
    is of another kind."""
    if error.errno not in _NO_ROOM:
        return None
    return (
        f"This machine has no room for one more environment beside {running}: {error.strerror}. "
        f"{_NO_ROOM[error.errno]}, or bound the functions: ReservedConcurrentExecutions, or "
        "MaximumConcurrency of a mapping."
    )


def names_on_aws(settings: Settings) -> dict[str, str]:
    """What the machine's folders are called in a log."""
    from helpers.embedded.services.lambda_.process.disk import TMP
    from helpers.embedded.services.lambda_.process.imports import mounts_of

    names = {each.real: each.shown for each in mounts_of(settings.task_root, settings.layers)}
    return {settings.scratch: TMP, **names}


def describe_exit(code: int | None) -> str:
    """How AWS words the end of a process in its Runtime.ExitError."""
    if not code:
        return "Runtime exited without providing a reason"
    if code < 0:
        name = (signal.strsignal(-code) or str(-code)).lower()
        return f"Runtime exited with error: signal: {name}"
    return f"Runtime exited with error: exit status {code}"
