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

from helpers.embedded.wire import ApiRequest, ApiResponse

Handler = Callable[[Request, str, Any], tuple[int, dict[str, Any], str | bytes]]


_OURS_ALONE = frozenset({"cloudformation"})
"""Services of which nothing is moto's: it is not even imported."""


class NotInEmbeddedAccount(NotImplementedError):
    """The embedded account has no such service or operation; a real account has."""


class MotoServices:
    """The services of one account.

    `handlers` are our own response classes, by moto's service name, where moto's is not enough;
    `loaded` is called with the name of a service after its first import.
    """

    def __init__(self, loaded: Callable[[str], None]) -> None:
        self.handlers: dict[str, Handler] = {}
        self._loaded = loaded
        self._known: set[str] = set()

    def load(self, service: str) -> None:
        """Import a service of moto now instead of at its first request."""
        if service not in self._known:
            self._known.add(service)
            if service not in _OURS_ALONE:
                _routes(service)
            self._loaded(service)

    def answer(self, request: ApiRequest, service: str) -> ApiResponse:
        """What the service answers now. Takes no lab time."""
        self.load(service)
        handler = self.handlers.get(service) or _route(service, request.url)
        if handler is None:
            raise NotInEmbeddedAccount(f"{service} has nothing at {request.path}")
        moto_request = Request.from_primitives(*request)
        try:
            status, headers, body = handler(
                moto_request, moto_request.raw_url, moto_request.headers
            )
        except NotInEmbeddedAccount:
            raise
        except NotImplementedError as error:
            raise NotInEmbeddedAccount(
                f"The embedded account cannot do that; a real account can. ({service}: {error})"
            ) from None
        except HTTPException as error:
            status, headers = error.code or 400, dict(error.get_headers())
            body = error.get_body()
        return ApiResponse(
            int(status),
            {name: str(text) for name, text in headers.items()},
            body.encode() if isinstance(body, str) else body,
        )


@lru_cache(maxsize=256)
def service_at(host: str) -> str | None:
    """moto's name for the service behind an AWS host name; None: moto has none there."""
    origin = f"https://{host}"
    return next((name for name, pattern in backend_url_patterns if pattern.match(origin)), None)


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
