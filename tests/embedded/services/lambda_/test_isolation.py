"""The machine's credentials, files and network stay out of the account and of its functions."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path
from typing import Any

import boto3
import pytest

from helpers import open_lab
from helpers.embedded.account import LabClosed
from tests.embedded.conftest import deploy_function, invoke

SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
    "AWS_SECRET_ACCESS_KEY": "the-real-secret",
    "AWS_SESSION_TOKEN": "the-real-token",
    "AWS_PROFILE": "production",
    "AWS_ENDPOINT_URL": "https://real.example",
    "AWS_REGION": "eu-central-1",
    "BANK_PASSWORD": "the-real-password",
}

TELL_ALL = """
    import os, boto3

    def handler(event, context):
        seen = dict(os.environ)
        try:
            with open("/proc/self/environ") as initial:
                seen["initially"] = initial.read()
        except OSError:
            pass
        keys = boto3.Session().get_credentials()
        seen["resolved"] = f"{keys.access_key} {keys.secret_key} {keys.token}"
        seen["profiles"] = str(boto3.Session().available_profiles)
        return seen
"""


@pytest.fixture
def real_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with real AWS settings in its environment and in its files."""
    for name, text in SECRETS.items():
        monkeypatch.setenv(name, text)
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(
        "[production]\naws_access_key_id=AKIAFILEFILEFILEFILE\naws_secret_access_key=in-a-file\n"
    )
    (tmp_path / ".aws/config").write_text(
        "[profile production]\nendpoint_url=https://file.example\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.mark.usefixtures("real_machine")
def test_a_function_sees_its_own_environment_only() -> None:
    with open_lab():
        deploy_function(TELL_ALL)
        seen = invoke("function")["result"]
    for value in (*SECRETS.values(), "AKIAFILEFILEFILEFILE", "in-a-file"):
        assert not [name for name, text in seen.items() if value in text], value
    assert seen["AWS_REGION"] == "us-east-1"
    assert seen["resolved"].startswith("ASIA")
    assert seen["profiles"] == "[]"


@pytest.mark.usefixtures("real_machine")
def test_real_settings_are_set_aside_and_put_back() -> None:
    with open_lab():
        assert boto3.client("sqs").meta.region_name == "us-east-1"
        keys = boto3.Session().get_credentials()
        assert keys is not None
        assert keys.access_key == "AKIAEMBEDDEDLABADMIN"
        assert boto3.Session().available_profiles == []
    assert {name: os.environ[name] for name in SECRETS} == SECRETS
    assert "AWS_CONFIG_FILE" not in os.environ


@pytest.mark.usefixtures("real_machine")
def test_a_closed_lab_gives_way_to_no_real_account() -> None:
    """A cell that is run once more after the clean-up is told so, whichever client it has."""
    with open_lab() as scope:
        old = boto3.client("sqs")
        scope.close()
        real = boto3.Session("AKIAREALREALREALREAL", "secret", region_name="us-east-1")
        for client in (old, boto3.client("sqs"), real.client("sqs")):
            with pytest.raises(LabClosed, match="Run lab = open_lab"):
                client.list_queues()
        lab = open_lab()
        assert "QueueUrls" not in boto3.client("sqs").list_queues()
        lab.close()
    assert {name: os.environ[name] for name in SECRETS} == SECRETS


def test_nothing_leaves_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients made before the lab was opened included."""
    contacted: list[Any] = []

    def refuse(self: socket.socket, address: Any) -> None:
        if not isinstance(address, tuple):  # a socket of this machine's own
            return connect(self, address)
        contacted.append(address)
        raise AssertionError(f"a connection to {address}")

    connect = socket.socket.connect
    early = boto3.Session("AKIAREALREALREALREAL", "secret").client("sqs", region_name="us-east-1")
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: contacted.append(a) or [])
    with open_lab() as lab:
        # Refusing a key that is not the account's is right, too.
        with contextlib.suppress(early.exceptions.ClientError):
            early.list_queues()
        url = boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"]
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody="x")
        lab.advance(60)
        with pytest.raises(NotImplementedError):
            boto3.client("gamelift").list_builds()
        deploy_function(
            "import boto3\ndef handler(e, c): return boto3.client('sqs').list_queues()['QueueUrls']"
        )
        assert invoke("function")["result"] == [url]
    assert contacted == []
