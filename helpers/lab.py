"""A lab: an AWS account to experiment in, behind plain boto3."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self

from helpers.prices import describe_course

ENGINES = ("embedded", "aws")


class Lab(Protocol):
    """What every lab can do, wherever its account lives."""

    @property
    def lag(self) -> float:
        """Seconds by which counts of messages and logs may be late; 0: they are exact."""

    @property
    def metric_lag(self) -> float:
        """Seconds by which metrics may be late."""

    def now(self) -> datetime:
        """The account's time, aware, in UTC."""

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass, and everything happen that is due in them."""

    def run_until_idle(self, limit: float = ...) -> float:
        """Let time pass until no function runs and no message waits for one, be it visible, in
        flight or delayed, in a queue that is read for a function; the seconds that passed."""

    def close(self, *, delete: bool = False) -> None:
        """Give the account up; `delete` deletes before that what the lab made there."""

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
        engine: "embedded", an account inside this process; "aws", a real one, or whatever
            AWS_ENDPOINT_URL names; None asks the environment variable LAB, which is "embedded"
            where nobody set it.
        options: of the engine; see `helpers.embedded.account.EmbeddedAccount` and
            `helpers.aws.real_account.RealAccount`.

    Raises:
        ValueError: there is no such engine.
        NotConfirmed: the real account is not the one that LAB_ACCOUNT_ID names.
    """
    engine = engine or os.environ.get("LAB") or "embedded"
    if engine not in ENGINES:
        raise ValueError(f"There is no lab engine {engine!r}. Choose one of: {', '.join(ENGINES)}.")
    if engine == "aws":
        return _open_real_account(options)
    from helpers.aws import door, skipping
    from helpers.embedded.account import EmbeddedAccount

    account = EmbeddedAccount(**options)
    door.lift()
    skipping.run_marked_cells()
    return account


def _open_real_account(options: dict[str, Any]) -> Lab:
    """What it may cost is said first."""
    from helpers.aws import door
    from helpers.aws.real_account import RealAccount

    door.shut()
    _leave_embedded_account()
    print(describe_course())  # noqa: T201  before anything is done that costs
    lab = RealAccount(**options)
    print(  # noqa: T201
        f"Lab {lab.id!r} on account {lab.account_id} in {lab.region}: every name begins with "
        f"{lab.prefix}, everything has the tag lab={lab.id}. In the end: python -m helpers clean"
    )
    if lab.gaps:
        print(f"This endpoint lacks {'; '.join(map(str, lab.gaps))}.")  # noqa: T201
    return lab


def _leave_embedded_account() -> None:
    """What this process asks AWS for goes there again, with its own credentials."""
    if embedded := sys.modules.get("helpers.embedded.account"):
        embedded.leave()


def _shut_the_door() -> None:
    """With LAB=aws nothing reaches AWS from the first import on, but through a lab."""
    from helpers.aws import door

    door.shut()


if os.environ.get("LAB") == "aws":
    _shut_the_door()
