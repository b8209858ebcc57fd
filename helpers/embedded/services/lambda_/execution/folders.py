"""The folder of everything that the functions of one process have on disk, claimed by a lock.

A process that is killed cannot clean up; the lock goes with it, and the next lab sees that.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from io import FileIO
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where nothing is swept
    fcntl = None  # type: ignore[assignment]

_PREFIX = "lab-functions-"
_CLAIM = ".claim"


def claim() -> tuple[Path, int | None]:
    """A new folder, and the descriptor of a lock on it that holds while this process lives.

    It gets its name only when it is locked: a folder of that name without a lock is left over.
    """
    unnamed = Path(tempfile.mkdtemp(prefix="lab-"))
    folder = unnamed.with_name(f"{_PREFIX}{unnamed.name[4:]}")
    if fcntl is None:
        unnamed.rename(folder)
        return folder, None
    lock = os.open(unnamed / _CLAIM, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC)
    fcntl.flock(lock, fcntl.LOCK_EX)
    unnamed.rename(folder)
    return folder, lock


def sweep() -> None:
    """Remove the folders of processes that were killed together with all that could do it."""
    if fcntl is None:
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError), FileIO(folder / _CLAIM, "r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
