"""The memory setting of a function, enforced where the operating system can."""

from __future__ import annotations

import sys

_MEGABYTE = 1 << 20


def limit_memory(megabytes: int) -> None:
    """Let the handler use `megabytes` beyond what this process has now; more is a MemoryError.

    Linux counts private writable memory against RLIMIT_DATA. Elsewhere nothing is enforced:
    macOS accepts such a limit and ignores it, Windows has none.
    """
    if sys.platform == "linux":
        import resource

        limit = _private_bytes() + megabytes * _MEGABYTE
        resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.RLIM_INFINITY))


def lift_memory_limit() -> None:
    """Make room for the process's own last words."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _private_bytes() -> int:
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData"))
