"""Execution environments, seen from the account: one Python process each."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from helpers.embedded.services.lambda_.execution import clock_file
from helpers.embedded.services.lambda_.execution.messages import Exited, Printed, Settings
from helpers.embedded.services.lambda_.execution.pipe import Pipe
from helpers.embedded.time.simulation import LOOK_EVERY

_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
_CONTEXT: Any = multiprocessing.get_context(_METHOD)

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT")
"""What a process of ours needs of this machine to start; the rest is not a function's to see."""

_LAST_BREATH = 5.0
"""Wall seconds that a process may take to end after its pipe has closed."""


def prepare() -> None:
    """Begin to start the process that new environments are forked from, without waiting for it."""
    if _METHOD == "forkserver":
        from multiprocessing import forkserver

        with _clean_start():
            _CONTEXT.set_forkserver_preload(["helpers.embedded.services.lambda_.process.worker"])
            forkserver.ensure_running()


class ExecutionEnvironment:
    """A process that has, or will have, a function's code loaded.

    It is a `Peer` of the simulation: what it is told, it answers.
    """

    def __init__(self, settings: Settings, log_stream: str) -> None:
        self.log_stream = log_stream
        self.output: list[str] = []
        """Log entries since the account last took them."""
        self.idle_since = 0
        self.created_at = settings.now
        self._clock_file = Path(settings.clock_file)
        clock_file.create(self._clock_file, settings.now)
        ours, theirs = socket.socketpair()
        self._pipe = Pipe(ours, patience=LOOK_EVERY)
        self._process = _CONTEXT.Process(
            target=_run_worker, args=(theirs, settings), daemon=True, name=f"lambda {log_stream}"
        )
        with _clean_start():
            self._process.start()
        theirs.close()

    def tell(self, message: tuple[Any, ...]) -> None:
        """Send a message. That the process is gone shows when its answer is waited for."""
        try:
            self._pipe.send(message)
        except OSError:
            return

    def answer(self) -> Any | None:
        """The next message other than output; Exited when the process is gone; None: not yet."""
        try:
            while isinstance(message := self._pipe.receive(), Printed):
                self.output.append(message.text)
        except (EOFError, OSError):
            return self._exited()
        if message is None and not self._process.is_alive():
            return self._exited()  # a child of its own, still alive, keeps the pipe open
        return message

    def _exited(self) -> Exited:
        self._process.join(_LAST_BREATH)
        self._process.kill()  # if it closed the pipe and lives on
        self._process.join()
        return Exited(self._process.exitcode, clock_file.read(self._clock_file))

    def take_output(self) -> list[str]:
        """The log entries since the last time."""
        entries, self.output = self.output, []
        return entries

    @property
    def pid(self) -> int | None:
        pid: int | None = self._process.pid
        return pid

    def kill(self) -> None:
        """End the process at once, whatever it is doing."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._pipe.close()


def describe_exit(code: int | None) -> str:
    """How AWS words the end of a process in its Runtime.ExitError."""
    if not code:
        return "Runtime exited without providing a reason"
    if code < 0:
        name = (signal.strsignal(-code) or str(-code)).lower()
        return f"Runtime exited with error: signal: {name}"
    return f"Runtime exited with error: exit status {code}"


def _run_worker(end: socket.socket, settings: Settings) -> None:
    """The new process's first step. The worker is imported there only: it shares botocore's
    models between environments, which is no business of the account's process."""
    from helpers.embedded.services.lambda_.process import worker

    worker.main(end, settings)


@contextmanager
def _clean_start() -> Iterator[None]:
    """Start a process that inherits neither this one's environment nor its main program.

    multiprocessing would run a script that lacks the `__main__` guard once more in each child.
    A fixed hash seed keeps the order of sets the same in every run.
    """
    variables, main = dict(os.environ), sys.modules["__main__"]
    os.environ.clear()
    os.environ.update({name: variables[name] for name in _INHERITED if name in variables})
    os.environ["PYTHONHASHSEED"] = "0"
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        os.environ.clear()
        os.environ.update(variables)
