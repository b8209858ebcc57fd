"""A room of learners who each run a notebook, by the hub's API, as JupyterLab would."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest
from tornado.websocket import websocket_connect

from hub.room import list_family, measure_memory

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-of-the-tests-alone"
PATIENCE = 300
"""Seconds for whatever is waited for."""
GONE = "the kernel is gone"
Cells = list[str]


@dataclass
class Learner:
    """What one learner saw: the cells that failed, and how long all of them took."""

    name: str
    seconds: float = 0.0
    failed: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)


@dataclass
class Room:
    """A hub that runs."""

    address: str
    hub: subprocess.Popen[bytes]
    folder: Path

    async def ask(self, method: str, path: str, content: object = None) -> Any:
        """What the API answers; `path` begins with hub/api or user/NAME/api."""
        request = HTTPRequest(
            self.address + path,
            method=method,
            headers={"Authorization": f"token {TOKEN}"},
            body=None if method == "GET" else json.dumps(content or {}),
            connect_timeout=PATIENCE,
            request_timeout=PATIENCE,
        )
        answer = await AsyncHTTPClient(max_clients=100).fetch(request, raise_error=False)
        assert answer.code < 400, f"{method} {path}: {answer.code} {answer.body!r}"
        return json.loads(answer.body) if answer.body else None

    async def enter(self, name: str) -> None:
        """Make the learner, and start their server."""
        await self.ask("POST", f"hub/api/users/{name}")
        await self.ask("POST", f"hub/api/users/{name}/server")
        end = time.monotonic() + PATIENCE
        while (
            not (await self.ask("GET", f"hub/api/users/{name}"))["servers"].get("", {}).get("ready")
        ):
            assert time.monotonic() < end, f"the server of {name} does not start"
            await asyncio.sleep(0.5)

    async def run(self, name: str, cells: Cells) -> Learner:
        """Run the cells in a new kernel of the learner's, one after the other."""
        kernel = await self.ask("POST", f"user/{name}/api/kernels", {"path": "my-notebooks"})
        place = f"user/{name}/api/kernels/{kernel['id']}"
        url = self.address.replace("http", "ws", 1) + f"{place}/channels"
        request = HTTPRequest(url, headers={"Authorization": f"token {TOKEN}"})
        socket = await websocket_connect(request)
        learner, start = Learner(name), time.monotonic()
        for cell in cells:
            error = await self._execute(socket, cell, learner.printed)
            if error:
                learner.failed.append(f"{cell}\n{error}")
            if error == GONE:
                break  # and a new one starts, which knows nothing of the cells before
        learner.seconds = time.monotonic() - start
        socket.close()
        return learner

    @staticmethod
    async def _execute(socket: Any, code: str, printed: list[str]) -> str:
        """The error in which a cell ended, "" if it did not."""
        own = uuid.uuid4().hex
        header = {"msg_id": own, "msg_type": "execute_request", "username": "", "session": own}
        content = {"code": code, "silent": False, "stop_on_error": False, "allow_stdin": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        await socket.write_message(json.dumps({**message, "channel": "shell"}))
        error, is_idle, is_answered = "", False, False
        while not (is_idle and is_answered):
            text = await asyncio.wait_for(socket.read_message(), PATIENCE)
            if text is None:
                return GONE
            heard = json.loads(text)
            if heard["content"].get("execution_state") in ("restarting", "dead"):
                return GONE
            if heard["parent_header"].get("msg_id") != own:
                continue
            kind, content = heard["msg_type"], heard["content"]
            if kind == "stream":
                printed.append(content["text"])
            is_idle |= kind == "status" and content["execution_state"] == "idle"
            if kind == "execute_reply":
                is_answered = True
                if content["status"] == "error":
                    error = f"{content['ename']}: {content['evalue']}"
        return error

    def find_server(self, name: str) -> int:
        """The process of a learner's server."""
        for process in list_family(self.hub.pid):
            if f"/user/{name}/" in process.environ().get("JUPYTERHUB_SERVICE_PREFIX", ""):
                return int(process.pid)
        raise LookupError(name)


class MemoryWatch(threading.Thread):
    """The most that each learner's processes took, in bytes, looked at twice a second."""

    def __init__(self, servers: dict[str, int]) -> None:
        super().__init__(daemon=True)
        self.servers, self.most = servers, dict.fromkeys(servers, 0)
        self.together, self._is_over = 0, threading.Event()

    def run(self) -> None:
        while not self._is_over.wait(0.5):
            now = {name: measure_memory(pid) for name, pid in self.servers.items()}
            self.together = max(self.together, sum(now.values()))
            self.most = {name: max(self.most[name], taken) for name, taken in now.items()}

    def __enter__(self) -> MemoryWatch:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self.join()


def read_code(notebook: Path) -> Cells:
    """The code of a notebook, cell by cell."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def find_ports(number: int) -> int:
    """The first of so many ports in a row that are free."""
    while True:
        sockets = [socket.socket() for _ in range(number)]
        try:
            sockets[0].bind(("127.0.0.1", 0))
            first = int(sockets[0].getsockname()[1])
            for place, each in enumerate(sockets[1:], start=1):
                each.bind(("127.0.0.1", first + place))
            return first
        except OSError:
            continue
        finally:
            for each in sockets:
                each.close()


@contextmanager
def open_room(folder: Path, memory: str = "1G") -> Iterator[Room]:
    """Start a hub as `make hub` does, and end it and all its processes afterwards."""
    port = find_ports(3)
    settings = {
        "ROOM_PORT": str(port),
        "ROOM_FOLDER": str(folder),
        "ROOM_MEMORY": memory,
        "ROOM_API_TOKEN": TOKEN,
        "ROOM_PASSWORD": "of-the-tests",
        "PYTHONPATH": str(ROOT),
        "LAB_PROGRESS": "off",
    }
    command = [sys.executable, "-m", "jupyterhub", "--config", "hub/jupyterhub_config.py"]
    with (folder / "hub.log").open("wb") as log:
        hub = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **settings}, stdout=log, stderr=log
        )
        room = Room(f"http://127.0.0.1:{port}/", hub, folder)
        try:
            asyncio.run(_wait(room))
            yield room
        finally:
            family = list_family(hub.pid)
            hub.send_signal(signal.SIGINT)
            try:
                hub.wait(PATIENCE)
            finally:
                for process in family:
                    if process.is_running():
                        process.kill()


async def _wait(room: Room) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and room.hub.poll() is None:
        try:
            await room.ask("GET", "hub/api/")
        except (AssertionError, HTTPError, OSError):
            await asyncio.sleep(0.3)
        else:
            return
    raise RuntimeError("The hub does not start; its folder has hub.log.")
