"""The course's helpers. `open_lab` gives you an AWS account to experiment in.

A notebook names the modules it works with, not the wings they stand in:
`from helpers import keys, open_lab, queues`. Modules import each other by their whole name.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from helpers.lab import Lab, open_lab

__all__ = ["Lab", "open_lab"]

_WINGS = ("bank", "deploying", "experiments", "planning", "rehearsing", "watching")


def __getattr__(name: str) -> ModuleType:
    """A module of the wings, imported when it is first named."""
    if not name.startswith("_"):
        for wing in _WINGS:
            if find_spec(home := f"helpers.{wing}.{name}"):
                return import_module(home)
    raise AttributeError(f"module 'helpers' has no attribute {name!r}")
