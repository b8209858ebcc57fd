"""What is random in a function repeats with the lab's ids, whatever asks for it."""

from __future__ import annotations

import os
import random
import uuid
from collections.abc import Callable
from typing import Any


def repeat(seed: str) -> None:
    """From now on, in this process: `random`, `secrets`, `os.urandom`, `uuid`."""
    source = random.Random(seed).randbytes
    modules: Any = random, os, uuid
    random_, os_, uuid_ = modules
    os_.urandom = random_._urandom = source
    if hasattr(os, "getrandom"):
        os_.getrandom = lambda size, flags=0: source(size)
    random.seed(seed)
    random_.Random.seed = seeding(random_, source)
    # uuid1: no card of this machine, and the lab's clock instead of a library's.
    uuid_._node = int.from_bytes(source(6)) | 1 << 40
    uuid_._generate_time_safe = uuid_._UuidCreate = None


def seeding(module: Any, source: Callable[[int], bytes]) -> Callable[..., None]:
    """`Random.seed` of that module, which takes from `source` what it would take of the system."""
    seed = module.Random.seed

    def repeatable(generator: Any, a: Any = None, version: int = 2) -> None:
        if a is None and not isinstance(generator, module.SystemRandom):
            a = int.from_bytes(source(32))
        seed(generator, a, version)

    return repeatable
