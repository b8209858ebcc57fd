"""What the policies of a role allow, line by line; and which of the lines are needed."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3

from helpers.deploying.invocations import invoke_function
from helpers.deploying.refusals import name_outcome

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab


REST = 900
"""Seconds after which an idle environment is gone; modelled."""
DECRYPT = "DecryptPolicy"


class Permission(NamedTuple):
    """One action on one resource, as a policy allows it."""

    action: str
    """As it is written there, such as "sqs:SendMessage"."""
    resource: str
    policy: str
    """The inline policy that says so."""

    @property
    def pair(self) -> tuple[str, str]:
        """What it allows, however the action is spelled: IAM does not mind the case."""
        return self.action.lower(), self.resource


def read_permissions(role: str) -> list[Permission]:
    """What the inline policies of the role allow. Conditions are left aside.

    Raises:
        LookupError: there is no such role.
        ValueError: a statement names what it does not mean (NotAction, NotResource), so that no
            list can say what it allows.
    """
    iam = boto3.client("iam")
    try:
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    except iam.exceptions.NoSuchEntityException:
        raise LookupError(f"There is no role {role}. Run the cell that creates it first.") from None
    found = []
    for name in names:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for statement in _as_list(document["Statement"]):
            if statement["Effect"] == "Allow":
                found += _spread(name, statement)
    return found


def try_without_each(
    lab: Lab, role: str, policy: str, function: str, event: Any, wait: float = 300
) -> pd.DataFrame:
    """Take each action of a policy away in turn, and see whether a function misses it. At the
    end, and when it is interrupted, the policy is as it was.

    Args:
        policy: an inline policy of the role.
        function: has the role; it is invoked with the event.
        wait: seconds of lab time after which nothing of before is remembered: for SQS and a KMS
            key the queue's KmsDataKeyReusePeriodSeconds.

    Returns:
        A row for each action, in the policy's order; columns with all (the outcome with the
        whole policy: works, or what was denied), without it, and later (without it, after the
        wait).

    Raises:
        LookupError: the role has no such policy, or there is no such function.
    """
    import pandas as pd

    whole = _read_policy(role, policy)
    names = [name for each in _as_list(whole["Statement"]) for name in _as_list(each["Action"])]
    rows = {}
    try:
        for action in dict.fromkeys(names):
            outcomes = []
            for document, pause in (
                (whole, 0.0),
                (_leave_out(whole, action), 0.0),
                (_leave_out(whole, action), wait),
            ):
                _put(role, policy, document)
                lab.advance(seconds=pause)
                outcomes.append(invoke_function(function, event).outcome)
            rows[action] = outcomes
    finally:
        _put(role, policy, whole)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["with all", "without it", "later"])


def try_function_key(lab: Lab, function: str, role: str, key_arn: str) -> pd.DataFrame:
    """Let a function encrypt its environment variables with a key, and invoke it: with the key,
    without, and without the right to use it. In the end the key is enabled, and the role as before.

    Args:
        role: of the function. Its inline policy DecryptPolicy allows kms:Decrypt.

    Returns:
        Index situation, each beginning with the environment of the one before, if it is warm;
        column outcome: works, or the code of Lambda's error.

    Raises:
        LookupError: the role has no such policy, or there is no such function.
    """
    import pandas as pd

    functions, kms, iam = (boto3.client(name) for name in ("lambda", "kms", "iam"))
    policy = _read_policy(role, DECRYPT)
    try:
        functions.update_function_configuration(
            FunctionName=function, KMSKeyArn=key_arn, Environment={"Variables": {"BANK": "HB"}}
        )
    except functions.exceptions.ResourceNotFoundException:
        raise LookupError(f"There is no function {function}. Run its cell first.") from None
    functions.get_waiter("function_updated_v2").wait(FunctionName=function)
    event = json.dumps({"Records": [{}]})

    def invoke(rest: float) -> str:
        lab.advance(seconds=rest)
        return name_outcome(functions.invoke, FunctionName=function, Payload=event)

    outcomes = {"key enabled, cold": invoke(0)}
    try:
        kms.disable_key(KeyId=key_arn)
        outcomes["key disabled, warm"] = invoke(0)
        outcomes["key disabled, cold"] = invoke(REST)
    finally:
        kms.enable_key(KeyId=key_arn)
    try:
        iam.delete_role_policy(RoleName=role, PolicyName=DECRYPT)
        outcomes["role without kms:Decrypt, cold"] = invoke(REST)
    finally:
        _put(role, DECRYPT, policy)
    return pd.Series(outcomes, name="outcome").rename_axis("situation").to_frame()


def _read_policy(role: str, policy: str) -> Any:
    """The document of an inline policy."""
    iam = boto3.client("iam")
    try:
        return iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    except iam.exceptions.NoSuchEntityException:
        raise LookupError(f"{role} has no policy {policy}. Run the cell that puts it.") from None


def _leave_out(document: dict[str, Any], action: str) -> dict[str, Any]:
    """The policy without the action, and without a statement that would be empty then."""
    statements = []
    for statement in _as_list(document["Statement"]):
        left = [name for name in _as_list(statement["Action"]) if name != action]
        if left:
            statements.append({**statement, "Action": left})
    return {**document, "Statement": statements}


def _put(role: str, policy: str, document: dict[str, Any]) -> None:
    """Give the role this policy; one that says nothing is none."""
    iam = boto3.client("iam")
    if document["Statement"]:
        text = json.dumps(document)
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=text)
        return
    with suppress(iam.exceptions.NoSuchEntityException):
        iam.delete_role_policy(RoleName=role, PolicyName=policy)


def _spread(policy: str, statement: dict[str, Any]) -> list[Permission]:
    if "NotAction" in statement or "NotResource" in statement:
        raise ValueError(f"{policy} allows all but what it names. Name what is needed instead.")
    return [
        Permission(action, resource, policy)
        for action in _as_list(statement["Action"])
        for resource in _as_list(statement["Resource"])
    ]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
