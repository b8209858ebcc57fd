"""What a resource itself says: its policy, its grants and its tags, by its ARN."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.exceptions import HTTPException

from helpers.embedded.door.access.documents import MalformedPolicy, Policy, parse_policy
from helpers.embedded.door.access.evaluation import Found, Kind, Source
from helpers.embedded.door.access.given import CONSTRAINTS, RETIRED
from helpers.embedded.door.access.patterns import Facts
from helpers.embedded.door.access.principals import Principal
from helpers.embedded.moto_seams.backends import backend_at
from helpers.embedded.services.lambda_.function_arns import parse_name

_NOBODY = Policy([])

ASSUMES = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")
"""What a role's trust policy has a say in."""


def account_of(arn: str, otherwise: str) -> str:
    """The account that owns a resource."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[4].isdigit() else otherwise


def resource_policy(arn: str, action: str) -> Source | None:
    """The policy that stands at the resource; None: it has none, or cannot have one."""
    text: str | None = None
    match arn.split(":", 5):
        case [_, _, "sqs", region, account, name]:
            text = _queue_policy(account, region, name)
        case [_, _, "kms", region, account, name] if key := find_key(account, region, name):
            text = key.policy
        case [_, _, "sns", region, account, _]:
            text = _topic_policy(account, region, arn)
        case [_, _, "lambda", region, account, name]:
            text = _function_policy(account, region, arn)
        case [_, _, "iam", _, _, _] if action in ASSUMES:
            text = _trust_policy(arn)
    if text is None:
        return None
    try:
        return Source(Kind.RESOURCE, arn, parse_policy(text))
    except MalformedPolicy:
        return Source(Kind.RESOURCE, arn, _NOBODY)


def must_allow(arn: str, action: str) -> bool:
    """Whether nobody may without the resource's own policy: keys, and roles to be assumed."""
    match arn.split(":", 5):
        case [_, _, "kms", region, account, name]:
            return find_key(account, region, name) is not None
        case [_, _, "iam", _, _, _]:
            return action in ASSUMES
    return False


def find_key(account: str, region: str, name: str) -> Any | None:
    """moto's key at `key/ID` of an ARN."""
    if not name.startswith("key/"):
        return None
    from moto.kms.models import kms_backends

    backend = backend_at(kms_backends, account, region)
    return backend.keys.get(name.removeprefix("key/")) if backend else None


def is_missing_key(arn: str, account: str, region: str) -> bool:
    """Whether KMS will say that there is no such key: of the account itself it tells that first."""
    match arn.split(":", 5):
        case [_, _, "kms", where, owner, name] if owner == account and name.startswith("key/"):
            return where != region or find_key(owner, where, name) is None
    return False


def find_grant(arn: str, principal: Principal, action: str, facts: Facts) -> Found | None:
    """A grant of the key that lets the principal do this.

    https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] != "kms":
        return None
    key = find_key(parts[4], parts[3], parts[5])
    if key is None or not key.grants:
        return None
    names = {principal.arn, principal.identity}
    for grant in key.grants.values():
        if _applies(grant, names, action.partition(":")[2], facts):
            document = {
                "Sid": f"grant {grant.id}",
                "Effect": "Allow",
                "Principal": {"AWS": grant.grantee_principal},
                "Action": [f"kms:{each}" for each in grant.operations],
                "Resource": arn,
            }
            policy = parse_policy(json.dumps({"Statement": document}))
            return Found(Source(Kind.RESOURCE, f"grant {grant.id}", policy), policy.statements[0])
    return None


def _applies(grant: Any, names: set[str], operation: str, facts: Facts) -> bool:
    """Whether the grant lets the operation through for somebody with these names."""
    if operation == "RetireGrant":
        return facts.get(RETIRED) == (grant.id,) and bool(grant.may_be_retired_by(names))
    if not grant.is_of(names):
        return False
    if operation == "CreateGrant":
        (constraints,) = facts.get(CONSTRAINTS, ("{}",))
        passed_on = facts.get("kms:grantoperations", ())
        return bool(grant.may_pass_on(passed_on, json.loads(constraints)))
    context = {
        key: facts[f"kms:encryptioncontext:{key.lower()}"][0]
        for key in facts.get("kms:encryptioncontextkeys", ())
    }
    return bool(grant.allows(operation, context))


def has_grants(arn: str) -> bool:
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] != "kms":
        return False
    key = find_key(parts[4], parts[3], parts[5])
    return bool(key and key.grants)


def find_queue(account: str, region: str, name: str) -> Any | None:
    """moto's queue."""
    from moto.sqs.models import sqs_backends

    backend = backend_at(sqs_backends, account, region)
    return backend.queues.get(name) if backend else None


def _queue_policy(account: str, region: str, name: str) -> str | None:
    queue = find_queue(account, region, name)
    if queue is None or not queue._policy_json.get("Statement"):
        return None
    return json.dumps(queue._policy_json)


def find_topic(account: str, region: str, arn: str) -> Any | None:
    """moto's topic."""
    from moto.sns.models import sns_backends

    backend = backend_at(sns_backends, account, region)
    return backend.topics.get(arn) if backend else None


def _topic_policy(account: str, region: str, arn: str) -> str | None:
    topic = find_topic(account, region, arn)
    return json.dumps(topic._policy_json) if topic else None


def find_function(account: str, region: str, name: str) -> Any | None:
    """moto's function at `function:NAME` of an ARN."""
    from moto.awslambda.models import lambda_backends

    backend = backend_at(lambda_backends, account, region)
    if backend is None or not name.startswith("function:"):
        return None
    try:
        return backend.get_function(name.split(":")[1])
    except HTTPException:
        return None


def _function_policy(account: str, region: str, arn: str) -> str | None:
    """That of the function, version or alias: each has its own."""
    from moto.awslambda.models import lambda_backends

    backend = backend_at(lambda_backends, account, region)
    if backend is None or ":function:" not in arn:
        return None
    try:
        policy = backend.policy_of(parse_name(arn))
    except HTTPException:
        return None
    return json.dumps(policy.document()) if policy.statements else None


def _trust_policy(arn: str) -> str:
    """The role's trust policy; without the role, one that trusts nobody."""
    from helpers.embedded.door.access.identities import find_role

    role = find_role(arn)
    text = role.assume_role_policy_document if role else None
    return text if isinstance(text, str) else json.dumps(text or {"Statement": []})
