"""moto as a library: a request in, an answer out, no mock and no server around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from moto.backend_index import backend_url_patterns
from moto.core.request import Request
from werkzeug.exceptions import HTTPException

from helpers.embedded.service import Call, NotInEmbeddedAccount, Service
from helpers.embedded.wire import ApiResponse

Answer = tuple[int, dict[str, Any], str | bytes]
Handler = Callable[[Request, str, Any], Answer]


class MotoService(Service):
    """A service whose requests moto's response classes read and answer, or ours built on them."""

    def respond(self, request: Request, url: str, headers: Any) -> Any:
        """Status, headers and body, as moto's handlers give them. A service of ours replaces it."""
        handler = _route(self.name, url)
        if handler is None:
            raise NotInEmbeddedAccount(f"{self.name} has nothing at {request.path}")
        return handler(request, url, headers)

    def answer(self, call: Call) -> ApiResponse:
        asked = call.request._replace(url=_plain(call.request.url))
        request = Request.from_primitives(*asked.as_http())
        try:
            status, headers, body = self.respond(request, request.raw_url, request.headers)
        except NotInEmbeddedAccount:
            raise
        except NotImplementedError:
            raise NotInEmbeddedAccount(
                "The embedded account cannot do that; a real account can. "
                f"({self.name}: {call.operation or call.request.path})"
            ) from None
        except HTTPException as error:
            status, headers = error.code or 400, dict(error.get_headers())
            body = error.get_body()
        return ApiResponse(
            int(status),
            {name: str(text) for name, text in headers.items()},
            body.encode() if isinstance(body, str) else body,
        )


def motos_own(name: str) -> Service:
    """A service that moto knows well enough. It is imported now."""
    _routes(name)
    service = MotoService()
    service.name = name
    return service


@lru_cache(maxsize=256)
def service_at(host: str) -> str | None:
    """moto's name for the service behind an AWS host name; None: moto has none there."""
    origin = _plain(f"https://{host}")
    return next((name for name, pattern in backend_url_patterns if pattern.match(origin)), None)


def _plain(url: str) -> str:
    """The address at the one endpoint of a service that moto knows: AWS answers at others, too,
    by IPv6 and with validated cryptography (AWS General Reference, service endpoints)."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    host = host.replace(".api.aws", ".amazonaws.com").replace("-fips.", ".")
    return f"{scheme}://{host}{slash}{path}"


@lru_cache(maxsize=64)
def _routes(service: str) -> list[tuple[re.Pattern[str], Handler]]:
    urls = import_module(f"moto.{service}.urls")
    return [
        (re.compile(path.format(base)), handler)
        for base in urls.url_bases
        for path, handler in urls.url_paths.items()
    ]


def _route(service: str, url: str) -> Handler | None:
    parts = urlsplit(url)
    clean = f"{parts.scheme}://{parts.netloc}{parts.path}"
    return next((handler for pattern, handler in _routes(service) if pattern.match(clean)), None)
