"""Where botocore would open a connection, the account answers instead.

It stands at the one way out of this process (`helpers.sending`), so that clients made before the
lab was opened reach it too: no request of a notebook or of a function leaves the machine by
accident.
"""

from __future__ import annotations

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from helpers import sending
from helpers.embedded.door import host_names, short_way
from helpers.embedded.wire import ApiRequest, Transport


def install(transport: Transport, *, enclosed: bool = False) -> None:
    """Send every request of every botocore client through `transport`, from now on.

    Args:
        enclosed: this process has no other way out.
    """
    if enclosed:
        host_names.hide()
    sending.answer_by(way(transport, enclosed=enclosed))


def way(transport: Transport, *, enclosed: bool) -> sending.Way:
    """The same for a while, for `sending.answer_by`."""
    return sending.Way(_answerer(transport), short_way.shorten(transport), enclosed)


def _answerer(transport: Transport) -> sending.Answerer:
    def answer(request: AWSPreparedRequest) -> AWSResponse | None:
        answer = transport(ApiRequest.from_botocore(request))
        if answer is None:
            return None
        response = answer.to_botocore(request.url)
        if not request.stream_output:
            response.content  # noqa: B018  botocore reads it again after the raw body is used up
        return response

    return answer


def uninstall() -> None:
    """Let requests out again."""
    sending.answer_by(sending.OUT)
