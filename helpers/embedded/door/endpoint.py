"""The account at a port of this machine: for the AWS CLI and whatever else is not this process.

Requests are signed and judged as everywhere. Time passes there as for a cell: in a long poll and
in an invocation that is waited for, and not otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from helpers.embedded.door.access.authorization import Refusal
from helpers.embedded.door.access.denials import refuse
from helpers.embedded.wire import ApiRequest, ApiResponse

_VARIABLE = "AWS_ENDPOINT_URL"
"""Where every SDK and the CLI look for the endpoint of all services."""


class Endpoint:
    """Answers on 127.0.0.1, and tells it to the processes that this one starts."""

    def __init__(self, answer: Callable[[ApiRequest], ApiResponse]) -> None:
        class Handler(_Handler):
            account = staticmethod(answer)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        serve = self._server.serve_forever
        Thread(target=serve, args=(0.05,), name="lab endpoint", daemon=True).start()
        os.environ[_VARIABLE] = self.url

    def close(self) -> None:
        if os.environ.get(_VARIABLE) == self.url:
            del os.environ[_VARIABLE]
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    account: Callable[[ApiRequest], ApiResponse]
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = f"http://{self.headers.get('Host')}{self.path}"
        request = ApiRequest(self.command, url, dict(self.headers.items()), body)
        answer = self._answer_to(request)
        self.send_response(answer.status)
        for name, text in answer.headers.items():
            if name.lower() not in ("content-length", "connection", "date", "server"):
                self.send_header(name, text)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _answer

    def _answer_to(self, request: ApiRequest) -> ApiResponse:
        if request.scope is None:
            return refuse(request, "", _UNSIGNED)
        _, region, service = request.scope
        addressed = request._replace(url=f"https://{service}.{region}.amazonaws.com{self.path}")
        try:
            return self.account(addressed)
        except (
            NotImplementedError,
            RuntimeError,
        ) as error:  # what this account cannot do, in words
            return refuse(addressed, service, Refusal("NotHere", "NotHere", str(error), 400))

    def log_message(self, *_: object) -> None:
        """A cell shows what its commands print, and nothing of ours."""


_UNSIGNED = Refusal(
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "The request is not signed: an AWS SDK or the AWS CLI is needed.",
)
