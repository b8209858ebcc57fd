"""What a call wants: actions on resources, by tables of the services of the course.

https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from helpers.embedded.access.calls import Call, encryption_context
from helpers.embedded.queue_urls import parse_queue_url

Given = Mapping[str, tuple[str, ...]]
"""Condition keys in lower case that the call itself gives values to."""


class Want(NamedTuple):
    """One action that must be allowed."""

    action: str
    resource: str
    given: Given


class Service(NamedTuple):
    """How the calls of one service become wants."""

    prefix: str
    resources: Callable[[Call], list[str]]
    renamed: dict[str, str]
    """Operations that are not named like the action that they need."""


def wants_of(call: Call) -> list[Want]:
    """Everything that must be allowed for the call. An unknown operation wants "*"."""
    if special := _SPECIAL.get((call.service, call.operation or "")):
        return list(special(call))
    service = SERVICES.get(call.service)
    if service is None:
        return [Want(f"{call.service}:{call.operation or '*'}", "*", {})]
    if call.operation is None:
        return [Want(f"{service.prefix}:*", "*", {})]
    action = f"{service.prefix}:{service.renamed.get(call.operation, call.operation)}"
    given = _given(call)
    return [Want(action, resource, given) for resource in service.resources(call) or ["*"]]


def _arn(call: Call, service: str, name: str) -> str:
    return f"arn:aws:{service}:{call.region}:{call.account}:{name}"


def _first(call: Call, *names: str) -> str | None:
    return next((str(call.parameters[name]) for name in names if call.parameters.get(name)), None)


# SQS


def queue_arn(call: Call) -> list[str]:
    if source := _first(call, "SourceArn"):
        return [source]
    if handle := _first(call, "TaskHandle"):
        try:
            return [str(json.loads(b64decode(handle))["sourceArn"])]
        except (ValueError, KeyError, TypeError):
            return []
    if url := _first(call, "QueueUrl"):
        named = parse_queue_url(url)
        return [f"arn:aws:sqs:{call.region}:{named.owner or call.account}:{named.name}"]
    if name := _first(call, "QueueName"):
        account = _first(call, "QueueOwnerAWSAccountId") or call.account
        return [f"arn:aws:sqs:{call.region}:{account}:{name}"]
    return [_arn(call, "sqs", "")]


# KMS


def key_arn(call: Call, given: str) -> str:
    """The ARN of a key by any of its four names; what is no key's name stays as it is."""
    from moto.kms.models import kms_backends

    parts = given.split(":", 5)
    region, account = (parts[3], parts[4]) if len(parts) == 6 else (call.region, call.account)
    backend = kms_backends[account][region]
    try:
        key = backend.keys.get(backend.any_id_to_key_id(given))
    except (AttributeError, KeyError):
        key = None
    if key is not None:
        return str(key.arn)
    return given if given.startswith("arn:") else _arn(call, "kms", f"key/{given}")


def _kms_resources(call: Call) -> list[str]:
    if given := _first(call, "KeyId"):
        return [key_arn(call, given)]
    alias = _first(call, "AliasName")
    target = _first(call, "TargetKeyId") or alias
    resources = [_arn(call, "kms", alias)] if alias else []
    return resources + ([key_arn(call, target)] if target else [])


def _decrypted_with(call: Call, parameter: str) -> list[str]:
    """The key that the request names, or that the ciphertext knows; of neither, KMS says so."""
    from moto.kms.models import kms_backends

    from helpers.embedded.kms.backend import find_in_region
    from helpers.embedded.kms.ciphertext import parse

    if named := _first(call, parameter):
        return [key_arn(call, named)]
    sealed = parse(b64decode(_first(call, "CiphertextBlob") or ""))
    key = find_in_region(kms_backends, call.region, sealed.key_id) if sealed else None
    return [key.arn] if key else []


def _decrypt(call: Call) -> Iterator[Want]:
    for key in _decrypted_with(call, "KeyId"):
        yield Want("kms:Decrypt", key, _given(call))


