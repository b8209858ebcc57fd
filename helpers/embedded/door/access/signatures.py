"""Signature Version 4: was this request signed with the secret of its access key?

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html

The date of a signature is not compared with the account's clock: the notebook's own clients
sign with the time of this machine.
"""

from __future__ import annotations

import hmac
import re
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote, urlsplit

from botocore.utils import normalize_url_path

from helpers.embedded.wire import ApiRequest

_HEADER = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/]+/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?"
    r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})"
)
_IN_QUERY = re.compile(r"X-Amz-Credential=[^&]+(?:%2F|/)(\d{8})(?:%2F|/)([^%/]+)(?:%2F|/)([^%/]+)")


def is_signed_with(request: ApiRequest, secret: str) -> bool:
    """Whether the signature in the request's header or query is that of the secret."""
    headers = {name.lower(): text for name, text in request.headers.items()}
    found = _HEADER.match(headers.get("authorization", ""))
    parts = urlsplit(request.url)
    if found:
        day, region, service, signed, given = found.groups()
        moment, pairs = headers.get("x-amz-date", ""), parts.query.split("&")
    else:
        query = dict(pair.partition("=")[::2] for pair in parts.query.split("&"))
        scope = _IN_QUERY.search(parts.query)
        if scope is None or "X-Amz-Signature" not in query:
            return False
        day, region, service = scope.groups()
        signed = query.get("X-Amz-SignedHeaders", "host").replace("%3B", ";")
        given, moment = query["X-Amz-Signature"], query.get("X-Amz-Date", "")
        pairs = [pair for pair in parts.query.split("&") if not pair.startswith("X-Amz-Signature=")]
    headers.setdefault("host", _without_default_port(parts.netloc, parts.scheme))
    payload = headers.get("x-amz-content-sha256") or sha256(request.body).hexdigest()
    if service == "s3":
        path = parts.path or "/"
        if not found:
            payload = "UNSIGNED-PAYLOAD"
    else:
        path = quote(normalize_url_path(parts.path), safe="/~")
    canonical = "\n".join(
        (
            request.method.upper(),
            path,
            "&".join(sorted(pair if "=" in pair else f"{pair}=" for pair in pairs if pair)),
            *(f"{name}:{' '.join(headers.get(name, '').split())}" for name in signed.split(";")),
            "",
            signed,
            payload,
        )
    )
    to_sign = "\n".join(
        (
            "AWS4-HMAC-SHA256",
            moment,
            f"{day}/{region}/{service}/aws4_request",
            sha256(canonical.encode()).hexdigest(),
        )
    )
    key = _signing_key(secret, day, region, service)
    return hmac.compare_digest(hmac.new(key, to_sign.encode(), sha256).hexdigest(), given)


@lru_cache(maxsize=256)
def _signing_key(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _without_default_port(netloc: str, scheme: str) -> str:
    return netloc.removesuffix(":443" if scheme == "https" else ":80")
