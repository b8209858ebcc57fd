"""JupyterLab as a process of its own, with nothing of the user's in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# All cells are in the page, not only those in sight: what is counted there must be there.
SETTINGS = {"@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"}}
PATIENCE = 60  # seconds until a server that has not answered is given up


def _write_settings(folder: Path) -> None:
    for name, settings in SETTINGS.items():
        path = folder / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(settings))


def _read_address(runtime: Path, server: subprocess.Popen[bytes], log: Path) -> str:
    """The address that the server writes down as soon as it listens."""
    until = time.monotonic() + PATIENCE
    info = runtime / f"jpserver-{server.pid}.json"
    while server.poll() is None and time.monotonic() < until:
        try:
            return str(json.loads(info.read_text())["url"])
        except (FileNotFoundError, json.JSONDecodeError):  # not there yet, or half written
            time.sleep(0.05)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")


@contextmanager
def serve_lab(folder: Path, own: Path) -> Iterator[str]:
    """JupyterLab for the notebooks in `folder`; its address.

    Args:
        folder: what it opens and saves.
        own: an empty folder for its settings and its log.
    """
    kinds = ("CONFIG", "DATA", "RUNTIME")
    places = {f"JUPYTER_{kind}_DIR": str(own / kind.lower()) for kind in kinds}
    places |= {
        f"JUPYTERLAB_{kind}_DIR": str(own / kind.lower()) for kind in ("SETTINGS", "WORKSPACES")
    }
    _write_settings(own / "settings")
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ip=127.0.0.1", "--port=0", "--IdentityProvider.token="]
    command += [f"--ServerApp.root_dir={folder}"]
    log = own / "log.txt"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, env=os.environ | places, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield _read_address(own / "runtime", server, log)
    finally:
        server.terminate()  # it ends its kernels first
        server.wait(PATIENCE)
