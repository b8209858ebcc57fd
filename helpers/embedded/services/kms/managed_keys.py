"""AWS managed keys: made when a service needs one first, and used only through that service.

https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key
"""

from __future__ import annotations

import json

from moto.kms.utils import RESERVED_ALIASES

PREFIX = "alias/aws/"
_SERVICES = {"sqs", *(alias.removeprefix(PREFIX) for alias in RESERVED_ALIASES)}


def service_of(alias: str) -> str | None:
    """The service whose key stands behind an alias; None: the alias is no service's."""
    service = alias.removeprefix(PREFIX)
    return service if alias.startswith(PREFIX) and service in _SERVICES else None


def description_of(service: str) -> str:
    what = "SQS messages" if service == "sqs" else f"{service} resources"
    return f"Default key that protects my {what} when no other key is defined"


def policy_of(service: str, region: str, account_id: str) -> str:
    """The policy of an AWS managed key: everybody in the account, but only through the service."""
    through = {
        "kms:CallerAccount": account_id,
        "kms:ViaService": f"{service}.{region}.amazonaws.com",
    }
    use = {
        "Sid": f"Allow access through {service} for all principals in the account that are "
        f"authorized to use {service}",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:ReEncrypt*",
            "kms:GenerateDataKey*",
            "kms:CreateGrant",
            "kms:DescribeKey",
        ],
        "Resource": "*",
        "Condition": {"StringEquals": through},
    }
    look = {
        "Sid": "Allow direct access to key metadata to the account",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
        "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Id": f"auto-{service}", "Statement": [use, look]})