def _re_encrypt(call: Call) -> Iterator[Want]:
    given = _given(call)
    for source in _decrypted_with(call, "SourceKeyId"):
        yield Want("kms:ReEncryptFrom", source, given)
    if destination := _first(call, "DestinationKeyId"):
        yield Want("kms:ReEncryptTo", key_arn(call, destination), given)


# Lambda


def function_arn(call: Call) -> list[str]:
    if uuid := _first(call, "UUID"):
        return [_arn(call, "lambda", f"event-source-mapping:{uuid}")]
    if call.operation and "EventSourceMapping" in call.operation:
        return []
    name = _first(call, "FunctionName", "Resource")
    if name is None:
        return []
    qualifier = _first(call, "Qualifier")
    if not name.startswith("arn:"):
        plain, _, in_name = name.rpartition("function:")[2].partition(":")
        name = _arn(call, "lambda", f"function:{plain}")
        qualifier = qualifier or in_name
    return [f"{name}:{qualifier}" if qualifier else name]


def _create_function(call: Call) -> Iterator[Want]:
    for resource in function_arn(call):
        yield Want("lambda:CreateFunction", resource, {})
    if role := _first(call, "Role"):
        passed = {"iam:passedtoservice": ("lambda.amazonaws.com",)}
        yield Want("iam:PassRole", role, passed)


def _configure_function(call: Call) -> Iterator[Want]:
    for resource in function_arn(call):
        yield Want("lambda:UpdateFunctionConfiguration", resource, {})
    if role := _first(call, "Role"):
        yield Want("iam:PassRole", role, {"iam:passedtoservice": ("lambda.amazonaws.com",)})


# CloudWatch Logs, CloudWatch, DynamoDB, SNS, IAM


def _log_arn(call: Call) -> list[str]:
    group = _first(call, "logGroupName", "logGroupNamePrefix", "logGroupIdentifier")
    if group and group.startswith("arn:"):
        return [group]
    stream = _first(call, "logStreamName") or ""
    return [_arn(call, "logs", f"log-group:{group or ''}:log-stream:{stream}")]


def _alarm_arn(call: Call) -> list[str]:
    names = call.parameters.get("AlarmNames") or [_first(call, "AlarmName")]
    return [_arn(call, "cloudwatch", f"alarm:{name}") for name in names if name]


def _table_arns(call: Call) -> list[str]:
    tables = list(call.parameters.get("RequestItems") or ())
    if single := _first(call, "TableName"):
        tables.append(single)
    if arn := _first(call, "ResourceArn"):
        return [arn]
    arns = [name if name.startswith("arn:") else _table(call, name) for name in tables]
    index = _first(call, "IndexName")
    return [f"{arn}/index/{index}" if index else arn for arn in arns]


def _table(call: Call, name: str) -> str:
    return _arn(call, "dynamodb", f"table/{name}")


_ITEM_ACTIONS = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}


def _transaction(call: Call) -> Iterator[Want]:
    for item in call.parameters.get("TransactItems") or ():
        for kind, body in item.items():
            action = f"dynamodb:{_ITEM_ACTIONS.get(kind, kind)}"
            yield Want(action, _table(call, str(body.get("TableName", ""))), {})


def _topic_arn(call: Call) -> list[str]:
    arn = _first(call, "TopicArn", "TargetArn", "ResourceArn", "SubscriptionArn")
    if arn:
        return [":".join(arn.split(":")[:6])]
    name = _first(call, "Name")
    return [_arn(call, "sns", name)] if name else []


