"""Where botocore would open a connection, the account answers instead.

One method is replaced, `URLLib3Session.send`, so that clients made before the lab was opened
reach it too: no request of a notebook or of a function leaves the machine by accident.
"""

from __future__ import annotations

from typing import Any

import botocore.httpsession
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from helpers.embedded.wire import ApiRequest, Transport

_send_over_network = botocore.httpsession.URLLib3Session.send
_transport: Transport | None = None


def install(transport: Transport) -> None:
    """Send every request of every botocore client through `transport`, from now on."""
    global _transport
    _transport = transport
    botocore.httpsession.URLLib3Session.send = _send


def uninstall() -> None:
    """Let requests out again."""
    botocore.httpsession.URLLib3Session.send = _send_over_network


def _send(session: Any, request: AWSPreparedRequest) -> AWSResponse:
    assert _transport is not None
    answer = _transport(ApiRequest.from_botocore(request))
    if answer is None:
        return _send_over_network(session, request)
    response = answer.to_botocore(request.url)
    if not request.stream_output:
        response.content  # noqa: B018  botocore reads it again after the raw body is used up
    return response
