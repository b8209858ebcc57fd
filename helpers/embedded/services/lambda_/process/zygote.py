"""The process that execution environments are forked from, with all that they share imported.

It is a program of its own, so any process can start it: a daemonic worker of a pool, too. It lives
as long as the process that started it; when that one is gone, it ends what is left of it.
"""

from __future__ import annotations

import ctypes
import gc
import os
import select
import shutil
import signal
import socket
import struct
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

ORDER = struct.Struct("!ci")
"""What the zygote is told: START, with the descriptor of an environment's pipe, or END; and the
environment's number."""

START, END = b"s", b"e"

REPORT = struct.Struct("!iii")
"""What it says: an environment's number, its process id, and how it ended or ALIVE."""

ALIVE = -1000

_DEATH_SIGNAL, _ADOPT_ORPHANS = 1, 36
"""Options of prctl(2): PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER."""


def main(descriptor: int, folder: str) -> None:
    """Fork environments as told through the socket `descriptor`, until its other side is gone.

    `folder` is removed then: all that the functions of that process had on disk.
    """
    from helpers.embedded.services.lambda_.process import worker

    worker.prepare()
    gc.collect()
    gc.freeze()  # what all environments share stays shared
    zygote = _Zygote(socket.socket(fileno=descriptor), worker.main)
    try:
        zygote.serve()
    finally:
        zygote.end_all()
        shutil.rmtree(folder, ignore_errors=True)


class _Zygote:
    def __init__(self, control: socket.socket, run: Any) -> None:
        self._control = control
        self._run = run
        self._numbers: dict[int, int] = {}
        """Of living environments, by process id."""
        self._ended, wakes = os.pipe()
        os.set_blocking(wakes, False)
        signal.set_wakeup_fd(wakes)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._own = (control.fileno(), self._ended, wakes)
        _prctl(_ADOPT_ORPHANS, 1)

    def serve(self) -> None:
        while True:
            readable, _, _ = select.select([self._control.fileno(), self._ended], [], [])
            if self._ended in readable:
                os.read(self._ended, 4096)
                self._bury()
            if self._control.fileno() in readable and not self._obey():
                return

    def _obey(self) -> bool:
        try:
            text, descriptors, _, _ = socket.recv_fds(self._control, ORDER.size, 1)
        except ConnectionError:
            return False
        if not text:
            return False
        order, number = ORDER.unpack(text)
        if order == START:
            self._start(number, descriptors[0])
        else:
            for pid in [pid for pid, each in self._numbers.items() if each == number]:
                _kill(pid)
        return True

    def _start(self, number: int, descriptor: int) -> None:
        try:
            pid = os.fork()
        except OSError:  # as if it had started and ended
            os.close(descriptor)
            return self._report(number, 0, 1)
        if pid == 0:
            self._become_environment(descriptor)
        os.close(descriptor)
        self._numbers[pid] = number
        _set_group(pid)
        self._report(number, pid, ALIVE)

    def _become_environment(self, descriptor: int) -> NoReturn:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _set_group(os.getpid())
            _prctl(_DEATH_SIGNAL, signal.SIGKILL)
            _prctl(_ADOPT_ORPHANS, 1)
            for each in self._own:
                os.close(each)
            status = self._run(socket.socket(fileno=descriptor))
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def _bury(self) -> None:
        """Report whoever ended, once what it had started has ended, too."""
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            pid = ended.si_pid
            if pid in self._numbers:
                _kill(pid)  # the others of its group
                self._end_orphans()
            _, status = os.waitpid(pid, 0)
            if (number := self._numbers.pop(pid, None)) is not None:
                self._report(number, pid, os.waitstatus_to_exitcode(status))

    def _end_orphans(self) -> None:
        """Each living environment adopts its own; those that come here are nobody's any more."""
        children = Path(f"/proc/self/task/{os.getpid()}/children")
        if children.exists():
            for pid in map(int, children.read_text().split()):
                if pid not in self._numbers:
                    _kill(pid)

    def _report(self, number: int, pid: int, status: int) -> None:
        try:
            self._control.sendall(REPORT.pack(number, pid, status))
        except OSError:
            return  # nobody is there to read it

    def end_all(self) -> None:
        for pid in self._numbers:
            _kill(pid)
        self._end_orphans()


def _kill(pid: int) -> None:
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def _set_group(pid: int) -> None:
    """What a handler starts ends with it. Both sides say so: whoever is first."""
    try:
        os.setpgid(pid, pid)
    except (ProcessLookupError, PermissionError):
        return


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