def _entity_arn(call: Call) -> list[str]:
    """The role, user, group or policy that an IAM call is about."""
    from moto.iam.models import iam_backends

    backend = iam_backends[call.account]["aws"]
    if name := _first(call, "RoleName"):
        role = next((each for each in backend.roles.values() if each.name == name), None)
        return [role.arn if role else f"arn:aws:iam::{call.account}:role/{name}"]
    if name := _first(call, "UserName"):
        user = backend.users.get(name)
        return [user.arn if user else f"arn:aws:iam::{call.account}:user/{name}"]
    if name := _first(call, "GroupName"):
        return [f"arn:aws:iam::{call.account}:group/{name}"]
    if arn := _first(call, "PolicyArn", "PolicySourceArn"):
        return [arn]
    if name := _first(call, "PolicyName"):
        return [f"arn:aws:iam::{call.account}:policy/{name}"]
    return []


def _role_arn(call: Call) -> list[str]:
    role = _first(call, "RoleArn")
    return [role] if role else []


def _nothing(call: Call) -> list[str]:
    return []


SERVICES = {
    "sqs": Service(
        "sqs",
        queue_arn,
        {
            "SendMessageBatch": "SendMessage",
            "DeleteMessageBatch": "DeleteMessage",
            "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
        },
    ),
    "kms": Service("kms", _kms_resources, {}),
    "awslambda": Service(
        "lambda",
        function_arn,
        {
            "Invoke": "InvokeFunction",
            "InvokeAsync": "InvokeFunction",
            "InvokeWithResponseStream": "InvokeFunction",
        },
    ),
    "logs": Service("logs", _log_arn, {}),
    "cloudwatch": Service("cloudwatch", _alarm_arn, {}),
    "dynamodb": Service("dynamodb", _table_arns, {}),
    "sns": Service("sns", _topic_arn, {"PublishBatch": "Publish"}),
    "iam": Service("iam", _entity_arn, {}),
    "sts": Service("sts", _role_arn, {}),
    "events": Service("events", _nothing, {}),
}
"""By moto's name of the service."""

_SPECIAL: dict[tuple[str, str], Callable[[Call], Iterator[Want]]] = {
    ("kms", "Decrypt"): _decrypt,
    ("kms", "ReEncrypt"): _re_encrypt,
    ("awslambda", "CreateFunction"): _create_function,
    ("awslambda", "UpdateFunctionConfiguration"): _configure_function,
    ("dynamodb", "TransactWriteItems"): _transaction,
    ("dynamodb", "TransactGetItems"): _transaction,
}


def _given(call: Call) -> Given:
    """Condition keys that the parameters of the call give values to."""
    given: dict[str, Any] = {}
    match call.service:
        case "kms":
            given = dict(encryption_facts(encryption_context(call.parameters)))
            if (name := _first(call, "KeyId")) and "alias/" in name:
                given["kms:requestalias"] = ("alias/" + name.split("alias/", 1)[1],)
            for key in ("EncryptionAlgorithm", "SigningAlgorithm", "KeySpec", "KeyUsage"):
                if text := _first(call, key):
                    given[f"kms:{key.lower()}"] = (text,)
            if call.operation == "CreateGrant":
                given["kms:grantisforawsresource"] = ("false",)
                given["kms:grantoperations"] = tuple(call.parameters.get("Operations") or ())
        case "cloudwatch" if namespace := _first(call, "Namespace"):
            given["cloudwatch:namespace"] = (namespace,)
        case "awslambda" if call.operation and "EventSourceMapping" in call.operation:
            if name := _first(call, "FunctionName"):
                arn = name if name.startswith("arn:") else _arn(call, "lambda", f"function:{name}")
                given["lambda:functionarn"] = (arn,)
        case "sts":
            for parameter in ("ExternalId", "RoleSessionName"):
                if text := _first(call, parameter):
                    given[f"sts:{parameter.lower()}"] = (text,)
    return given


def encryption_facts(context: dict[str, str]) -> Given:
    """kms:EncryptionContext:... and kms:EncryptionContextKeys."""
    facts = {f"kms:encryptioncontext:{key.lower()}": (text,) for key, text in context.items()}
    return {**facts, "kms:encryptioncontextkeys": tuple(context)} if context else {}
