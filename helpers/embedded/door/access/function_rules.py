"""What Lambda refuses because of who a function is, or whom it is to let in.

The words are recorded (tests/aws/services/lambda_/test_lambda_api.snapshot.json of LocalStack).
"""

from __future__ import annotations

import re

from helpers.embedded.door.access.access import Access
from helpers.embedded.door.access.denials import Refusal
from helpers.embedded.door.access.principals import is_account
from helpers.embedded.door.access.resources import find_function
from helpers.embedded.door.access.wants import function_arn
from helpers.embedded.service import Call

_PATTERNS = {
    "Role": r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+",
    "StatementId": r"([a-zA-Z0-9-_]+)",
    "Action": r"(lambda:[*]|lambda:[a-zA-Z]+|[*])",
}
_SERVICE = re.compile(r"[\w-]+(\.[\w-]+)*\.amazonaws\.com")
_DEAD_LETTER_ACTIONS = {"sqs": ("SendMessage", "SQS"), "sns": ("Publish", "SNS")}
_OF_ROLES = ("CreateFunction", "UpdateFunctionConfiguration")


def may_break(call: Call) -> bool:
    """Whether the call is one that `violation` has something to say about."""
    return call.operation in ("AddPermission", *_OF_ROLES)


def violation(call: Call, access: Access) -> Refusal | None:
    """Why Lambda refuses what the caller may ask; None: it does not."""
    if call.operation == "AddPermission":
        return _malformed(call, "StatementId", "Action") or _bad_principal(call, access)
    if call.operation not in _OF_ROLES:
        return None
    refusal = None
    if role := call.first("Role"):
        refusal = _malformed(call, "Role") or _bad_role(call, access, role)
    return refusal or _bad_dead_letter_target(call, access)


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
    if (found := _DEAD_LETTER_ACTIONS.get(target.split(":")[2] if ":" in target else "")) is None:
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
    name = function_arn(call)[0].partition("function:")[2]
    function = find_function(call.account, call.region, f"function:{name}")
    return str(function.role) if function else None


def _bad_principal(call: Call, access: Access) -> Refusal | None:
    who = call.first("Principal") or ""
    if who == "*" or _SERVICE.fullmatch(who) or is_account(who) or access.identities.exists(who):
        return None
    return _invalid("The provided principal was invalid. Please check the principal and try again.")


def _invalid(message: str) -> Refusal:
    code = "InvalidParameterValueException"
    return Refusal(code, code, message, 400)
