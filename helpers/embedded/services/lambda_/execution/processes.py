"""The processes of execution environments: started, watched and ended, by way of a zygote.

This process is left as it is: its environment, its `__main__` and its children's list are not
touched, and it may be a daemonic one itself.
"""

from __future__ import annotations

import atexit
import errno
import os
import select
import shutil
import socket
import subprocess
import sys
import threading
from math import inf

from helpers.embedded.services.lambda_.execution import folders
from helpers.embedded.services.lambda_.execution.spawning import SpawnedProcesses
from helpers.embedded.services.lambda_.process.zygote import ALIVE, END, ORDER, REPORT, START

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT")
"""What a process of ours needs of this machine to start; the rest is not a function's to see."""

_PROGRAM = """
import sys
sys.path[:] = sys.argv[3:]
from helpers.embedded.services.lambda_.process import zygote
zygote.main(int(sys.argv[1]), sys.argv[2])
"""

_LAST_BREATH = 5.0
"""Wall seconds that a process may take to end after it was killed."""


_LEAST_LEFT = 200 << 20
"""Bytes of memory that are left to everything else on this machine: an environment takes eight
megabytes, and as much again when its handler uses boto3."""


class Processes:
    """The zygote of this process, and its children."""

    def __init__(self) -> None:
        folders.sweep()
        self.owner = os.getpid()
        self.folder, self._claim = folders.claim()
        """Everything that functions have on disk; the claim holds while this process lives."""
        self._control, theirs = socket.socketpair()
        self._started = 0
        self._pids: dict[int, int] = {}
        self._statuses: dict[int, int] = {}
        self._heard = bytearray()
        self._talking = threading.RLock()
        with theirs:
            self._zygote = subprocess.Popen(
                [
                    *(sys.executable, "-c", _PROGRAM, str(theirs.fileno()), str(self.folder)),
                    *(os.path.abspath(each) for each in sys.path),
                ],
                env=_variables(),
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for this process to decide
            )

    @property
    def alive(self) -> bool:
        return self.owner == os.getpid() and self._zygote.poll() is None

    def start(self, pipe: socket.socket) -> int:
        """Fork an environment that talks through `pipe`; its number.

        Raises:
            OSError: this machine has no more memory, processes or open files.
        """
        if _memory_left() < _LEAST_LEFT:
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
        with self._talking:
            self._started += 1
            self._hear_out()
            order = ORDER.pack(START, self._started)
            socket.send_fds(self._control, [order], [pipe.fileno()])
            return self._started

    def _hear_out(self) -> None:
        """Take up reports until there is room for an order: a zygote whose reports nobody takes
        waits, and takes no orders."""
        while True:
            readable, writable, _ = select.select([self._control], [self._control], [])
            if readable and not self._listen(0):
                return  # it is gone
            if writable and not readable:
                return

    def pid(self, number: int) -> int | None:
        """The process id of an environment; None: it never had one."""
        with self._talking:
            while number not in self._pids and self._listen(_LAST_BREATH):
                continue
            return self._pids.get(number)

    def status(self, number: int, patience: float) -> int | None:
        """How an environment has ended, as `Popen.returncode` says it; None: it has not, after
        `patience` wall seconds, or nobody knows."""
        with self._talking:
            while number not in self._statuses and self._listen(patience):
                continue
            return self._statuses.get(number)

    def end(self, number: int) -> int | None:
        """Kill an environment and all that it has started, and wait; how it ended."""
        with self._talking:
            if (status := self.status(number, 0)) is None:
                try:
                    self._control.sendall(ORDER.pack(END, number))
                except OSError:
                    return None
                status = self.status(number, _LAST_BREATH)
            return status

    def forget(self, number: int) -> None:
        """Nobody will ask for it again."""
        with self._talking:
            self._pids.pop(number, None)
            self._statuses.pop(number, None)

    def _listen(self, patience: float) -> bool:
        """Take up one report; False: none came."""
        self._control.settimeout(patience)
        try:
            chunk = self._control.recv(REPORT.size - len(self._heard))
        except (BlockingIOError, TimeoutError, OSError):
            return False
        finally:
            self._control.settimeout(None)
        self._heard += chunk
        if len(self._heard) == REPORT.size:
            number, pid, status = REPORT.unpack(self._heard)
            self._heard.clear()
            self._pids[number] = pid
            if status != ALIVE:
                self._statuses[number] = status
        return bool(chunk)

    def close(self) -> None:
        """End the zygote, which ends its children and removes the folder."""
        if self.owner == os.getpid():
            self._control.close()
            try:
                self._zygote.wait(_LAST_BREATH)
            except subprocess.TimeoutExpired:
                self._zygote.kill()
                self._zygote.wait()
            shutil.rmtree(self.folder, ignore_errors=True)  # if the zygote was killed

    def leave_to_parent(self) -> None:
        """In a fork of this process: the zygote and the folder are not the child's."""
        self._control.close()
        if self._claim is not None:
            os.close(self._claim)


def _memory_left() -> float:
    """Bytes that this machine can give to new processes, where it says so (Linux)."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            return next(int(each.split()[1]) for each in lines if "MemAvailable" in each) * 1024
    except (OSError, StopIteration):
        return inf


def _variables() -> dict[str, str]:
    """A fixed hash seed keeps the order of sets the same in every run."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**inherited, "PYTHONHASHSEED": "0"}


_processes: Processes | SpawnedProcesses | None = None
_making = threading.Lock()


def processes() -> Processes | SpawnedProcesses:
    """Those of this process; started now if they are not there."""
    global _processes
    with _making:
        if _processes is None or not _processes.alive:
            forks = hasattr(os, "fork")
            _processes = Processes() if forks else SpawnedProcesses(_variables())
            atexit.register(_processes.close)
        return _processes


def _leave_to_parent() -> None:
    """In a fork of this process: zygote, folder and locks are the parent's."""
    global _processes, _making
    _making = threading.Lock()
    if isinstance(_processes, Processes):
        _processes.leave_to_parent()
    _processes = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)
