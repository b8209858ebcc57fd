"""The roles of the bank's functions: what each may do, and nothing beyond it."""

from __future__ import annotations

import json
from typing import Any

import boto3

from helpers.deploying import tags

MANAGED = "arn:aws:iam::aws:policy/service-role/"

TRUST_LAMBDA = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def create_receiver_role(name: str, key_arn: str, table_arn: str) -> str:
    """The receiver's role: poll queues, write logs, use the key, read and write the ledger."""
    return create_role(
        name,
        "AWSLambdaSQSQueueExecutionRole",
        "BookTransactionsPolicy",
        [
            allow(["kms:Decrypt"], key_arn),
            allow(["dynamodb:GetItem", "dynamodb:PutItem"], table_arn),
        ],
    )


def create_sender_role(name: str, key_arn: str, queue_arn: str) -> str:
    """The sender's role: write logs, use the key, send to the queue.

    Sending to an encrypted queue takes kms:GenerateDataKey and kms:Decrypt; kms:Encrypt is not
    needed. sqs:SendMessage covers batches, too.
    """
    return create_role(
        name,
        "AWSLambdaBasicExecutionRole",
        "WriteToQueuePolicy",
        [
            allow(["kms:GenerateDataKey", "kms:Decrypt"], key_arn),
            allow(["sqs:SendMessage"], queue_arn),
        ],
    )


def create_role(
    name: str, managed_policy: str, policy_name: str, statements: list[dict[str, Any]]
) -> str:
    """Create a role for Lambda, or find it, with exactly these policies; its ARN."""
    iam = boto3.client("iam")
    try:
        role = iam.get_role(RoleName=name)["Role"]
    except iam.exceptions.NoSuchEntityException:
        role = iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(TRUST_LAMBDA),
            Tags=tags.AS_LIST,
        )["Role"]
    if tags.is_ours(role.get("Tags", [])):
        _drop_policies(name, managed_policy, policy_name if statements else "")
    iam.attach_role_policy(RoleName=name, PolicyArn=MANAGED + managed_policy)
    if statements:
        put_policy(name, policy_name, statements)
    return str(role["Arn"])


def put_policy(role: str, name: str, statements: list[dict[str, Any]]) -> None:
    """Give a role this inline policy, in place of the one of the same name.

    Raises:
        LookupError: there is no such role yet.
    """
    iam = boto3.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    try:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)
    except iam.exceptions.NoSuchEntityException:
        raise LookupError(f"There is no role {role}. Run the cell that creates it first.") from None


def allow(actions: list[str], *resources: str) -> dict[str, Any]:
    """A policy statement that allows each of the actions on each of the resources."""
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


def delete_role(name: str) -> bool:
    """Delete the role and its inline policies, if the course created it."""
    iam = boto3.client("iam")
    try:
        if not tags.is_ours(iam.list_role_tags(RoleName=name)["Tags"]):
            return False
    except iam.exceptions.NoSuchEntityException:
        return False
    _drop_policies(name)
    iam.delete_role(RoleName=name)
    return True


def _drop_policies(role: str, *spared: str) -> None:
    """Take all policies from a role but those of these names."""
    iam = boto3.client("iam")
    for policy in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        if policy["PolicyName"] not in spared:
            iam.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        if name not in spared:
            iam.delete_role_policy(RoleName=role, PolicyName=name)
