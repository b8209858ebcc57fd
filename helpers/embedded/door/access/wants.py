"""What a call wants: actions on resources, by tables of the services of the course.

https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import NamedTuple

from helpers.embedded.door.access.given import (
    RETIRED,
    Given,
    arn_of_function,
    given_by,
    given_by_re_encrypt,
)
from helpers.embedded.door.reading import prefix_of
from helpers.embedded.moto_seams.backends import backend_at
from helpers.embedded.service import Call
from helpers.embedded.services.sqs.queue_urls import parse_queue_url


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
    named = (call.service, call.operation or "")
    wants = list(_SPECIAL.get(named, _wants)(call))
    if wants and (action := _TAGS_TOO.get(named)) and call.tags():
        wants.append(Want(action, wants[0].resource, given_by(call)))
    return wants


def _wants(call: Call) -> Iterator[Want]:
    service = SERVICES.get(call.service) or Service(prefix_of(call.service), _nothing, {})
    if call.operation is None:
        yield Want(f"{service.prefix}:*", "*", {})
        return
    action = f"{service.prefix}:{service.renamed.get(call.operation, call.operation)}"
    given = given_by(call)
    for resource in service.resources(call) or ["*"]:
        yield Want(action, resource, given)


# SQS


def queue_arn(call: Call) -> list[str]:
    if source := call.first("SourceArn"):
        return [source]
    if handle := call.first("TaskHandle"):
        try:
            return [str(json.loads(b64decode(handle))["sourceArn"])]
        except (ValueError, KeyError, TypeError):
            return []
    if url := call.first("QueueUrl"):
        named = parse_queue_url(url)
        return [f"arn:aws:sqs:{call.region}:{named.owner or call.account}:{named.name}"]
    if name := call.first("QueueName"):
        account = call.first("QueueOwnerAWSAccountId") or call.account
        return [f"arn:aws:sqs:{call.region}:{account}:{name}"]
    return [call.arn("sqs", "")]


# KMS


def key_arn(call: Call, given: str) -> str:
    """The ARN of a key by any of its four names; what is no key's name stays as it is."""
    from moto.kms.models import kms_backends

    parts = given.split(":", 5)
    region, account = (parts[3], parts[4]) if len(parts) == 6 else (call.region, call.account)
    backend = backend_at(kms_backends, account, region)
    name = parts[-1].removeprefix("key/")
    if backend is not None:
        identity = backend.get_key_id_from_alias(name) if "alias/" in name else name
        if key := backend.keys.get(identity):
            return str(key.arn)
    return given if given.startswith("arn:") else call.arn("kms", f"key/{given}")


def _kms_resources(call: Call) -> list[str]:
    if (given := call.first("KeyId")) and call.operation != "ListAliases":
        return [key_arn(call, given)]
    if (alias := call.first("AliasName")) is None:
        return []
    keys = [call.first("TargetKeyId") or alias]
    if call.operation == "UpdateAlias":
        keys.insert(0, alias)
    return [call.arn("kms", alias), *(key_arn(call, key) for key in keys)]


def _decrypted_with(call: Call, parameter: str) -> list[str]:
    """The key that the request names, or that the ciphertext knows; of neither, KMS says so."""
    from moto.kms.models import kms_backends

    from helpers.embedded.services.kms.backend import find_in_region
    from helpers.embedded.services.kms.ciphertext import parse

    if named := call.first(parameter):
        return [key_arn(call, named)]
    sealed = parse(b64decode(call.first("CiphertextBlob") or ""))
    key = find_in_region(kms_backends, call.region, sealed.key_id) if sealed else None
    return [key.arn] if key else []


def _decrypt(call: Call) -> Iterator[Want]:
    for key in _decrypted_with(call, "KeyId"):
        yield Want("kms:Decrypt", key, given_by(call))


