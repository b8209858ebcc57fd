"""A request as an operation with parameters, whatever protocol it came in."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import botocore.session
from botocore.exceptions import UnknownServiceError

from helpers.embedded.wire import ApiRequest

_NUMBERED_TAG = re.compile(r"Tags?(?:\.member)?\.\d+\.Key")
_BOTOCORE_NAMES = {"awslambda": "lambda"}
"""Where moto's name of a service is not botocore's."""


class Call(NamedTuple):
    """What is called, in which Region, and on whose account."""

    service: str
    """moto's name."""
    operation: str | None
    """None: a REST request that no operation of the service explains."""
    parameters: dict[str, Any]
    region: str
    account: str
    """Account of the caller, which owns what the request names without an account."""
    user: str = ""
    """The user who calls, whom IAM means where a request names none; empty: a role or service."""
    agent: str = ""
    """The program that calls, as it presents itself."""

    def first(self, *names: str) -> str | None:
        """The first of these parameters that the call has."""
        return next(
            (str(self.parameters[name]) for name in names if self.parameters.get(name)), None
        )

    def texts(self, *names: str) -> tuple[str, ...]:
        """A parameter that is a list, in JSON or as the query protocol numbers its members."""
        for name in names:
            if isinstance(listed := self.parameters.get(name), list):
                return tuple(str(each) for each in listed)
        numbered = re.compile(rf"(?:{'|'.join(names)})(?:\.member)?\.\d+")
        return tuple(str(text) for key, text in self.parameters.items() if numbered.fullmatch(key))

    def tags(self) -> list[tuple[str, str]]:
        """The tags that the call puts; every service writes them in a way of its own."""
        given = self.parameters.get("Tags") or self.parameters.get("tags")
        if isinstance(given, dict):
            return [(str(key), str(text)) for key, text in given.items()]
        if isinstance(given, list):
            tags = [each for each in given if isinstance(each, dict)]
            return [(_part_of_tag(tag, "Key"), _part_of_tag(tag, "Value")) for tag in tags]
        return [
            (str(text), str(self.parameters.get(f"{name.removesuffix('Key')}Value", "")))
            for name, text in self.parameters.items()
            if _NUMBERED_TAG.fullmatch(name)
        ]

    def arn(self, service: str, name: str) -> str:
        """The ARN of something of the caller's account in the Region of the call."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{name}"


def _part_of_tag(tag: dict[str, Any], part: str) -> str:
    """Of Key and Value, or of KMS's TagKey and TagValue."""
    return str(tag.get(part, tag.get(f"Tag{part}", "")))


def read_call(request: ApiRequest, service: str, account: str, user: str = "") -> Call:
    """The operation and its parameters."""
    region = request.scope[1] if request.scope else "us-east-1"
    if request.header("X-Amz-Target"):
        operation, parameters = request.target, request.json()
    elif request.target:
        fields = parse_qs(request.body.decode(), keep_blank_values=True)
        operation, parameters = request.target, {name: texts[0] for name, texts in fields.items()}
    else:
        operation, parameters = _read_rest(request, service)
    agent = request.header("User-Agent") or ""
    return Call(service, operation, parameters, region, account, user, agent)


def _read_rest(request: ApiRequest, service: str) -> tuple[str | None, dict[str, Any]]:
    parts = urlsplit(request.url)
    parameters: dict[str, Any] = {
        name: texts[0] for name, texts in parse_qs(parts.query, keep_blank_values=True).items()
    }
    parameters |= request.json()
    for method, pattern, operation in _rest_operations(service):
        if method == request.method and (found := pattern.fullmatch(parts.path)):
            named = {name: unquote(text) for name, text in found.groupdict().items()}
            return operation, parameters | named
    return None, parameters


def prefix_of(service: str) -> str:
    """What the actions of a service begin with in policies."""
    try:
        name = _BOTOCORE_NAMES.get(service, service)
        return str(botocore.session.get_session().get_service_model(name).signing_name)
    except UnknownServiceError:
        return service


@lru_cache(maxsize=16)
def _rest_operations(service: str) -> list[tuple[str, re.Pattern[str], str]]:
    """Method, path and name of each operation, the most particular paths first."""
    name = _BOTOCORE_NAMES.get(service, service)
    try:
        model = botocore.session.get_session().get_service_model(name)
    except UnknownServiceError:
        return []
    found = []
    for operation in model.operation_names:
        http = model.operation_model(operation).http
        path = http["requestUri"].partition("?")[0].rstrip("/")
        literal = re.sub(r"\{\w+\+?\}", "", path)
        found.append((-len(literal), http["method"], _path_pattern(path), operation))
    return [(method, pattern, name) for _, method, pattern, name in sorted(found, key=_first)]


def _first(row: tuple[int, str, re.Pattern[str], str]) -> int:
    return row[0]


def _path_pattern(path: str) -> re.Pattern[str]:
    expression = ""
    for part in re.split(r"(\{\w+\+?\})", path):
        if not part.startswith("{"):
            expression += re.escape(part)
        elif part.endswith("+}"):
            expression += f"(?P<{part[1:-2]}>.+)"
        else:
            expression += f"(?P<{part[1:-1]}>[^/]+)"
    return re.compile(expression + "/?")


def encryption_context(parameters: dict[str, Any], name: str = "EncryptionContext") -> Any:
    """The encryption context of a KMS request, a dict of strings."""
    context = parameters.get(name) or {}
    return context if isinstance(context, dict) else json.loads(context)
