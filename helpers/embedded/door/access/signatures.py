"""Signature Version 4: was this request signed with the secret of its access key?

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html

botocore signs the request once more, and the signatures are compared. The date of a signature is
not compared with the account's clock: the notebook's own clients sign with the time of this
machine.
"""

from __future__ import annotations

import hmac
import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from helpers.embedded.wire import ApiRequest

_HEADER = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request, ?"
    r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})"
)
_IN_QUERY = re.compile(r"X-Amz-Credential=[^&]+(?:%2F|/)\d{8}(?:%2F|/)([^%/]+)(?:%2F|/)([^%/]+)")


class Signature(NamedTuple):
    """What a request says of its signature."""

    region: str
    service: str
    headers: list[str]
    """Those that were signed, in lower case."""
    date: str
    text: str
    in_query: bool
    """Whether the URL was signed in advance."""


def is_signed_with(request: ApiRequest, secret: str) -> bool:
    """Whether the signature in the request's header or query is that of the secret."""
    headers = {name.lower(): text for name, text in request.headers.items()}
    given = _in_header(headers) or _in_query(request.url)
    if given is None:
        return False
    base, _, query = request.url.partition("?")
    unsigned = "&".join(
        pair for pair in query.split("&") if not (given.in_query and _is_signature(pair))
    )
    url = f"{base}?{unsigned}" if unsigned else base
    signed = {name: headers.get(name, "") for name in given.headers}
    if not signed.get("host"):
        signed.pop("host", None)  # botocore takes it from the URL
    again = AWSRequest(request.method.upper(), url, signed, request.body)
    again.context["timestamp"] = given.date
    signer = _signer(given, secret)
    to_sign = signer.string_to_sign(again, signer.canonical_request(again))
    return hmac.compare_digest(signer.signature(to_sign, again), given.text)


def _in_header(headers: dict[str, str]) -> Signature | None:
    found = _HEADER.match(headers.get("authorization", ""))
    if found is None:
        return None
    region, service, signed, text = found.groups()
    date = headers.get("x-amz-date", "")
    return Signature(region, service, signed.split(";"), date, text, in_query=False)


def _in_query(url: str) -> Signature | None:
    parts = urlsplit(url).query
    query = dict(pair.partition("=")[::2] for pair in parts.split("&"))
    scope = _IN_QUERY.search(parts)
    if scope is None or "X-Amz-Signature" not in query:
        return None
    region, service = scope.groups()
    signed = unquote(query.get("X-Amz-SignedHeaders", "host")).split(";")
    date, text = query.get("X-Amz-Date", ""), query["X-Amz-Signature"]
    return Signature(region, service, signed, date, text, in_query=True)


def _is_signature(pair: str) -> bool:
    return pair.startswith("X-Amz-Signature=")


def _signer(given: Signature, secret: str) -> SigV4Auth:
    """S3 takes paths as they are, and does not look at the body of a URL signed in advance."""
    credentials = Credentials("unused", secret)
    if given.service != "s3":
        return SigV4Auth(credentials, given.service, given.region)
    kind = S3SigV4QueryAuth if given.in_query else S3SigV4Auth
    return kind(credentials, given.service, given.region)
