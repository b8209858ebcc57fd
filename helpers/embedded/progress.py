"""A progress bar for waits that a person notices, and silence for all others."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from types import TracebackType

_PATIENCE = 2.0
"""Wall seconds that pass before a bar is shown."""

_REFRESH = 0.2
"""Wall seconds between two looks at how far the wait has come."""


class Progress:
    """Shows how far lab time has come; call it now and then with the seconds that passed.

    Nothing is ever shown under pytest, whose notebooks are compared by what they print, nor
    where the environment variable LAB_PROGRESS is "off".
    """

    def __init__(self, total: float | None, describe: Callable[[], str]) -> None:
        self._total = total
        self._describe = describe
        self._next_look = time.monotonic() + _PATIENCE
        self._bar: object | None = None
        silent = "PYTEST_VERSION" in os.environ or os.environ.get("LAB_PROGRESS") == "off"
        if silent:
            self._next_look = float("inf")

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()  # type: ignore[attr-defined]

    def __call__(self, seconds: float) -> None:
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + _REFRESH
            self._show(seconds)

    def _show(self, seconds: float) -> None:
        from tqdm import tqdm

        if self._bar is None:
            form = "{l_bar}{bar}| {n:.0f} of {total:.0f} lab s{postfix}"
            self._bar = tqdm(
                total=self._total,
                file=sys.stderr,
                leave=False,
                bar_format=form if self._total else "{n:.0f} lab s{postfix}",
            )
        bar: tqdm[None] = self._bar  # type: ignore[assignment]
        bar.n = round(seconds, 1)
        bar.set_postfix_str(self._describe())
