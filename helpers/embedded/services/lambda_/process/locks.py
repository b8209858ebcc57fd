"""`threading.Lock` of a handler: who waits for it lets the others have their turn."""

from __future__ import annotations

from _thread import allocate_lock
from collections import deque
from types import TracebackType

from helpers.embedded.services.lambda_.process import current
from helpers.embedded.services.lambda_.process.turns import Waiter


class Lock:
    """As `_thread.lock`, from which all that waits in `threading` and `queue` is made."""

    __slots__ = ("__weakref__", "_lock", "_waiters")

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._waiters: deque[Waiter] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        if self._lock.acquire(False):
            return True
        turns = current.turns
        if not blocking or timeout == 0:
            return False
        if turns is None:
            return self._lock.acquire(True, timeout)
        with turns.mutex:
            if self._lock.acquire(False):
                return True
            waiter = Waiter()
            self._waiters.append(waiter)
            turns.step_aside(waiter, None if timeout == -1 else timeout)
        waiter.gate.acquire()
        return bool(waiter.result)

    def release(self) -> None:
        """RuntimeError: it is not locked."""
        self._lock.release()
        turns = current.turns
        if self._waiters and turns is not None:
            with turns.mutex:
                self._hand_over()

    def _hand_over(self) -> None:
        turns = current.turns
        assert turns is not None
        if not self._lock.acquire(False):
            return  # somebody was faster
        while self._waiters:
            if turns.wake(self._waiters.popleft(), True):
                return
        self._lock.release()

    def locked(self) -> bool:
        return self._lock.locked()

    __enter__ = acquire

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _at_fork_reinit(self) -> None:
        self._lock = allocate_lock()
        self._waiters.clear()

    acquire_lock = acquire
    release_lock = release
    locked_lock = locked

    def __repr__(self) -> str:
        state = "locked" if self.locked() else "unlocked"
        return f"<{state} lock object at {id(self):#x}>"
