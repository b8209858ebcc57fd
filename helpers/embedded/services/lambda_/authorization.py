"""What access asks of Lambda, and what Lambda refuses because of who a function is, or whom it
is to let in.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html

The words of refusals are recorded (tests/aws/services/lambda_/test_lambda_api.snapshot.json of
LocalStack).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from moto.awslambda.models import lambda_backends
from werkzeug.exceptions import HTTPException

from helpers.embedded.door.access.access import Access
from helpers.embedded.door.access.authorization import (
    Arn,
    Authorization,
    KeyValues,
    Refusal,
    Want,
    named_facts,
    parse_arn,
)
from helpers.embedded.door.access.principals import is_account
from helpers.embedded.moto_seams.backends import backend_at
from helpers.embedded.service import Call
from helpers.embedded.services.lambda_.function_names import parse_name

_PATTERNS = {
    "Role": r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+",
    "StatementId": r"([a-zA-Z0-9-_]+)",
    "Action": r"(lambda:[*]|lambda:[a-zA-Z]+|[*])",
}
_SERVICE = re.compile(r"[\w-]+(\.[\w-]+)*\.amazonaws\.com")
_DEAD_LETTER_ACTIONS = {"sqs": ("SendMessage", "SQS"), "sns": ("Publish", "SNS")}
_OF_ROLES = ("CreateFunction", "UpdateFunctionConfiguration")


class LambdaAuthorization(Authorization):
    """Functions and mappings as policies name them, with the functions' own policies."""

    prefix = "lambda"
    renamed: ClassVar[Mapping[str, str]] = {
        "Invoke": "InvokeFunction",
        "InvokeAsync": "InvokeFunction",
        "InvokeWithResponseStream": "InvokeFunction",
    }
    tag_actions: ClassVar[Mapping[str, str]] = {"CreateFunction": "lambda:TagResource"}
    lets_strangers_in = True

    def __init__(self, access: Access) -> None:
        self._access = access

    # A call

    def particular(self, call: Call) -> Iterator[Want]:
        """Whoever gives a function a role must be allowed to pass it on; whoever gives it code
        that lies in a bucket must be allowed to read it there."""
        yield from super().particular(call)
        if call.operation in (*_OF_ROLES, "UpdateFunctionCode"):
            code = call.parameters.get("Code") or call.parameters
            if bucket := code.get("S3Bucket"):
                yield Want("s3:GetObject", f"arn:aws:s3:::{bucket}/{code.get('S3Key', '')}", {})
        if call.operation in _OF_ROLES and (role := call.first("Role")):
            yield Want("iam:PassRole", role, {"iam:passedtoservice": ("lambda.amazonaws.com",)})

    def resources(self, call: Call) -> list[str]:
        if uuid := call.first("UUID"):
            return [call.arn("lambda", f"event-source-mapping:{uuid}")]
        if call.operation and "EventSourceMapping" in call.operation:
            return []
        name = call.first("FunctionName", "Resource")
        if name is None:
            return []
        return [_function_arn(call, name, call.first("Qualifier"))]

    def facts_of(self, call: Call) -> KeyValues:
        yield from named_facts(call, {"lambda:principal": "Principal"})
        name = call.first("FunctionName")
        if name and call.operation and "EventSourceMapping" in call.operation:
            yield "lambda:functionarn", (_function_arn(call, name),)

    def objection(self, call: Call) -> Refusal | None:
        if call.operation == "AddPermission":
            return _malformed(call, "StatementId", "Action") or _bad_principal(call, self._access)
        if call.operation not in _OF_ROLES:
            return None
        refusal = None
        if role := call.first("Role"):
            refusal = _malformed(call, "Role") or _bad_role(call, self._access, role)
        return refusal or _bad_dead_letter_target(call, self._access)

    # A function

    def policy(self, arn: Arn, action: str) -> str | None:
        """That of the function, version or alias: each has its own."""
        backend = backend_at(lambda_backends, arn.account, arn.region)
        if backend is None or not arn.name.startswith("function:"):
            return None
        try:
            policy = backend.policy_of(parse_name(arn.text))
        except HTTPException:
            return None
        return json.dumps(policy.document()) if policy.statements else None

    def tags(self, arn: Arn) -> Mapping[str, str]:
        function = _find(arn.account, arn.region, arn.name)
        return dict(function.tags) if function else {}


def _find(account: str, region: str, name: str) -> Any | None:
    """moto's function at `function:NAME`."""
    backend = backend_at(lambda_backends, account, region)
    if backend is None or not name.startswith("function:"):
        return None
    try:
        return backend.get_function(name.split(":")[1])
    except HTTPException:
        return None


def _function_arn(call: Call, name: str, qualifier: str | None = None) -> str:
    """The ARN of what a call names in any form, with its qualifier if it gives one."""
    named = parse_name(name)
    own = f":{named.qualifier}" if named.qualifier else ""
    added = f":{qualifier}" if qualifier and not own else ""
    if name.startswith("arn:"):
        return name + added
    return call.arn("lambda", f"function:{named.name}{own}{added}")


def _malformed(call: Call, *parameters: str) -> Refusal | None:
    for name in parameters:
        value = call.first(name) or ""
        if not re.fullmatch(_PATTERNS[name], value, re.ASCII):
            said = (
                f"1 validation error detected: Value '{value}' at '{name[0].lower()}{name[1:]}' "
                "failed to satisfy constraint: Member must satisfy regular expression pattern: "
                f"{_PATTERNS[name]}"
            )
            return Refusal("ValidationException", "ValidationException", said, 400)
    return None


def _bad_role(call: Call, access: Access, role: str) -> Refusal | None:
    """A function's role is of its account and trusts Lambda (LDG lambda-intro-execution-role)."""
    if role.split(":")[4] != call.account:
        said = "Cross-account pass role is not allowed."
        return Refusal("AccessDeniedException", "AccessDeniedException", said)
    if access.can_be_assumed_by(role, "lambda.amazonaws.com"):
        return None
    return _invalid("The role defined for the function cannot be assumed by Lambda.")


def _bad_dead_letter_target(call: Call, access: Access) -> Refusal | None:
    """The function's role must be able to send there (LDG invocation-async-retain-records)."""
    target = str((call.parameters.get("DeadLetterConfig") or {}).get("TargetArn") or "")
    arn = parse_arn(target)
    if (found := _DEAD_LETTER_ACTIONS.get(arn.service if arn else "")) is None:
        return None
    operation, service = found
    role = call.first("Role") or _present_role(call)
    if role is None or access.may(role, f"{service.lower()}:{operation}", target):
        return None
    return _invalid(
        f"The provided execution role does not have permissions to call {operation} on {service}"
    )


def _present_role(call: Call) -> str | None:
    """The role of the function that an update leaves as it is."""
    name = parse_name(call.first("FunctionName") or "").name
    function = _find(call.account, call.region, f"function:{name}")
    return str(function.role) if function else None


def _bad_principal(call: Call, access: Access) -> Refusal | None:
    who = call.first("Principal") or ""
    if who == "*" or _SERVICE.fullmatch(who) or is_account(who) or access.identities.exists(who):
        return None
    return _invalid("The provided principal was invalid. Please check the principal and try again.")


def _invalid(message: str) -> Refusal:
    code = "InvalidParameterValueException"
    return Refusal(code, code, message, 400)
