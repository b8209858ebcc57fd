"""Execution environments, seen from the account: one Python process each."""

from __future__ import annotations

import multiprocessing
import os
import selectors
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from types import ModuleType
from typing import Any

from helpers.embedded.runtime import pipe
from helpers.embedded.runtime.messages import Exited, Printed, Settings

_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
_CONTEXT: Any = multiprocessing.get_context(_METHOD)

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT")
"""What a process of ours needs of this machine to start; the rest is not a function's to see."""


def prepare() -> None:
    """Begin to start the process that new environments are forked from, without waiting for it."""
    if _METHOD == "forkserver":
        from multiprocessing import forkserver

        with _clean_start():
            _CONTEXT.set_forkserver_preload(["helpers.embedded.runtime.worker"])
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
        ours, theirs = _CONTEXT.Pipe()
        self._connection: Connection = ours
        self._process = _CONTEXT.Process(
            target=_run_worker, args=(theirs, settings), daemon=True, name=f"lambda {log_stream}"
        )
        with _clean_start():
            self._process.start()
        theirs.close()
        self._selector: selectors.BaseSelector | None = None
        if os.name == "posix":  # elsewhere a pipe is nothing that a selector can watch
            self._selector = selectors.DefaultSelector()
            self._selector.register(ours, selectors.EVENT_READ)
            self._selector.register(self._process.sentinel, selectors.EVENT_READ)

    def tell(self, message: tuple[Any, ...]) -> None:
        """Send a message. That the process is gone shows when its answer is waited for."""
        try:
            pipe.send(self._connection, message)
        except OSError:
            return

    def answer(self, patience: float) -> Any | None:
        """The next message other than output; Exited when the process is gone; None: not yet."""
        while ready := self._wait(patience):
            if self._connection in ready:
                try:
                    message = pipe.receive(self._connection)
                except (EOFError, OSError):
                    return self._exited()
                if not isinstance(message, Printed):
                    return message
                self.output.append(message.text)
            else:
                return self._exited()
        return None

    def _wait(self, patience: float) -> list[Any]:
        """Which of pipe and process has news; what was said last comes before the end."""
        if self._selector is None:
            return wait([self._connection, self._process.sentinel], patience)
        return [key.fileobj for key, _ in self._selector.select(patience)]

    def _exited(self) -> Exited:
        self._process.join()
        return Exited(self._process.exitcode)

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
        if self._selector is not None:
            self._selector.close()
        self._connection.close()


def describe_exit(code: int | None) -> str:
    """How AWS words the end of a process in its Runtime.ExitError."""
    if not code:
        return "Runtime exited without providing a reason"
    if code < 0:
        name = (signal.strsignal(-code) or str(-code)).lower()
        return f"Runtime exited with error: signal: {name}"
    return f"Runtime exited with error: exit status {code}"


def _run_worker(connection: Connection, settings: Settings) -> None:
    """The new process's first step. The worker is imported there only: it shares botocore's
    models between environments, which is no business of the account's process."""
    from helpers.embedded.runtime import worker

    worker.main(connection, settings)


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
