"""The parameters of a template, and the values that a stack gives them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.dynamic_references import parameter_value
from helpers.embedded.services.cloudformation.errors import ValidationError
from helpers.embedded.services.cloudformation.template_text import as_text, is_true

_STORED = "AWS::SSM::Parameter::Value<"
"""How the types begin whose value is the name of a parameter of Systems Manager."""

_TYPES = (
    "AWS::SSM::Parameter::Name",
    f"{_STORED}CommaDelimitedList>",
    f"{_STORED}List<String>>",
    f"{_STORED}String>",
    "CommaDelimitedList",
    "List<Number>",
    "Number",
    "String",
)
HIDDEN = "****"
"""What a NoEcho parameter shows of itself."""

Declared = dict[str, dict[str, Any]]


def fill(declared: Declared, given: list[dict[str, Any]], before: dict[str, str]) -> dict[str, str]:
    """The value of every parameter, as a text.

    Args:
        declared: the template's section Parameters.
        given: as the request has them: ParameterKey with ParameterValue or UsePreviousValue.
        before: what the stack had so far.

    Raises:
        ValidationError: one is missing, too many, or not as it is declared.
    """
    values: dict[str, str] = {}
    for each in given:
        name = str(each["ParameterKey"])
        if not each.get("UsePreviousValue"):
            values[name] = str(each.get("ParameterValue", ""))
        elif name in before:
            values[name] = before[name]
        else:
            raise ValidationError(f"Invalid input for parameter key {name}. It has no value yet.")
    if unknown := sorted(values.keys() - declared.keys()):
        raise ValidationError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    for name, declaration in declared.items():
        if name not in values and "Default" in declaration:
            values[name] = as_text(declaration["Default"])
    if missing := [name for name in declared if name not in values]:
        raise ValidationError(f"Parameters: [{', '.join(missing)}] must have values")
    for name, declaration in declared.items():
        _check(name, declaration, values[name])
    return values


def as_values(declared: Declared, texts: dict[str, str], api: AccountApi) -> dict[str, Any]:
    """What Ref of each parameter is: a list of texts, or a text.

    Raises:
        ValidationError: Systems Manager does not have what a parameter stands for.
    """
    return {name: _value(declared[name].get("Type", "String"), text, api)
            for name, text in texts.items()}  # fmt: skip


def _value(kind: str, text: str, api: AccountApi) -> Any:
    if kind.startswith(_STORED):
        try:
            text = parameter_value(text, api)
        except ClientError:
            raise ValidationError(
                f"Unable to fetch parameters [{text}] from parameter store for this account."
            ) from None
    return [each.strip() for each in text.split(",")] if "List" in kind else text


def shown(declared: Declared, texts: dict[str, str]) -> list[dict[str, str]]:
    """The parameters as DescribeStacks has them."""
    return [
        {
            "ParameterKey": name,
            "ParameterValue": HIDDEN if is_true(declared[name].get("NoEcho")) else text,
        }
        for name, text in texts.items()
    ]


def _check(name: str, declaration: dict[str, Any], text: str) -> None:
    kind = declaration.get("Type", "String")
    if kind not in _TYPES:
        raise ValidationError(
            f"The embedded account does not know the parameter type {kind} of {name}. Use String, "
            f"or one of: {', '.join(_TYPES)}."
        )
    is_list = kind in ("CommaDelimitedList", "List<Number>")
    for each in text.split(",") if is_list else [text]:
        _check_one(name, declaration, "Number" if "Number" in kind else kind, each.strip())


def _check_one(name: str, declaration: dict[str, Any], kind: str, text: str) -> None:
    allowed = [as_text(each) for each in declaration.get("AllowedValues", [])]
    complaint = ""
    if allowed and text not in allowed:
        complaint = f"must be one of values: [{', '.join(allowed)}]"
    elif (pattern := declaration.get("AllowedPattern")) and not re.fullmatch(pattern, text):
        complaint = f"must match pattern {pattern}"
    elif kind == "Number" and not re.fullmatch(r"-?\d+(\.\d+)?", text):
        complaint = "must be a number"
    else:
        amount = float(text) if kind == "Number" else len(text)
        for limit, broken in _LIMITS["Number" if kind == "Number" else "String"].items():
            if limit in declaration and broken(amount, float(declaration[limit])):
                complaint = f"breaks its {limit} {declaration[limit]}"
    if complaint:
        said = declaration.get("ConstraintDescription")
        raise ValidationError(f"Parameter {name} failed to satisfy constraint: {said or complaint}")


_LIMITS: dict[str, dict[str, Callable[[float, float], bool]]] = {
    "Number": {"MinValue": float.__lt__, "MaxValue": float.__gt__},
    "String": {
        "MinLength": lambda length, limit: length < limit,
        "MaxLength": lambda length, limit: length > limit,
    },
}
