"""Faults of our own: an exception that nobody foresaw stops what it belongs to, and nothing else.

It belongs to an invocation, a mapping or a request, which goes on as it would after an error of
AWS. Here it is told, in words and once: as a warning, which a notebook shows below the cell.
"""

from __future__ import annotations

import traceback
import warnings

ISSUES = "the repository's issues"


class EmbeddedFault(RuntimeWarning):
    """The embedded account met something that it should have known."""


class Faults:
    """Those of one account."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def tell(self, fault: BaseException, whose: str) -> None:
        """Warn of a fault, unless one of the same kind was told of the same owner.

        Args:
            whose: what it belongs to, such as "an invocation of clerk".
        """
        lines = traceback.format_exception(fault)
        kind = (whose, lines[-2] if len(lines) > 1 else lines[-1])
        if kind in self._told:
            return
        self._told.add(kind)
        warnings.warn(
            f"The embedded account made a mistake: {type(fault).__name__} in {whose}. Everything "
            "else goes on, and no message is lost. The mistake is ours, not yours: please send "
            f"the cell and these lines to {ISSUES}.\n{''.join(lines[:1] + lines[-8:])}",
            EmbeddedFault,
            stacklevel=2,
        )
