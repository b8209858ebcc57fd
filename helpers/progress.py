"""A progress bar for waits that a person notices, and silence for all others.

It stands beside the layers: the accounts and the course wait with the same bar.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar, Never

if TYPE_CHECKING:
    from tqdm import tqdm

_PATIENCE = 2.0
"""Wall seconds that pass before a bar is shown."""

_REFRESH = 0.2
"""Wall seconds between two looks at how far the wait has come."""


class Progress:
    """Shows how far something has come; call it now and then with how far that is.

    A wait inside another one shows nothing: the outer one knows more. Nor is anything ever shown
    under pytest, whose notebooks are compared by what they print, or where the environment
    variable LAB_PROGRESS is "off".

    Args:
        total: how far it goes; None: nobody knows.
        describe: what is told beside the bar.
        unit: of what is counted.
    """

    _outermost: ClassVar[Progress | None] = None

    def __init__(
        self, total: float | None, describe: Callable[[], str], unit: str = "lab s"
    ) -> None:
        self._total = total
        self._describe = describe
        self._unit = unit
        self._next_look = time.monotonic() + _PATIENCE
        self._bar: tqdm[Never] | None = None
        if "PYTEST_VERSION" in os.environ or os.environ.get("LAB_PROGRESS") == "off":
            self._next_look = float("inf")

    def __enter__(self) -> Progress:
        if Progress._outermost is None:
            Progress._outermost = self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
        if Progress._outermost is self:
            Progress._outermost = None

    def __call__(self, done: float) -> None:
        now = time.monotonic()
        if now >= self._next_look and Progress._outermost is self:
            self._next_look = now + _REFRESH
            self._show(done)

    def _show(self, done: float) -> None:
        if self._bar is None:
            self._bar = self._open_bar()
        self._bar.n = done if self._total is None else min(done, self._total)
        self._bar.set_postfix_str(self._describe())

    def _open_bar(self) -> tqdm[Never]:
        from tqdm import tqdm

        # JupyterLab shows what is written to stderr in red, as if something had gone wrong.
        stream = sys.stdout if "ipykernel" in sys.modules else sys.stderr
        form = "{l_bar}{bar}| {n:.0f} of {total:.0f} " + self._unit + "{postfix}"
        return tqdm(
            total=self._total,
            file=stream,
            leave=False,
            bar_format=form if self._total else "{n:.0f} " + self._unit + "{postfix}",
        )
