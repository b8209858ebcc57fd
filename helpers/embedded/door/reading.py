"""A request as a call: an operation with parameters, whatever protocol it came in."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError
from moto.core.model import ServiceModel
from moto.core.parse import QueryParser
from moto.core.utils import get_service_model

from helpers.embedded import json_documents
from helpers.embedded.door import buckets
from helpers.embedded.service import Call
from helpers.embedded.wire import ApiRequest

_BOTOCORE_NAMES = {"awslambda": "lambda"}
"""Where moto's name of a service is not botocore's."""


def read_call(request: ApiRequest, service: str) -> Call:
    """What the request asks for. Who asks is not known yet."""
    region = request.scope[1] if request.scope else "us-east-1"
    operation = request.target
    if operation is not None:
        parameters = _read_json(request)
    elif request.is_form:
        operation, parameters = _read_form(request, service)
    else:
        operation, parameters = _read_path(request, service)
    return Call(request, service, operation, parameters, region)


def _read_json(request: ApiRequest) -> dict[str, Any]:
    """The body as a JSON object; empty when it is none: the service says so."""
    try:
        document = json_documents.parse(request.body or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _read_form(request: ApiRequest, service: str) -> tuple[str | None, dict[str, Any]]:
    """The query protocol: parameters are numbered and dotted, which the service's model undoes."""
    fields = parse_qs(request.body.decode(errors="replace"), keep_blank_values=True)
    flat = {name: texts[0] for name, texts in fields.items()}
    operation, model = flat.get("Action"), _model(service)
    if operation is None or model is None:
        return operation, {}
    try:
        return operation, _read_shape(model, operation, flat)
    except (OperationNotFoundError, ValueError):
        return operation, {}  # the service says what is wrong with it


def _read_shape(model: ServiceModel, operation: str, flat: dict[str, str]) -> dict[str, Any]:
    parser = QueryParser(model.operation_model(operation))
    return dict(parser.parse({"values": flat}))  # type: ignore[typeddict-item]


def _read_path(request: ApiRequest, service: str) -> tuple[str | None, dict[str, Any]]:
    parts = urlsplit(request.url)
    if service == "s3":
        return _read_s3(request)
    parameters: dict[str, Any] = {
        name: texts[0] for name, texts in parse_qs(parts.query, keep_blank_values=True).items()
    }
    for each in _operations_by_path(service):
        if each.method != request.method or each.query not in parts.query:
            continue
        if found := each.path.fullmatch(parts.path):
            if not each.has_payload:
                parameters |= _read_json(request)
            named = {name: unquote(text) for name, text in found.groupdict().items()}
            return each.operation, parameters | named
    return None, parameters | _read_json(request)


def _read_s3(request: ApiRequest) -> tuple[str | None, dict[str, Any]]:
    """The bucket stands in the host, and a body is an object's or XML."""
    query = parse_qs(urlsplit(request.url).query, keep_blank_values=True)
    parameters: dict[str, Any] = {name: texts[0] for name, texts in query.items()}
    path = buckets.path_of(request)
    plain = buckets.operation_of(request)
    _, bucket, key = f"{path}/".split("/", 2)
    named = {"Bucket": unquote(bucket)} | ({"Key": unquote(key.removesuffix("/"))} if key else {})
    if plain is not None:
        return plain, parameters | (named if bucket else {})
    wanted = sorted(query)
    for operation, uri in _subresources():
        method, asked = uri
        if method == request.method and asked in wanted:
            return operation, parameters | named
    return None, parameters | named


@cache
def _subresources() -> list[tuple[str, tuple[str, str]]]:
    """Operations of S3 with their method and the name in the query string that means them."""
    model = _model("s3")
    found = []
    for operation in model.operation_names if model else ():
        http = model.operation_model(operation).http  # type: ignore[union-attr]
        if name := http["requestUri"].partition("?")[2].partition("=")[0].partition("&")[0]:
            found.append((operation, (http["method"], name)))
    return found


def botocore_name(service: str) -> str:
    return _BOTOCORE_NAMES.get(service, service)


def prefix_of(service: str) -> str:
    """What the actions of a service begin with in policies."""
    model = _model(service)
    return service if model is None else str(model.signing_name)


@lru_cache(maxsize=32)
def _model(service: str) -> ServiceModel | None:
    """The model of a service, as moto has amended botocore's; None: there is none."""
    try:
        return get_service_model(botocore_name(service))
    except UnknownServiceError:
        return None


class _Place(NamedTuple):
    """Where an operation of a service by paths is asked for."""

    method: str
    path: re.Pattern[str]
    query: str
    """What the query string has in it, for operations that share a path."""
    operation: str
    has_payload: bool
    """Whether the body is a member of its own, such as the event of Invoke."""


@lru_cache(maxsize=16)
def _operations_by_path(service: str) -> list[_Place]:
    """All operations, the most particular paths first."""
    model = _model(service)
    found = []
    for name in model.operation_names if model else ():
        operation = model.operation_model(name)  # type: ignore[union-attr]
        path, _, query = operation.http["requestUri"].partition("?")
        path, shape = path.rstrip("/"), operation.input_shape
        literal = re.sub(r"\{\w+\+?\}", "", path)
        has_payload = shape is not None and "payload" in shape.serialization
        place = _Place(operation.http["method"], _path_pattern(path), query, name, has_payload)
        found.append((-len(literal), not query, place))
    return [place for *_, place in sorted(found, key=_rank)]


def _rank(found: tuple[int, bool, _Place]) -> tuple[int, bool]:
    return found[:2]


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


def complain_about_region(region: str) -> str | None:
    """What is to be said of the name of a Region; None: there is such a Region."""
    if region in _regions():
        return None
    return (
        f"AWS has no Region {region!r}. The names of Regions look like us-east-1 or eu-central-1: "
        "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html"
    )


@cache
def _regions() -> frozenset[str]:
    """Those that have queues, in every partition, as botocore lists them."""
    session = boto3.Session()
    return frozenset(
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("sqs", partition)
    )
