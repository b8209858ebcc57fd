"""Requests and answers as they cross from botocore to the account, in this process or by a pipe."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import botocore.awsrequest

_CREDENTIAL_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


class Signer(NamedTuple):
    """Who signs a request that did not become one of HTTP: nobody could have changed it on its
    way, so that the secret says as much as a signature made with it."""

    access_key_id: str
    secret: str
    token: str | None
    region: str
    service: str


class ApiRequest(NamedTuple):
    """One signed AWS request: plain values, so that it can be pickled."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    signer: Signer | None = None
    """None: the signature is among the headers or in the URL, or there is none."""

    @classmethod
    def from_botocore(cls, request: botocore.awsrequest.AWSPreparedRequest) -> ApiRequest:
        body = request.body if request.body is not None else b""
        if hasattr(body, "read"):
            body = body.read()
        return cls(
            request.method,
            request.url,
            {name: _text(value) for name, value in request.headers.items()},
            body.encode() if isinstance(body, str) else bytes(body),
        )

    @property
    def host(self) -> str:
        return _host_of(self.url)

    @property
    def is_for_this_machine(self) -> bool:
        """Whether it goes to a server on this machine: a client with an endpoint of its own."""
        return self.host in ("127.0.0.1", "localhost", "::1")

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def header(self, name: str) -> str | None:
        """A header by its name in any letter case; None if it was not sent."""
        if (text := self.headers.get(name)) is not None:
            return text
        wanted = name.lower()
        return next((text for key, text in self.headers.items() if key.lower() == wanted), None)

    @property
    def scope(self) -> tuple[str, str, str] | None:
        """Access key id, Region and service that the request was signed for; None: unsigned."""
        if self.signer is not None:
            return self.signer.access_key_id, self.signer.region, self.signer.service
        found = _CREDENTIAL_SCOPE.search(self.header("Authorization") or self.url)
        return (found[1], found[2], found[3]) if found else None

    def as_http(self) -> tuple[str, str, dict[str, str], bytes]:
        """Method, URL, headers and body, with a scope where others look for it."""
        headers = self.headers
        if self.signer is not None:
            key, _, _, region, service = self.signer
            scope = f"Credential={key}/20260105/{region}/{service}/aws4_request"
            signed = f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=, Signature="
            headers = {**headers, "Authorization": signed}
        return self.method, self.url, headers, self.body

    @property
    def target(self) -> str | None:
        """The operation, for the protocol that names it in a header; None: the others."""
        target = self.header("X-Amz-Target")
        return target and target.rpartition(".")[2]

    @property
    def is_form(self) -> bool:
        """Whether it is of the query protocol: its body is a form."""
        return (self.header("Content-Type") or "").startswith("application/x-www-form-urlencoded")


class ApiResponse(NamedTuple):
    """One AWS answer: plain values, so that it can be pickled."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def to_botocore(self, url: str) -> botocore.awsrequest.AWSResponse:
        return botocore.awsrequest.AWSResponse(url, self.status, self.headers, _Body(self.body))


Transport = Callable[[ApiRequest], ApiResponse | None]
"""Answers a request; None lets it go out to the network."""


class _Body(io.BytesIO):
    """What botocore expects of urllib3: a file that can also be streamed."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        while chunk := self.read():
            yield chunk


@lru_cache(maxsize=1024)
def _host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
