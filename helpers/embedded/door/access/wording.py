"""The sentence that tells who may not do what, and why, in the words of each service.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
Where the guide is silent the words are those of messages that people have shown in public.
"""

from __future__ import annotations

import re

from helpers.embedded.door.access.authorization import Want
from helpers.embedded.door.access.evaluation import Decision, Kind
from helpers.embedded.door.access.principals import Principal

_UNTOLD = (
    "because the resource does not exist in this Region, no resource-based policies allow "
    "access, or a resource-based policy explicitly denies access"
)
"""What KMS says of a key in another account."""

_OPENS = ("kms:Decrypt", "kms:ReEncryptFrom")
_TELLS_NO_ALL = ("cloudwatch:", "secretsmanager:", "sts:")
"""Services that name no resource where the action has none."""

_BY_ARN = frozenset(
    {"iam:CreateGroup", "iam:CreateRole", "iam:CreateUser", "iam:PassRole"}
    | {"iam:TagRole", "iam:TagUser"}
)
"""IAM names by ARN what is not there yet, and what another service is given."""

_OF_IAM = re.compile(r"arn:aws:iam::\d+:(user|role|group|policy)/(.*/)?(.*)")


def sentence(principal: Principal, want: Want, decision: Decision) -> str:
    """Who may not do what to which resource, and why."""
    action = _spelled(want.action)
    who = "anonymous" if principal.kind == "anonymous" else principal.arn
    said = f"User: {who} is not authorized to perform: {action}"
    if _is_another_s_key(principal, want):
        opens = want.action in _OPENS
        where = "the resource associated with this ciphertext" if opens else "this resource"
        why = _UNTOLD if _by_resource(decision) else decision.because(action)
        return f"{said} on {where} {why}"
    if (
        want.resource.startswith("arn:aws:iam:")
        and want.action.startswith("sts:")
        and _by_resource(decision)
    ):
        if decision.missing is not None:  # AWS does not tell what a role's trust policy says
            return f"{said} on resource: {want.resource}"
        return f"{said} on resource: {want.resource} with an explicit deny in the role trust policy"
    return f"{said}{_where(want)} {decision.because(action)}"


def _spelled(action: str) -> str:
    """SQS has it all in lower case and SNS begins in capitals; no other service does."""
    if action.startswith("sqs:"):
        return action.lower()
    return action.replace("sns:", "SNS:", 1) if action.startswith("sns:") else action


def _where(want: Want) -> str:
    if want.resource == "*" and want.action.startswith(_TELLS_NO_ALL):
        return ""
    found = _OF_IAM.fullmatch(want.resource)
    if want.action == "iam:ListPolicies":
        return " on resource: policy path /"
    if found is None or not want.action.startswith("iam:"):
        return f" on resource: {want.resource}"
    kind, name = found[1], found[3]
    by_name = kind != "policy" and name and want.action not in _BY_ARN
    if by_name or want.action == "iam:CreatePolicy":
        return f" on resource: {kind} {name}"
    named = "policy " if kind == "policy" else ""
    return f" on resource: {named}{want.resource}"


def _by_resource(decision: Decision) -> bool:
    """Whether it is the resource's own policy that keeps the principal out."""
    if decision.missing is not None:
        return decision.missing is Kind.RESOURCE
    return all(found.source.kind is Kind.RESOURCE for found in decision.statements)


def _is_another_s_key(principal: Principal, want: Want) -> bool:
    parts = want.resource.split(":", 5)
    return len(parts) == 6 and parts[2] == "kms" and parts[4] not in ("", principal.account)
