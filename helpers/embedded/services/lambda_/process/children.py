"""Waiting for processes that a handler has started. They live on the machine's clock."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from typing import Any

from helpers.embedded.services.lambda_.process import current

were_started = False
"""Whether this process may have children."""

_FOREVER = 1e9

_real_waitpid: Any = getattr(os, "waitpid", None)
_real_wait = subprocess.Popen.wait
_real_communicate = subprocess.Popen.communicate


def install() -> None:
    """From now on, in this process."""
    sys.addaudithook(_note)
    subprocess.Popen.wait = _wait  # type: ignore[method-assign,assignment]
    subprocess.Popen.communicate = _communicate  # type: ignore[method-assign,assignment]
    if sys.platform != "win32":
        from multiprocessing import popen_fork, synchronize

        synchronize.SemLock.__init__ = _no_shared_memory  # type: ignore[method-assign]
        os.waitpid = _waitpid
        os.wait = lambda: _waitpid(-1, 0)
        os.system = _system
        join = popen_fork.Popen.wait

        def joined(process: Any, timeout: float | None = None) -> Any:
            if current.turns is None:
                return join(process, timeout)
            with current.turns.abroad():
                return join(process, timeout)

        popen_fork.Popen.wait = joined  # type: ignore[method-assign,assignment]


def _no_shared_memory(*_: Any, **__: Any) -> None:
    """There is no /dev/shm on Lambda, thus no Queue, Pool or Lock of `multiprocessing`; Process and
    Pipe are there (AWS Compute Blog, "Parallel Processing in Python with AWS Lambda")."""
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def _note(event: str, _: object) -> None:
    global were_started
    if event in ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn"):
        were_started = True


def _waitpid(pid: int, options: int, /) -> tuple[int, int]:
    if current.turns is None or options & os.WNOHANG:
        return _real_waitpid(pid, options)  # type: ignore[no-any-return]

    def look() -> tuple[int, int] | None:
        ended = _real_waitpid(pid, options | os.WNOHANG)
        return ended if ended[0] else None

    ended: tuple[int, int] = current.turns.wait_until(look, outside=True)
    return ended


def _wait(process: subprocess.Popen[Any], timeout: float | None = None) -> int:
    if current.turns is None:
        return _real_wait(process, timeout)
    ended = current.turns.wait_until(lambda: _status(process), timeout, outside=True)
    if ended is None:
        assert timeout is not None
        raise subprocess.TimeoutExpired(process.args, timeout)
    return process.returncode


def _system(command: Any) -> int:
    """The status as `os.wait` gives it."""
    code = subprocess.Popen(command, shell=True).wait()
    return code << 8 if code >= 0 else -code


def _status(process: subprocess.Popen[Any]) -> tuple[int] | None:
    status = process.poll()
    return None if status is None else (status,)


def _communicate(
    process: subprocess.Popen[Any], input: Any = None, timeout: float | None = None
) -> Any:
    if current.turns is None:
        return _real_communicate(process, input, timeout)
    with current.turns.abroad():
        # Without a timeout it would wait in `read`, where nobody sees it wait.
        return _real_communicate(process, input, _FOREVER if timeout is None else timeout)
