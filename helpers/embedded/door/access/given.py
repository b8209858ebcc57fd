"""Condition keys that the parameters of a call give values to.

https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from helpers.embedded.service import Call
from helpers.embedded.services.lambda_.function_arns import parse_name

Given = Mapping[str, tuple[str, ...]]
"""Condition keys in lower case, and the values that they have."""


def given_by(call: Call) -> Given:
    """What the call says, beside who calls and about what."""
    facts = dict(_TABLES.get(call.service, _nothing)(call))
    if call.agent:
        facts["aws:useragent"] = (call.agent,)
    tags = call.tags()
    facts |= {f"aws:requesttag/{key.lower()}": (text,) for key, text in tags}
    if keys := (*dict(tags), *call.texts("TagKeys", "tagKeys", "TagKey")):
        facts["aws:tagkeys"] = keys
    return facts


def encryption_facts(context: Mapping[str, str]) -> Given:
    """kms:EncryptionContext:... and kms:EncryptionContextKeys."""
    facts = {f"kms:encryptioncontext:{key.lower()}": (text,) for key, text in context.items()}
    return {**facts, "kms:encryptioncontextkeys": tuple(context)} if context else {}


def encryption_context(parameters: Mapping[str, Any], name: str = "EncryptionContext") -> Any:
    """The encryption context of a KMS request, a dict of strings."""
    context = parameters.get(name) or {}
    return context if isinstance(context, dict) else json.loads(context)


CONSTRAINTS, RETIRED = "grant:constraints", "grant:retired"
"""What grants alone are judged by: the constraints of a new one, the id of one to be retired."""

Facts = Iterator[tuple[str, tuple[str, ...]]]


def _nothing(call: Call) -> Facts:
    yield from ()


def _named(call: Call, keys: Mapping[str, str]) -> Facts:
    """Condition keys by the parameter that each has its value from."""
    for key, parameter in keys.items():
        value = call.parameters.get(parameter)
        if isinstance(value, bool | int | str) and value != "":
            yield key, (str(value).lower() if isinstance(value, bool) else str(value),)


# KMS: https://docs.aws.amazon.com/kms/latest/developerguide/policy-conditions.html

_OF_KEYS = {
    "kms:datakeypairspec": "KeyPairSpec",
    "kms:granteeprincipal": "GranteePrincipal",
    "kms:macalgorithm": "MacAlgorithm",
    "kms:replicaregion": "ReplicaRegion",
    "kms:retiringprincipal": "RetiringPrincipal",
    "kms:rotationperiodindays": "RotationPeriodInDays",
    "kms:schedulekeydeletionpendingwindowindays": "PendingWindowInDays",
    "kms:signingalgorithm": "SigningAlgorithm",
}

_OF_A_NEW_KEY = {
    "kms:keyspec": ("KeySpec", "SYMMETRIC_DEFAULT"),
    "kms:keyusage": ("KeyUsage", "ENCRYPT_DECRYPT"),
    "kms:keyorigin": ("Origin", "AWS_KMS"),
    "kms:multiregion": ("MultiRegion", False),
}


def _of_keys(call: Call) -> Facts:
    operation = call.operation or ""
    yield from _named(call, _OF_KEYS)
    yield from encryption_facts(encryption_context(call.parameters)).items()
    if (name := call.first("KeyId")) and "alias/" in name:
        yield "kms:requestalias", ("alias/" + name.split("alias/", 1)[1],)
    if operation in ("Encrypt", "Decrypt") or operation.startswith("GenerateDataKey"):
        algorithm = call.first("EncryptionAlgorithm") or "SYMMETRIC_DEFAULT"
        yield "kms:encryptionalgorithm", (algorithm,)
    if operation in ("Sign", "Verify"):
        yield "kms:messagetype", (call.first("MessageType") or "RAW",)
    if operation in ("CreateKey", "PutKeyPolicy", "ReplicateKey"):
        bypassed = bool(call.parameters.get("BypassPolicyLockoutSafetyCheck"))
        yield "kms:bypasspolicylockoutsafetycheck", (str(bypassed).lower(),)
    if operation == "CreateKey":
        for key, (parameter, usual) in _OF_A_NEW_KEY.items():
            yield key, (str(call.parameters.get(parameter, usual)).replace("False", "false"),)
    if operation == "CreateGrant":
        yield "kms:grantisforawsresource", ("false",)
        yield "kms:grantoperations", call.texts("Operations")
        constraints = call.parameters.get("Constraints") or {}
        yield CONSTRAINTS, (json.dumps(constraints),)
        if kinds := tuple(kind for kind, context in constraints.items() if context):
            yield "kms:grantconstrainttype", kinds


def given_by_re_encrypt(call: Call, side: str, same_key: bool) -> Given:
    """Of one half of ReEncrypt.

    Args:
        side: "Source" or "Destination".
        same_key: whether the destination is the key that opens the ciphertext.
    """
    algorithm = call.first(f"{side}EncryptionAlgorithm") or "SYMMETRIC_DEFAULT"
    return {
        **encryption_facts(encryption_context(call.parameters, f"{side}EncryptionContext")),
        "kms:encryptionalgorithm": (algorithm,),
        "kms:reencryptonsamekey": (str(same_key).lower(),),
    }


# The other services


def _of_functions(call: Call) -> Facts:
    yield from _named(call, {"lambda:principal": "Principal"})
    name = call.first("FunctionName")
    if name and call.operation and "EventSourceMapping" in call.operation:
        yield "lambda:functionarn", (arn_of_function(call, name),)


def arn_of_function(call: Call, name: str, qualifier: str | None = None) -> str:
    """The ARN of what a call names in any form, with its qualifier if it gives one."""
    named = parse_name(name)
    own = f":{named.qualifier}" if named.qualifier else ""
    added = f":{qualifier}" if qualifier and not own else ""
    if name.startswith("arn:"):
        return name + added
    return call.arn("lambda", f"function:{named.name}{own}{added}")


def _of_metrics(call: Call) -> Facts:
    return _named(call, {"cloudwatch:namespace": "Namespace"})


def _of_identities(call: Call) -> Facts:
    keys = {"iam:policyarn": "PolicyArn"}
    if (call.operation or "").startswith(("Attach", "Detach")):
        yield from _named(call, keys)
    yield from _named(call, {"iam:permissionsboundary": "PermissionsBoundary"})


def _of_sessions(call: Call) -> Facts:
    keys = {
        "sts:externalid": "ExternalId",
        "sts:rolesessionname": "RoleSessionName",
        "sts:sourceidentity": "SourceIdentity",
    }
    yield from _named(call, keys)
    if transitive := call.texts("TransitiveTagKeys"):
        yield "sts:transitivetagkeys", transitive


def _of_topics(call: Call) -> Facts:
    return _named(call, {"sns:protocol": "Protocol", "sns:endpoint": "Endpoint"})


_TABLES: dict[str, Callable[[Call], Facts]] = {
    "awslambda": _of_functions,
    "cloudwatch": _of_metrics,
    "iam": _of_identities,
    "kms": _of_keys,
    "sns": _of_topics,
    "sts": _of_sessions,
}
"""By moto's name of the service."""
