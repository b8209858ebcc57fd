"""ministack as a server on this machine alone."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

PYTHON = Path(__file__).parents[2] / ".venv" / "ministack" / "bin" / "python"
"""It pins a botocore of its own, and so has a virtual environment of its own."""

ACCOUNT_ID = "123456789012"
PATIENCE = 30
"""Seconds in which it must have started."""


@contextmanager
def serve_ministack() -> Iterator[str]:
    """A server without anything in it; its address.

    Raises:
        FileNotFoundError: it is not installed.
        RuntimeError: it does not start.
    """
    if not PYTHON.exists():
        raise FileNotFoundError("ministack is not installed. Run: make .venv/ministack/ready")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with TemporaryDirectory(prefix="ministack-") as folder:
        server = subprocess.Popen(
            [PYTHON, "-m", "ministack"],
            cwd=folder,
            env={**_clean_environment(), **_settings(port, folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(PATIENCE)


def client_environment(address: str) -> dict[str, str]:
    """The variables with which LAB=aws reaches the server."""
    return {
        "LAB": "aws",
        "LAB_ID": "anna",
        "LAB_ACCOUNT_ID": ACCOUNT_ID,
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": ACCOUNT_ID,  # its root user's
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def _settings(port: int, folder: str) -> dict[str, str]:
    return {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
        "S3_DATA_DIR": folder,
        "SFTP_ENABLED": "0",
        "STATE_DIR": folder,
        "TMPDIR": folder,
    }


def _clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = monotonic() + PATIENCE
    while monotonic() < until and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.1)
    raise RuntimeError("ministack does not start.")
