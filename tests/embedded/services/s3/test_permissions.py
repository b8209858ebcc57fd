"""Buckets and objects as policies name them; requests name a bucket in their host."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers import open_lab

OURS, THEIRS = "ours-123", "theirs-123"


@pytest.fixture
def clerk() -> Iterator[Any]:
    """A client of a user who may read and write objects of one bucket."""
    with open_lab():
        s3, iam = boto3.client("s3"), boto3.client("iam")
        for bucket in (OURS, THEIRS):
            s3.create_bucket(Bucket=bucket)
            s3.put_object(Bucket=bucket, Key="a/b.txt", Body=b'{"Bucket": "other"}')
        iam.create_user(UserName="clerk")
        statement = {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            "Resource": f"arn:aws:s3:::{OURS}/*",
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName="clerk", PolicyName="objects", PolicyDocument=document)
        key = iam.create_access_key(UserName="clerk")["AccessKey"]

        def make(**style: Any) -> Any:
            return boto3.client(
                "s3",
                aws_access_key_id=key["AccessKeyId"],
                aws_secret_access_key=key["SecretAccessKey"],
                config=Config(s3=style),
            )

        yield make


@pytest.mark.parametrize("style", [{}, {"addressing_style": "path"}])
def test_objects_of_the_named_bucket_alone(clerk: Any, style: dict[str, str]) -> None:
    s3 = clerk(**style)
    s3.put_object(Bucket=OURS, Key="a/c.json", Body=b'{"Key": "elsewhere"}')
    assert s3.get_object(Bucket=OURS, Key="a/c.json")["Body"].read() == b'{"Key": "elsewhere"}'
    s3.copy_object(Bucket=OURS, Key="copy", CopySource=f"{OURS}/a/b.txt")
    s3.delete_object(Bucket=OURS, Key="copy")
    for refused, words in (
        (lambda: s3.put_object(Bucket=THEIRS, Key="a", Body=b""), f"s3:PutObject on .*{THEIRS}/a"),
        (lambda: s3.get_object(Bucket=THEIRS, Key="a/b.txt"), "s3:GetObject"),
        (lambda: s3.copy_object(Bucket=OURS, Key="c", CopySource=f"{THEIRS}/a/b.txt"), THEIRS),
        (lambda: s3.list_objects_v2(Bucket=OURS), "s3:ListBucket on"),
        (lambda: s3.list_buckets(), "s3:ListAllMyBuckets"),
        (lambda: s3.create_bucket(Bucket="new-one"), "s3:CreateBucket"),
        (lambda: s3.get_bucket_policy(Bucket=OURS), "s3:GetBucketPolicy"),
    ):
        with pytest.raises(ClientError, match=words):
            refused()


def test_a_bucket_policy_lets_somebody_in(clerk: Any) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:user/clerk"},
        "Action": "s3:ListBucket",
        "Resource": f"arn:aws:s3:::{THEIRS}",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    boto3.client("s3").put_bucket_policy(Bucket=THEIRS, Policy=document)
    (found,) = clerk().list_objects_v2(Bucket=THEIRS)["Contents"]
    assert found["Key"] == "a/b.txt"