def _re_encrypt(call: Call) -> Iterator[Want]:
    sources = _decrypted_with(call, "SourceKeyId")
    target = key_arn(call, call.first("DestinationKeyId") or "")
    same = sources == [target]
    for source in sources:
        yield Want("kms:ReEncryptFrom", source, given_by_re_encrypt(call, "Source", same))
    yield Want("kms:ReEncryptTo", target, given_by_re_encrypt(call, "Destination", same))


def _retire_grant(call: Call) -> Iterator[Want]:
    """The grant decides who may retire it; which one is meant its token tells too."""
    from helpers.embedded.services.kms.grants import grants_of_region

    token, identity = call.first("GrantToken"), call.first("GrantId")
    named = key_arn(call, call.first("KeyId") or "")
    for key, grant in grants_of_region(call.region):
        if token in grant.tokens or (key.arn, grant.id) == (named, identity):
            yield Want("kms:RetireGrant", key.arn, {RETIRED: (grant.id,)})


# Lambda


def function_arn(call: Call) -> list[str]:
    if uuid := call.first("UUID"):
        return [call.arn("lambda", f"event-source-mapping:{uuid}")]
    if call.operation and "EventSourceMapping" in call.operation:
        return []
    name = call.first("FunctionName", "Resource")
    if name is None:
        return []
    return [arn_of_function(call, name, call.first("Qualifier"))]


def _with_code(call: Call) -> Iterator[Want]:
    """Whoever gives a function code that lies in a bucket must be allowed to read it there."""
    yield from _wants(call)
    code = call.parameters.get("Code") or call.parameters
    if bucket := code.get("S3Bucket"):
        yield Want("s3:GetObject", f"arn:aws:s3:::{bucket}/{code.get('S3Key', '')}", {})


def _with_role(call: Call) -> Iterator[Want]:
    """Whoever gives a function a role must be allowed to pass the role on."""
    yield from _with_code(call)
    if role := call.first("Role"):
        yield Want("iam:PassRole", role, {"iam:passedtoservice": ("lambda.amazonaws.com",)})


# CloudWatch Logs, CloudWatch, DynamoDB, SNS, IAM


def _log_arn(call: Call) -> list[str]:
    group = call.first("logGroupName", "logGroupNamePrefix", "logGroupIdentifier")
    if group and group.startswith("arn:"):
        return [group]
    stream = call.first("logStreamName") or ""
    return [call.arn("logs", f"log-group:{group or ''}:log-stream:{stream}")]


def _alarm_arn(call: Call) -> list[str]:
    names = call.parameters.get("AlarmNames") or [call.first("AlarmName")]
    return [call.arn("cloudwatch", f"alarm:{name}") for name in names if name]


def _table_arns(call: Call) -> list[str]:
    tables = list(call.parameters.get("RequestItems") or ())
    if single := call.first("TableName"):
        tables.append(single)
    if arn := call.first("ResourceArn"):
        return [arn]
    if call.operation == "ListTables":
        tables = ["*"]
    arns = [name if name.startswith("arn:") else _table(call, name) for name in tables]
    index = call.first("IndexName")
    return [f"{arn}/index/{index}" if index else arn for arn in arns]


def _table(call: Call, name: str) -> str:
    return call.arn("dynamodb", f"table/{name}")


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
    arn = call.first("TopicArn", "TargetArn", "ResourceArn", "SubscriptionArn")
    if arn:
        return [":".join(arn.split(":")[:6])]
    return [call.arn("sns", call.first("Name") or "*")]


ABOUT_ONESELF = frozenset(
    {
        "ChangePassword",
        "CreateAccessKey",
        "CreateLoginProfile",
        "DeleteAccessKey",
        "DeleteLoginProfile",
        "GetLoginProfile",
        "GetUser",
        "ListAccessKeys",
        "ListMFADevices",
        "ListSSHPublicKeys",
        "ListServiceSpecificCredentials",
        "ListSigningCertificates",
        "UpdateAccessKey",
        "UpdateLoginProfile",
    }
)
"""Operations of IAM that mean the user who calls where they name none."""

