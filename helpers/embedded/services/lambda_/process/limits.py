"""The memory setting of a function, enforced where the operating system can."""

from __future__ import annotations

import sys

_MEGABYTE = 1 << 20
_HEADROOM = 512
"""Megabytes beyond the setting that a handler really gets. So what was used shows in the end,
whoever used it and whatever became of its MemoryError; there is a bound for this machine's sake."""


class MemoryLimit:
    """Lets the handler use `megabytes` beyond what this process has now.

    Modelled: on AWS the runtime's own memory counts too, and the kill comes at once; here it comes
    when the handler is heard next. Windows tells nothing and has no limit.
    """

    def __init__(self, megabytes: int) -> None:
        self._most = _peak() + megabytes * _MEGABYTE
        if sys.platform == "linux":  # macOS accepts such a limit and ignores it
            _allow(_private_bytes() + (megabytes + _HEADROOM) * _MEGABYTE)

    def is_passed(self) -> bool:
        """Whether the handler has used more at any time."""
        return _peak() > self._most

    @staticmethod
    def lift() -> None:
        """Make room for the process's own last words."""
        if sys.platform == "linux":
            _allow(None)


def make_room_for_thread() -> None:
    """A stack counts as memory here before it is used, which it does not on AWS."""
    if sys.platform == "linux":
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_DATA)
        stack, _ = resource.getrlimit(resource.RLIMIT_STACK)
        if resource.RLIM_INFINITY not in (limit, stack):
            _allow(limit + stack)


def _allow(limit: int | None) -> None:
    """So much private writable memory (None: all there is), and never more than this process was
    started with: a room's server limits its learners."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if limit is None or (most != resource.RLIM_INFINITY and limit > most):
        limit = most
    resource.setrlimit(resource.RLIMIT_DATA, (limit, most))


def _peak() -> int:
    """The most bytes of memory that this process has had, shared memory included."""
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _private_bytes() -> int:
    """What Linux counts against RLIMIT_DATA: private writable memory."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData"))
