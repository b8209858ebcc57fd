"""Signatures, as clients make them in their several ways.

The way by hand is that of the IAM UserGuide, reference_sigv-create-signed-request.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from helpers.embedded.door.access.signatures import is_signed_with
from helpers.embedded.wire import ApiRequest

SQS = "https://sqs.us-east-1.amazonaws.com/"
S3 = "https://bucket.s3.amazonaws.com/a%20key//with=odd+signs?versionId=1&acl"


def as_sent(request: AWSRequest) -> ApiRequest:
    return ApiRequest.from_botocore(request.prepare())


@pytest.mark.parametrize(
    ("kind", "service", "method", "url", "body"),
    [
        (SigV4Auth, "sqs", "POST", SQS, b'{"QueueUrl": "q"}'),
        (SigV4Auth, "lambda", "GET", "https://lambda.us-east-1.amazonaws.com/a%3Ab?x=2&M=1", b""),
        (SigV4Auth, "sqs", "POST", "http://127.0.0.1:4566/", b"Action=ListQueues"),
        (SigV4QueryAuth, "sqs", "GET", f"{SQS}?Action=ListQueues", b""),
        (S3SigV4Auth, "s3", "PUT", S3, b"body"),
        (S3SigV4QueryAuth, "s3", "GET", S3, b""),
    ],
)
def test_a_request_is_signed_with_its_own_secret_alone(
    kind: type[SigV4Auth], service: str, method: str, url: str, body: bytes
) -> None:
    request = AWSRequest(method, url, {"X-Amz-Target": "a   b"}, body)
    kind(Credentials("AKIAEXAMPLE", "secret", "token"), service, "us-east-1").add_auth(request)
    sent = as_sent(request)
    assert is_signed_with(sent, "secret")
    assert not is_signed_with(sent, "another")
    assert not is_signed_with(sent._replace(method="DELETE"), "secret")
    assert not is_signed_with(sent._replace(url=f"{sent.url}&more=1"), "secret")


def test_a_body_that_was_changed_on_the_way_is_noticed() -> None:
    request = AWSRequest("POST", SQS, {}, b"{}")
    SigV4Auth(Credentials("AKIAEXAMPLE", "secret"), "sqs", "us-east-1").add_auth(request)
    assert not is_signed_with(as_sent(request)._replace(body=b"[]"), "secret")


def test_a_signature_made_by_hand_is_known() -> None:
    scope, date = "20260105/us-east-1/sqs/aws4_request", "20260105T090000Z"
    canonical = "\n".join(
        ("POST", "/", "", "host:sqs.us-east-1.amazonaws.com", f"x-amz-date:{date}", "",
         "host;x-amz-date", sha256(b"{}").hexdigest())
    )  # fmt: skip
    to_sign = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    key = b"AWS4secret"
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    authorization = (
        f"AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/{scope}, SignedHeaders=host;x-amz-date, "
        f"Signature={signature}"
    )
    sent = ApiRequest("POST", SQS, {"X-Amz-Date": date, "Authorization": authorization}, b"{}")
    assert is_signed_with(sent, "secret")
    assert not is_signed_with(sent._replace(headers={}), "secret")
