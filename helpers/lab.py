"""A lab: an AWS account to experiment in, behind plain boto3."""

from __future__ import annotations

import os
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self

ENGINES = ("embedded",)


class Lab(Protocol):
    """What every lab can do, wherever its account lives."""

    def now(self) -> datetime:
        """The account's time, aware, in UTC."""

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass, and everything happen that is due in them."""

    def run_until_idle(self, limit: float = ...) -> float:
        """Let time pass until no message waits and no function runs; the seconds that passed."""

    def close(self) -> None:
        """Give the account up."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def open_lab(engine: str | None = None, **options: Any) -> Lab:
    """Open an account. After it, plain `boto3.client(...)` reaches that account.

    Args:
        engine: "embedded", an account inside this process; None asks the environment variable
            LAB, which is "embedded" where nobody set it.
        options: of the engine; see `helpers.embedded.account.EmbeddedAccount`.

    Raises:
        ValueError: there is no such engine.
    """
    engine = engine or os.environ.get("LAB") or "embedded"
    if engine not in ENGINES:
        raise ValueError(f"There is no lab engine {engine!r}. Choose one of: {', '.join(ENGINES)}.")
    from helpers.embedded.account import EmbeddedAccount

    return EmbeddedAccount(**options)
