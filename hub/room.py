"""Learners of one room on one machine: a server for each, its own copies and limits."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
from jupyterhub.spawner import SimpleLocalProcessSpawner

from helpers.copies import make_copies

KERNEL = "ipykernel_launcher"
ADDRESS_ROOM = 4
"""Times the limit is what one process may ask for: threads reserve far more than they use."""


class RoomSpawner(SimpleLocalProcessSpawner):  # type: ignore[misc]  # it ships no types
    """Starts a learner's server in a folder of their own, beside copies of the notebooks.

    Nobody needs an account on the machine, so all learners are the same user to it: for a room
    whose people trust each other. `mem_limit` holds for a learner's server, kernels and functions
    together. Above it the largest kernel ends, and JupyterLab says so and starts it again; the
    notebook, the server and the other learners stay.
    """

    async def start(self) -> tuple[str, int]:
        """Give the learner the copies that are missing, then start the server."""
        make_copies(copies=Path(self.home_dir, "my-notebooks"))
        address: tuple[str, int] = await super().start()
        return address

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """What the learner's terminal and kernels find: the course's Python, and their copies."""
        env = super().user_env(env)
        env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', os.defpath)}"
        env["LAB_COPIES"] = str(Path(self.home_dir, "my-notebooks"))
        env["OPENBLAS_NUM_THREADS"] = env["OMP_NUM_THREADS"] = "1"  # the room shares the cores
        env["MALLOC_ARENA_MAX"] = "2"
        return env

    def make_preexec_fn(self, name: str) -> Callable[[], None]:
        """A cell that asks for far too much at once gets a MemoryError, and its kernel stays."""
        prepare = super().make_preexec_fn(name)
        most = ADDRESS_ROOM * self.mem_limit if self.mem_limit else resource.RLIM_INFINITY

        def prepare_and_limit() -> None:
            prepare()
            resource.setrlimit(resource.RLIMIT_DATA, (most, most))

        return prepare_and_limit

    async def poll(self) -> int | None:
        """Whether the server runs; what it uses is looked at, too."""
        status: int | None = await super().poll()
        if status is None and self.pid and self.mem_limit:
            ended = await asyncio.to_thread(keep_within, self.pid, int(self.mem_limit))
            if ended:
                self.log.warning("%s: above the limit; kernel %d was ended", self.user.name, ended)
        return status


def measure_memory(pid: int) -> int:
    """Bytes that a process and all below it take; what several share is divided among them."""
    return sum(map(_measure, list_family(pid)))


def keep_within(pid: int, limit: int) -> int | None:
    """End the largest kernel below a process if all of them together take more than `limit` bytes.

    Returns:
        The kernel that was ended, by its process id.
    """
    if measure_memory(pid) <= limit:
        return None
    kernels = [process for process in list_family(pid) if is_kernel(process)]
    if not kernels:
        return None
    largest = max(kernels, key=_measure)
    largest.kill()
    return int(largest.pid)


def list_family(pid: int) -> list[psutil.Process]:
    """A process and all below it, as far as they are still there."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def is_kernel(process: psutil.Process) -> bool:
    """Whether a notebook's cells run in it."""
    try:
        return KERNEL in process.cmdline()
    except psutil.Error:
        return False


def _measure(process: psutil.Process) -> int:
    try:
        found = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(found, "pss", found.uss))
