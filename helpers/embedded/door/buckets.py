"""S3's requests, which name a bucket in the host and an operation in no place of its own.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from helpers.embedded.wire import ApiRequest

_VIRTUAL_HOST = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9.-]+)\.s3[.-][a-z0-9.-]*amazonaws\.com")

_PLAIN = {
    ("PUT", True): "PutObject",
    ("GET", True): "GetObject",
    ("HEAD", True): "HeadObject",
    ("DELETE", True): "DeleteObject",
    ("PUT", False): "CreateBucket",
    ("GET", False): "ListObjects",
    ("HEAD", False): "HeadBucket",
    ("DELETE", False): "DeleteBucket",
}
"""By the method, and whether a key is named."""

_SUBRESOURCES = {
    ("GET", "list-type"): "ListObjectsV2",
    ("PUT", "partNumber"): "UploadPart",
    ("POST", "uploads"): "CreateMultipartUpload",
    ("POST", "uploadId"): "CompleteMultipartUpload",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
    ("POST", "delete"): "DeleteObjects",
}
_OTHERS = re.compile(
    "accelerate|acl|analytics|attributes|cors|encryption|intelligent-tiering|inventory|legal-hold|"
    "lifecycle|location|logging|metrics|notification|object-lock|ownershipControls|policy|"
    "policyStatus|publicAccessBlock|replication|requestPayment|restore|retention|select|tagging|"
    "torrent|uploadId|uploads|versioning|versions|website"
)
"""Names in the query string by which other operations are told apart."""


def path_of(request: ApiRequest) -> str:
    """Where the request goes, the bucket in the path: /bucket/key."""
    parts = urlsplit(request.url)
    found = _VIRTUAL_HOST.fullmatch(parts.hostname or "")
    return f"/{found['bucket']}{parts.path}" if found else parts.path


def operation_of(request: ApiRequest) -> str | None:
    """The operation, if it is one on objects or on a bucket as a whole; None: another."""
    names = parse_qs(urlsplit(request.url).query, keep_blank_values=True)
    for (method, name), operation in _SUBRESOURCES.items():
        if method == request.method and name in names:
            return operation
    _, bucket, key = f"{path_of(request)}/".split("/", 2)
    if not bucket:
        return "ListBuckets"
    if any(_OTHERS.fullmatch(name) for name in names):
        return None
    if key.strip("/") and request.method == "PUT" and request.header("x-amz-copy-source"):
        return "CopyObject"
    return _PLAIN.get((request.method, bool(key.strip("/"))))