_LISTED = {"ListGroups": "group/", "ListPolicies": "policy/", "ListRoles": "role/"}
_LISTED |= {"ListUsers": "user/"}


def _entity_arn(call: Call) -> list[str]:
    """The role, user, group or policy that an IAM call is about."""
    from moto.iam.models import iam_backends

    backend, operation = iam_backends[call.account]["aws"], call.operation or ""
    if name := call.first("RoleName"):
        role = next((each for each in backend.roles.values() if each.name == name), None)
        return [role.arn if role else _iam_arn(call, "role", name)]
    own = call.user if operation in ABOUT_ONESELF else None
    if name := call.first("UserName") or own:
        user = backend.users.get(name)
        return [user.arn if user else _iam_arn(call, "user", name)]
    if name := call.first("GroupName"):
        return [_iam_arn(call, "group", name)]
    if arn := call.first("PolicyArn", "PolicySourceArn"):
        return [arn]
    if name := call.first("PolicyName"):
        return [_iam_arn(call, "policy", name)]
    if listed := _LISTED.get(operation):
        return [f"arn:aws:iam::{call.account}:{listed}"]
    return []


def _iam_arn(call: Call, kind: str, name: str) -> str:
    """Of what is there, or will be: a new one has the path that the call names."""
    path = call.first("Path") or "/"
    return f"arn:aws:iam::{call.account}:{kind}{path}{name}"


def _session_arn(call: Call) -> list[str]:
    """The role to be assumed, or the guest to be."""
    if role := call.first("RoleArn"):
        return [role]
    guest = call.first("Name")
    return [f"arn:aws:sts::{call.account}:federated-user/{guest}"] if guest else []


def _assume(call: Call) -> Iterator[Want]:
    yield from _wants(call)
    if call.first("SourceIdentity"):
        yield Want("sts:SetSourceIdentity", call.first("RoleArn") or "*", given_by(call))


def _stack_arn(call: Call) -> list[str]:
    """A stack is named before it has an id, so that policies name it as stack/NAME/*."""
    name = call.first("StackName")
    if name is None or name.startswith("arn:"):
        return [name or "*"]
    return [call.arn("cloudformation", f"stack/{name}/*")]


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
    "sts": Service("sts", _session_arn, {}),
    "cloudformation": Service("cloudformation", _stack_arn, {}),
    "events": Service("events", _nothing, {}),
}
"""By moto's name of the service."""

_SPECIAL: dict[tuple[str, str], Callable[[Call], Iterator[Want]]] = {
    ("kms", "Decrypt"): _decrypt,
    ("kms", "ReEncrypt"): _re_encrypt,
    ("kms", "RetireGrant"): _retire_grant,
    ("awslambda", "CreateFunction"): _with_role,
    ("awslambda", "UpdateFunctionCode"): _with_code,
    ("awslambda", "UpdateFunctionConfiguration"): _with_role,
    ("sts", "AssumeRole"): _assume,
    ("dynamodb", "TransactWriteItems"): _transaction,
    ("dynamodb", "TransactGetItems"): _transaction,
}

_TAGS_TOO = {
    ("awslambda", "CreateFunction"): "lambda:TagResource",
    ("dynamodb", "CreateTable"): "dynamodb:TagResource",
    ("iam", "CreatePolicy"): "iam:TagPolicy",
    ("iam", "CreateRole"): "iam:TagRole",
    ("iam", "CreateUser"): "iam:TagUser",
    ("kms", "CreateKey"): "kms:TagResource",
    ("logs", "CreateLogGroup"): "logs:TagResource",
    ("sns", "CreateTopic"): "sns:TagResource",
    ("sqs", "CreateQueue"): "sqs:TagQueue",
    ("sts", "AssumeRole"): "sts:TagSession",
    ("sts", "GetFederationToken"): "sts:TagSession",
}
"""What whoever makes something must be allowed besides, if the call gives it tags."""
