"""Intrinsic functions: what stands for a value in a template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from helpers.embedded.services.cloudformation.errors import ValidationError
from helpers.embedded.services.cloudformation.template_text import as_text

PSEUDO = frozenset(
    f"AWS::{name}"
    for name in ("AccountId", "NoValue", "Partition", "Region", "StackId", "StackName", "URLSuffix")
)
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")
_LITERAL = re.compile(r"\$\{!([^}]*)\}")
_NO_VALUE = object()


@dataclass
class Scope:
    """What the names of a template stand for, as far as that is known by now."""

    parameters: dict[str, Any]
    """Pseudo parameters too."""
    mappings: dict[str, Any]
    conditions: dict[str, bool] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    """What Ref of a resource is."""
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What Fn::GetAtt of a resource can ask for."""
    imports: dict[str, str] = field(default_factory=dict)
    """What other stacks export, as far as this one asks for it."""


def imports_in(value: Any) -> Iterator[Any]:
    """The argument of every Fn::ImportValue in a part of a template."""
    if isinstance(value, list):
        for each in value:
            yield from imports_in(each)
    if isinstance(value, dict):
        for function, argument in value.items():
            if function == "Fn::ImportValue":
                yield argument
            else:
                yield from imports_in(argument)


def names_in(value: Any, conditions: dict[str, bool] | None = None) -> Iterator[str]:
    """Every parameter and resource that a part of a template refers to.

    Args:
        conditions: if they are known, an Fn::If is the side that they choose.
    """
    if isinstance(value, list):
        for each in value:
            yield from names_in(each, conditions)
    if not isinstance(value, dict):
        return
    function: str
    argument: Any
    function, argument = next(iter(value.items()), ("", None))
    if len(value) == 1 and function == "Ref":
        yield str(argument)
    elif len(value) == 1 and function == "Fn::GetAtt":
        yield _split_attribute(argument)[0]
    elif len(value) == 1 and function == "Fn::Sub":
        text, own = argument if isinstance(argument, list) else (argument, {})
        yield from (name.partition(".")[0] for name in _VARIABLE.findall(text) if name not in own)
        yield from names_in(own, conditions)
    elif len(value) == 1 and function == "Fn::If" and conditions is not None:
        yield from names_in(argument[1 if conditions.get(argument[0]) else 2], conditions)
    else:
        for each in value.values():
            yield from names_in(each, conditions)


def resolve(value: Any, scope: Scope) -> Any:
    """The value that a part of a template has; None where it has none (AWS::NoValue).

    Raises:
        ValidationError: it calls a function that is not known, or wrongly.
    """
    found = _resolve(value, scope)
    return None if found is _NO_VALUE else found


def resolve_conditions(conditions: dict[str, Any], scope: Scope) -> None:
    """Decide all conditions, in the scope itself."""
    for name, condition in conditions.items():
        scope.conditions[name] = _decide(condition, conditions, scope)


def _resolve(value: Any, scope: Scope) -> Any:
    if isinstance(value, list):
        return [found for each in value if (found := _resolve(each, scope)) is not _NO_VALUE]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        function, argument = next(iter(value.items()))
        if function in _FUNCTIONS:
            try:
                return _FUNCTIONS[function](argument, scope)
            except (IndexError, KeyError, TypeError, ValueError) as error:
                raise ValidationError(
                    f"Template error: {function} cannot be resolved: {error!r}"
                ) from None
        if function.startswith("Fn::"):
            raise ValidationError(f"The embedded account does not know {function}.")
    resolved = {key: _resolve(each, scope) for key, each in value.items()}
    return {key: each for key, each in resolved.items() if each is not _NO_VALUE}


def _ref(name: Any, scope: Scope) -> Any:
    if name == "AWS::NoValue":
        return _NO_VALUE
    if name in scope.parameters:
        return scope.parameters[name]
    if name in scope.references:
        return scope.references[name]
    raise ValidationError(f"Unresolved resource dependencies [{name}]: it is not in this stack.")


def _get_att(argument: Any, scope: Scope) -> Any:
    resource, attribute = _split_attribute(argument)
    known = scope.attributes.get(resource)
    if known is None:
        raise ValidationError(
            f"Template error: instance of Fn::GetAtt references undefined resource {resource}"
        )
    if attribute not in known:
        raise ValidationError(
            f"Template error: resource {resource} does not support attribute type {attribute} in "
            "Fn::GetAtt"
        )
    return known[attribute]


def _split_attribute(argument: Any) -> tuple[str, str]:
    parts = argument.split(".", 1) if isinstance(argument, str) else argument
    return str(parts[0]), str(parts[1])


def _sub(argument: Any, scope: Scope) -> str:
    text, own = argument if isinstance(argument, list) else (argument, {})
    values = {name: _resolve(each, scope) for name, each in own.items()}

    def replace(found: re.Match[str]) -> str:
        name = found[1]
        if name in values:
            return as_text(values[name])
        return as_text(_get_att(name, scope) if "." in name else _ref(name, scope))

    return _LITERAL.sub(r"${\1}", _VARIABLE.sub(replace, text))


def _join(argument: Any, scope: Scope) -> str:
    separator, parts = argument
    return str(separator).join(as_text(each) for each in _resolve(parts, scope))


def _if(argument: Any, scope: Scope) -> Any:
    condition, yes, no = argument
    return _resolve(yes if scope.conditions[condition] else no, scope)


def _select(argument: Any, scope: Scope) -> Any:
    index, choices = argument
    return _resolve(choices, scope)[int(_resolve(index, scope))]


def _split(argument: Any, scope: Scope) -> list[str]:
    separator, text = argument
    return str(_resolve(text, scope)).split(separator)


def _find_in_map(argument: Any, scope: Scope) -> Any:
    """With a default, which the language extensions know, if there is no such entry."""
    name, first, second = (as_text(_resolve(each, scope)) for each in argument[:3])
    try:
        return _resolve(scope.mappings[name][first][second], scope)
    except KeyError:
        if len(argument) == 3:
            raise ValidationError(
                f"Template error: Unable to get mapping for {name}::{first}::{second}"
            ) from None
        return _resolve(argument[3]["DefaultValue"], scope)


def _import_value(argument: Any, scope: Scope) -> str:
    return scope.imports[as_text(_resolve(argument, scope))]


def _length(argument: Any, scope: Scope) -> int:
    return len(_resolve(argument, scope))


def _to_json_string(argument: Any, scope: Scope) -> str:
    return json.dumps(_resolve(argument, scope), separators=(",", ":"))


def _base64(argument: Any, scope: Scope) -> str:
    return base64.b64encode(str(_resolve(argument, scope)).encode()).decode()


def _decide(condition: Any, conditions: dict[str, Any], scope: Scope) -> bool:
    function, argument = next(iter(condition.items()))

    def each() -> Iterator[bool]:
        return (_decide(part, conditions, scope) for part in argument)

    match function:
        case "Condition":
            return _decide(conditions[argument], conditions, scope)
        case "Fn::Equals":
            left, right = (as_text(_resolve(side, scope)) for side in argument)
            return left == right
        case "Fn::And":
            return all(each())
        case "Fn::Or":
            return any(each())
        case "Fn::Not":
            return not next(each())
    raise ValidationError(f"Template error: {function} is no function of conditions")


_FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Fn::Base64": _base64,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json_string,
    "Ref": _ref,
}
