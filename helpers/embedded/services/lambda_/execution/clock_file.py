"""The time on an environment's clock, where it can be read when the process died without a word."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

_NOW = struct.Struct("<q")


def create(path: Path, now: int) -> None:
    """Make the file; `now` in microseconds of lab time since the account was opened."""
    path.write_bytes(_NOW.pack(now))


def read(path: Path) -> int:
    """What the environment wrote last."""
    return int(_NOW.unpack(path.read_bytes())[0])


class ClockFile:
    """The environment's side: memory that the file shares, so that writing is cheap."""

    def __init__(self, path: str) -> None:
        with open(path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _NOW.size)

    def write(self, now: int) -> None:
        _NOW.pack_into(self._memory, 0, now)
