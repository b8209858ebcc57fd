"""A server on this machine that STS and SQS could be: it knows whose keys are, and counts."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs

OURS, THEIRS = "123456789012", "111122223333"
"""The account that is named, and another one."""

IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult><Arn>arn:aws:iam::{0}:user/u</Arn><UserId>u</UserId>
<Account>{0}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""

ASSUMED = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<Credentials><AccessKeyId>AKIA{0}R</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
<SessionToken>token</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>"""


class Seen(NamedTuple):
    """One request as it arrived."""

    operation: str
    account: str
    """That its key belongs to; empty: it is not signed."""
    body: str


PROBES = frozenset({"ReEncrypt", "RotateKeyOnDemand", "StartMessageMoveTask"})
"""With which an open lab finds out what a server lacks."""


class FakeAws:
    """Keys of an account begin with its number: AKIA123456789012A is one of `OURS`."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.seen: list[Seen] = []
        self.lacking: set[str] = set()
        """Operations that it says it does not know."""

    def of(self, account: str) -> list[Seen]:
        """What arrived for an account, but for the question whose a key is, and what of `OURS`
        an open lab probes."""
        expected = {"GetCallerIdentity"} | (PROBES if account == OURS else set())
        return [
            each for each in self.seen if each.account == account and each.operation not in expected
        ]

    @property
    def questions(self) -> int:
        """How often STS was asked whose a key is."""
        return sum(each.operation == "GetCallerIdentity" for each in self.seen)


def key_of(account: str, letter: str = "A") -> dict[str, str]:
    """Credentials as boto3 takes them."""
    return {"aws_access_key_id": f"AKIA{account}{letter}", "aws_secret_access_key": "secret"}


@contextmanager
def serve() -> Iterator[FakeAws]:
    """The server, in threads of this process."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            signed = f"{self.headers.get('Authorization', '')} {self.path}"
            found = re.search(r"Credential=AKIA(\d{12})", signed)
            account = found[1] if found else ""
            target = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
            operation = target or parse_qs(body).get("Action", [f"{self.command} {self.path}"])[0]
            fake.seen.append(Seen(operation, account, body))
            if operation == "GetCallerIdentity":
                text = IDENTITY.format(account)
            elif operation == "AssumeRole":
                text = ASSUMED.format(parse_qs(body)["RoleArn"][0].split(":")[4])
            elif operation == "CreateQueue":
                name = json.loads(body)["QueueName"]
                text = json.dumps({"QueueUrl": f"{fake.address}/{account}/{name}"})
            else:
                text = "{}"
            if operation in fake.lacking:
                text = json.dumps({"__type": "InvalidAction", "message": "Unknown action"})
            self.send_response(400 if operation in fake.lacking else 200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake = FakeAws(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
