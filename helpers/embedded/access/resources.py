"""What a resource itself says: its policy, its grants and its tags, by its ARN."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from werkzeug.exceptions import HTTPException

from helpers.embedded.access.documents import MalformedPolicy, Policy, parse_policy
from helpers.embedded.access.evaluation import Found, Kind, Source
from helpers.embedded.access.patterns import Facts
from helpers.embedded.access.principals import Principal

_NOBODY = Policy([])


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
            text = _function_policy(account, region, name)
        case [_, _, "iam", _, _, _] if action == "sts:AssumeRole":
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
            return action == "sts:AssumeRole"
    return False


def find_key(account: str, region: str, name: str) -> Any | None:
    """moto's key at `key/ID` of an ARN."""
    if not name.startswith("key/"):
        return None
    from moto.kms.models import kms_backends

    return kms_backends[account][region].keys.get(name.removeprefix("key/"))


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
    operation = action.partition(":")[2]
    for grant in key.grants.values():
        named = grant.grantee_principal in (principal.arn, principal.role_arn)
        if named and operation in grant.operations and _fits(grant.constraints or {}, facts):
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


def has_grants(arn: str) -> bool:
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] != "kms":
        return False
    key = find_key(parts[4], parts[3], parts[5])
    return bool(key and key.grants)


def tags_of(arn: str) -> Mapping[str, str]:
    """The tags of a queue or a key."""
    match arn.split(":", 5):
        case [_, _, "sqs", region, account, name]:
            queue = _find_queue(account, region, name)
            return dict(queue.tags) if queue else {}
        case [_, _, "kms", region, account, name] if key := find_key(account, region, name):
            from moto.kms.models import kms_backends

            return dict(kms_backends[account][region].tagger.get_tag_dict_for_resource(key.id))
    return {}


def _fits(constraints: Mapping[str, Mapping[str, str]], facts: Facts) -> bool:
    """Whether the encryption context of the request is what the grant was limited to."""
    prefix = "kms:encryptioncontext:"
    context = {
        key.removeprefix(prefix): values[0]
        for key, values in facts.items()
        if key.startswith(prefix)
    }
    subset = {key.lower(): text for key, text in _named(constraints, "Subset").items()}
    equal = {key.lower(): text for key, text in _named(constraints, "Equals").items()}
    return subset.items() <= context.items() and (not equal or equal == context)


def _named(constraints: Mapping[str, Mapping[str, str]], kind: str) -> Mapping[str, str]:
    return constraints.get(f"EncryptionContext{kind}") or {}


def _find_queue(account: str, region: str, name: str) -> Any | None:
    from moto.sqs.models import sqs_backends

    return sqs_backends[account][region].queues.get(name)


def _queue_policy(account: str, region: str, name: str) -> str | None:
    if not region:
        return None
    queue = _find_queue(account, region, name)
    if queue is None or not queue._policy_json.get("Statement"):
        return None
    return json.dumps(queue._policy_json)


def _topic_policy(account: str, region: str, arn: str) -> str | None:
    from moto.sns.models import sns_backends

    topic = sns_backends[account][region].topics.get(arn)
    return json.dumps(topic._policy_json) if topic else None


def _function_policy(account: str, region: str, name: str) -> str | None:
    from moto.awslambda.models import lambda_backends

    if not name.startswith("function:"):
        return None
    try:
        function = lambda_backends[account][region].get_function(name.split(":")[1])
    except HTTPException:
        return None
    if not function.policy.statements:
        return None
    return json.dumps({"Version": "2012-10-17", "Statement": function.policy.statements})


def _trust_policy(arn: str) -> str:
    """The role's trust policy; without the role, one that trusts nobody."""
    from helpers.embedded.access.identities import find_role

    role = find_role(arn)
    text = role.assume_role_policy_document if role else None
    return text if isinstance(text, str) else json.dumps(text or {"Statement": []})
