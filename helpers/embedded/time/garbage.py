"""Python's search for garbage, less often while time moves."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = 50_000
"""Objects made between two searches."""


@contextmanager
def collected_seldom() -> Iterator[None]:
    """What happens inside makes few cycles: most of it is kept, as the trace is, or freed by its
    count. Searches as often as usual would cost 4 % of a run."""
    usual = gc.get_threshold()
    if usual[0]:
        gc.set_threshold(max(usual[0], _SELDOM), *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
