"""Somebody else at the bank: a role that people may assume, to see what they see."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from helpers.deploying import tags
from helpers.deploying.readiness import call_when_ready

if TYPE_CHECKING:
    from helpers.lab import Lab

SESSION = "course"


@dataclass(frozen=True)
class Caller:
    """A role that was assumed.

    Attributes:
        arn: of the role, as policies name it.
        session: signs with the role's credentials, which STS gave for an hour.
    """

    arn: str
    session: boto3.Session

    def client(self, service: str) -> Any:
        """A client whose every call is the role's."""
        return self.session.client(service)


def create_caller(lab: Lab, role: str) -> Caller:
    """Create a role that may do nothing, or find it as it is, and assume it.

    Its trust policy lets everybody of this account assume it whom IAM allows to.
    """
    iam, sts = boto3.client("iam"), boto3.client("sts")
    try:
        arn = iam.get_role(RoleName=role)["Role"]["Arn"]
    except iam.exceptions.NoSuchEntityException:
        account = sts.get_caller_identity()["Account"]
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "sts:AssumeRole",
        }
        arn = iam.create_role(
            RoleName=role,
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
            Tags=tags.AS_LIST,
        )["Role"]["Arn"]
    answer = call_when_ready(lab, lambda: sts.assume_role(RoleArn=arn, RoleSessionName=SESSION))
    given = answer["Credentials"]
    session = boto3.Session(
        given["AccessKeyId"],
        given["SecretAccessKey"],
        given["SessionToken"],
        region_name=sts.meta.region_name,
    )
    return Caller(str(arn), session)
