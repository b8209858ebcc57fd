"""The short way of a request: what botocore has made of a call goes to the account as it is.

The full way makes an HTTP request of it, signs it, hands it to urllib3, and reads an HTTP answer.
Nobody sees any of that, unless a client has handlers of its own for it, or signs in another way:
then the full way is taken. Parameters, what is sent, answers, errors, and retries are the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from botocore import handlers, parsers, useragent
from botocore.awsrequest import AWSResponse
from botocore.context import get_context
from botocore.endpoint import Endpoint
from botocore.history import get_global_history_recorder
from botocore.model import OperationModel
from botocore.retries import standard
from botocore.signers import RequestSigner
from moto.core.botocore_stubber import BotocoreStubber

from helpers.embedded.wire import ApiRequest, ApiResponse, Signer, Transport

Answered = tuple[AWSResponse, dict[str, Any]]
"""The answer, and what botocore reads in it."""

_log = logging.getLogger("botocore.endpoint")
_history = get_global_history_recorder()
_ATTEMPTS = getattr(standard, "MaxAttemptsSeeder", None)

_MAKES_AGENT = useragent.UserAgentString.rebuild_and_replace_user_agent_handler
_HARMLESS: dict[str, tuple[Any, ...]] = {
    "request-created": (
        *(handlers.add_retry_headers, RequestSigner.handler, _MAKES_AGENT),
        getattr(_ATTEMPTS, "seed_max_attempts", None),
    ),
    "choose-signer": (
        handlers.set_operation_specific_signer,
        getattr(handlers, "_set_auth_scheme_preference_signer", None),
    ),
    "before-sign": (),
    "before-send": (),
    "before-parse": (),
    "response-received": (),
    "needs-retry": (standard.RetryHandler.needs_retry,),
}
"""What botocore itself does at the events that the short way leaves out: it signs, and looks at
failures, which are shown to it here too."""


class _Client(NamedTuple):
    """What the short way needs to know of a client, for one operation."""

    signer: RequestSigner
    agent: useragent.UserAgentString
    agents: dict[frozenset[str], str]
    """How the client presents itself, by the features that a call uses."""
    stubbers: list[BotocoreStubber]
    parser: parsers.ResponseParser


def shorten(transport: Transport) -> Callable[[Endpoint, OperationModel, Any], Answered | None]:
    """What answers in the place of `Endpoint.make_request`; None: the full way is to be taken."""

    def answer(endpoint: Endpoint, operation: OperationModel, wanted: Any) -> Answered | None:
        client = _look_at(endpoint, operation)
        if client is None or (signer := _signer(client, wanted["context"])) is None:
            return None
        return _answer(endpoint, operation, wanted, client, signer, transport)

    return answer


def _answer(
    endpoint: Any,
    operation: OperationModel,
    wanted: dict[str, Any],
    client: _Client,
    signer: Signer,
    transport: Transport,
) -> Answered | None:
    """As `Endpoint._send_request`, retries included."""
    context = wanted["context"]
    attempts = 1
    while True:
        endpoint._update_retries_context(context, attempts)
        answered, fault, answer = None, None, None
        request = _request(wanted, client, signer)
        try:
            answer = transport(request)
        except Exception as error:
            fault = error
        if answer is not None:
            answered = _read(endpoint, operation, request.url, answer, client.parser)
        elif fault is None:
            return None
        well = answered is not None and answered[0].status_code < 300
        if well or not endpoint._needs_retry(attempts, operation, wanted, answered, fault):
            break
        attempts += 1
    if fault is not None:
        raise fault
    assert answered is not None
    if "ResponseMetadata" in answered[1]:
        answered[1]["ResponseMetadata"]["RetryAttempts"] = attempts - 1
    return answered


def _request(wanted: dict[str, Any], client: _Client, signer: Signer) -> ApiRequest:
    headers = {
        name: text.decode() if isinstance(text, bytes) else str(text)
        for name, text in wanted["headers"].items()
    }
    if headers.get("User-Agent"):
        headers["User-Agent"] = _agent(client)
    if signer.token:
        headers["X-Amz-Security-Token"] = signer.token
    body = wanted["body"]
    if isinstance(body, dict):
        body = urlencode([(name, text) for name, text in body.items()], doseq=True)
    if isinstance(body, str):
        body = body.encode()
    return ApiRequest(wanted["method"], wanted["url"], headers, bytes(body or b""), signer)


def _read(
    endpoint: Any,
    operation: OperationModel,
    url: str,
    answer: ApiResponse,
    parser: parsers.ResponseParser,
) -> Answered:
    http = answer.to_botocore(url)
    read = {
        "headers": http.headers,
        "status_code": http.status_code,
        "context": {"operation_name": operation.name},
        "body": answer.body,
    }
    parsed = parser.parse(read, operation.output_shape)
    if http.status_code >= 300:
        endpoint._add_modeled_error_fields(read, parsed, operation, parser)
    return http, parsed


def _agent(client: _Client) -> str:
    context = get_context()
    features = frozenset(context.features if context else ())
    if (known := client.agents.get(features)) is None:
        known = client.agents[features] = client.agent.to_string()
    return known


# When it may be taken


def _look_at(endpoint: Any, operation: OperationModel) -> _Client | None:
    """None: what the client does on the way must be done, or be seen."""
    if _history._enabled or _log.isEnabledFor(logging.DEBUG):
        return None
    emitter = getattr(endpoint._event_emitter, "_emitter", None)
    if emitter is None:
        return None
    # botocore empties this whenever a handler comes or goes.
    known = emitter._lookup_cache
    key = ("short way", operation.service_model.service_name, operation.name)
    if key not in known:
        known[key] = _examine(endpoint, operation, emitter)
    client: _Client | None = known[key]
    if client is not None and any(stubber.enabled for stubber in client.stubbers):
        return None
    return client


def _examine(endpoint: Any, operation: OperationModel, emitter: Any) -> _Client | None:
    if operation.has_streaming_input or operation.has_streaming_output:
        return None
    if operation.has_event_stream_input or operation.has_event_stream_output:
        return None
    if operation.http_checksum or operation.http_checksum_required:
        return None
    service = operation.service_model
    found: dict[str, list[Any]] = {}
    stubbers: list[BotocoreStubber] = []
    for event, harmless in _HARMLESS.items():
        name = f"{event}.{service.service_id.hyphenize()}.{operation.name}"
        found[event] = list(emitter._handlers.prefix_search(name) or ())
        for handler in found[event]:
            if isinstance(handler, BotocoreStubber) and event == "before-send":
                stubbers.append(handler)
            elif getattr(handler, "__func__", handler) not in harmless:
                return None
    signer = _owner(found["request-created"], RequestSigner.handler)
    agent = _owner(found["request-created"], _MAKES_AGENT)
    if signer is None or agent is None:
        return None
    parser = endpoint._response_parser_factory.create_parser(service.resolved_protocol)
    return _Client(signer, agent, {}, stubbers, parser)


def _owner(found: Iterable[Any], method: Any) -> Any:
    return next((each.__self__ for each in found if getattr(each, "__func__", 0) is method), None)


def _signer(client: _Client, context: dict[str, Any]) -> Signer | None:
    """Whose key would sign; None: another kind of signature is wanted, or there is no key."""
    signer: Any = client.signer
    config, signing = context["client_config"], context.get("signing", {})
    if signer._credentials is None or context.get("auth_type") not in (None, "v4"):
        return None
    if signer._signature_version != "v4" or config.signature_version != "v4":
        return None
    if config.auth_scheme_preference or not signing.keys() <= {"region", "signing_name"}:
        return None
    key = signer._credentials.get_frozen_credentials()
    region = signing.get("region") or signer._region_name
    name = signing.get("signing_name") or signer._signing_name
    return Signer(key.access_key, key.secret_key, key.token, region, name)
