"""Two files in which an environment leaves word, even if its process dies: its output, its clock.

The output is standard output and standard error of the environment's process and of its children,
so nothing is lost with a process that dies. A line is a log entry. So is a frame, which can have
several lines: AWS's runtime hands its log records over in frames, too.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

_START = b"\xa5\x5a\x00\x03"
"""What no text in UTF-8 begins with."""

_LENGTH = struct.Struct("!I")


def frame(entry: str) -> bytes:
    """One log entry, whatever it contains. UnicodeEncodeError: it is cut inside a character."""
    text = entry.encode()
    return _START + _LENGTH.pack(len(text)) + text


class OutputFile:
    """The account's side.

    `names` gives folders of this machine the names that they have on AWS.
    """

    def __init__(self, path: Path, names: Mapping[str, str]) -> None:
        path.touch()
        self._path = str(path)
        self._names = names
        self._taken = 0

    def take(self) -> list[str]:
        """The log entries since the last time; what is no text is marked as such."""
        size = os.stat(self._path).st_size
        if size == self._taken:
            return []
        file = os.open(self._path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:  # open for no longer: each would count
            os.lseek(file, self._taken, os.SEEK_SET)
            written = os.read(file, size - self._taken)
        finally:
            os.close(file)
        self._taken += len(written)
        entries = [entry.decode(errors="replace") for entry in entries_of(written)]
        for ours, theirs in self._names.items():
            entries = [entry.replace(ours, theirs) for entry in entries]
        return entries


def entries_of(written: bytes) -> Iterator[bytes]:
    """Lines, and frames, which begin wherever a process happened to be."""
    while written:
        text, start, framed = written.partition(_START)
        lines = text.split(b"\n")
        if not lines[-1]:
            lines.pop()
        yield from lines
        if start and len(framed) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(framed)[0]
            yield framed[_LENGTH.size : end]
            framed = framed[end:]
        written = framed


_NOW = struct.Struct("<q")


def create_clock(path: Path, now: int) -> None:
    """Make the file; `now` in microseconds of lab time since the account was opened."""
    path.write_bytes(_NOW.pack(now))


def read_clock(path: Path) -> int:
    """What the environment wrote last."""
    return int(_NOW.unpack(path.read_bytes())[0])


class ClockFile:
    """The environment's side: memory that the file shares, so that writing is cheap."""

    def __init__(self, path: str) -> None:
        with open(path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _NOW.size)

    def write(self, now: int) -> None:
        _NOW.pack_into(self._memory, 0, now)
