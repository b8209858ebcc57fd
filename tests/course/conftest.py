from __future__ import annotations

import base64
import importlib
import linecache
import sys
import textwrap
from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import Any, NamedTuple

import boto3
import pandas as pd
import pytest

from helpers import Lab, open_lab
from helpers.bank import keys, ledger, pipeline, receiver, sender
from helpers.deploying.packages import SOURCES, find_variables
from helpers.deploying.refusals import name_outcome


class Run(NamedTuple):
    """A bank through which 100 transactions have gone."""

    lab: Lab
    bank: pipeline.Bank
    sent: pd.DataFrame
    depth: pd.DataFrame


def run_cell(code: str, namespace: dict[str, Any] | None = None, name: str = "cell") -> Any:
    """Run code as a notebook's cell, its source kept as IPython keeps it; the last `handler`."""
    code, namespace = textwrap.dedent(code), {} if namespace is None else namespace
    name = f"<{name} {hash(code)}>"
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    exec(compile(code, name, "exec"), namespace)
    return namespace.get("handler")


def try_secret(function: str, *readers: str) -> list[str]:
    """What KMS answers to whoever opens a function's secret in the names of these functions; ""
    gives no encryption context."""
    secret = base64.b64decode(find_variables(function)["SIGNING_SECRET"])
    decrypt = partial(name_outcome, boto3.client("kms").decrypt, CiphertextBlob=secret)
    return [
        decrypt(EncryptionContext=keys.context_of(reader) if reader else {}) for reader in readers
    ]


@pytest.fixture
def lab() -> Iterator[Lab]:
    with open_lab() as lab:
        yield lab


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """For tests that only look; what one of them changes it puts back."""
    with open_lab() as lab:
        bank = pipeline.build_bank(lab)
        sent = sender.send_transactions(count=100, seed=2026)
        yield Run(lab, bank, sent, pipeline.watch_queues(lab, bank))


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The functions' folder as the only place to import them from, as in their packages."""
    names = {file.stem for file in SOURCES.glob("*.py")}
    monkeypatch.syspath_prepend(str(SOURCES))
    yield
    for name in names & set(sys.modules):
        del sys.modules[name]


@pytest.fixture
def receiver_code(lab: Lab, sources: None, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The receiver's own code, imported here, before a real ledger and a real secret."""
    key = keys.create_key()
    ledger.create_ledger()
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", receiver.FUNCTION)
    monkeypatch.setenv("SIGNING_SECRET", keys.create_secret(key, receiver.FUNCTION))
    monkeypatch.setenv("LEDGER_TABLE", ledger.TABLE)
    return importlib.import_module("receiver")


@pytest.fixture
def sender_code(lab: Lab, sources: None) -> ModuleType:
    """The sender's own code, imported here."""
    return importlib.import_module("sender")
