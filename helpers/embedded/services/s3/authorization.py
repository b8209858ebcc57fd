"""What access asks of S3.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from moto.s3.models import s3_backends

from helpers.embedded.door.access.authorization import Arn, Authorization, Want
from helpers.embedded.moto_seams.backends import backend_at
from helpers.embedded.service import Call


class S3Authorization(Authorization):
    """Buckets and objects, as policies name them."""

    prefix = "s3"
    lets_strangers_in = True
    renamed: ClassVar[Mapping[str, str]] = {
        "CompleteMultipartUpload": "PutObject",
        "CopyObject": "PutObject",
        "CreateMultipartUpload": "PutObject",
        "DeleteBucketEncryption": "PutEncryptionConfiguration",
        "DeleteBucketLifecycle": "PutLifecycleConfiguration",
        "DeleteBucketTagging": "PutBucketTagging",
        "DeleteObjects": "DeleteObject",
        "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
        "GetBucketEncryption": "GetEncryptionConfiguration",
        "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
        "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
        "HeadBucket": "ListBucket",
        "HeadObject": "GetObject",
        "ListBuckets": "ListAllMyBuckets",
        "ListObjectVersions": "ListBucketVersions",
        "ListObjects": "ListBucket",
        "ListObjectsV2": "ListBucket",
        "PutBucketEncryption": "PutEncryptionConfiguration",
        "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
        "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
        "UploadPart": "PutObject",
    }

    def particular(self, call: Call) -> Iterator[Want]:
        yield from super().particular(call)
        if call.operation == "CopyObject":
            source = (call.request.header("x-amz-copy-source") or "").strip("/")
            yield Want("s3:GetObject", f"arn:aws:s3:::{source.partition('?')[0]}", {})

    def resources(self, call: Call) -> list[str]:
        bucket, key = call.first("Bucket"), call.first("Key")
        if bucket is None:
            return []
        if call.operation == "DeleteObjects":
            key = "*"
        return [f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"]

    def policy(self, arn: Arn, action: str) -> str | None:
        """The bucket's own."""
        name = arn.name.partition("/")[0]
        for account in s3_backends:
            backend = backend_at(s3_backends, account, "aws")
            if backend is not None and (bucket := backend.buckets.get(name)):
                text = bucket.policy
                return text.decode() if isinstance(text, bytes) else text
        return None
