"""The processes of execution environments where there is no fork: each starts from nothing."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys

from helpers.embedded.services.lambda_.execution import folders

_PROGRAM = """
import socket, sys
sys.path[:] = sys.argv[1:]
from helpers.embedded.services.lambda_.process import worker
worker.prepare()
sys.exit(worker.main(socket.fromshare(sys.stdin.buffer.read())))
"""


class SpawnedProcesses:
    """What `Processes` does, for Windows."""

    def __init__(self, variables: dict[str, str]) -> None:
        self._variables = variables
        self.folder, self._claim = folders.claim()
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._started = 0
        self.alive = True

    def start(self, pipe: socket.socket) -> int:
        self._started += 1
        paths = [os.path.abspath(each) for each in sys.path]
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *paths], env=self._variables, stdin=subprocess.PIPE
        )
        assert process.stdin is not None
        with process.stdin:
            process.stdin.write(pipe.share(process.pid))  # type: ignore[attr-defined,unused-ignore]
        self._processes[self._started] = process
        return self._started

    def pid(self, number: int) -> int | None:
        return self._processes[number].pid

    def status(self, number: int, patience: float) -> int | None:
        try:
            return self._processes[number].wait(patience)
        except subprocess.TimeoutExpired:
            return None

    def end(self, number: int) -> int | None:
        self._processes[number].kill()
        return self._processes[number].wait()

    def forget(self, number: int) -> None:
        del self._processes[number]

    def close(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
