"""A stand-in for a real account: the embedded one behind the door, its clock as the wall's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import boto3
import pytest

from helpers import sending
from helpers.aws import door, waiting
from helpers.aws.real_account import RealAccount
from helpers.embedded.account import ACCOUNT_ID, EmbeddedAccount

OpenReal = Callable[..., RealAccount]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedAccount]:
    """The account, before any lab is opened on it."""
    with EmbeddedAccount() as account:
        monkeypatch.setattr("helpers.lab._leave_embedded_account", lambda: None)
        monkeypatch.setattr(waiting, "now", account.now)
        monkeypatch.setattr(waiting, "pause", sending.inside()(account.advance))
        monkeypatch.setenv("LAB_ACCOUNT_ID", ACCOUNT_ID)
        monkeypatch.setenv("LAB", "aws")
        yield account
        door.lift()
        boto3.DEFAULT_SESSION = None


@pytest.fixture
def real(account: EmbeddedAccount) -> Iterator[RealAccount]:
    """A lab on it, called anna."""
    with RealAccount(lab_id="anna") as lab:
        yield lab
