"""Fn::ForEach: a part of a template that is written once and stands there several times.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

from __future__ import annotations

import re
from typing import Any

from helpers.embedded.services.cloudformation.errors import ValidationError
from helpers.embedded.services.cloudformation.intrinsics import Scope, resolve

_PREFIX = "Fn::ForEach::"
_NO_LETTER = re.compile(r"[^a-zA-Z0-9]")


def unroll(document: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """A document without loops.

    Raises:
        ValidationError: a loop is not [identifier, collection, {key: part}].
    """
    scope = Scope(parameters, document.get("Mappings", {}))
    return {name: _unrolled(section, scope, {}) for name, section in document.items()}


def _unrolled(value: Any, scope: Scope, turn: dict[str, str]) -> Any:
    """`turn`: what the identifiers of the loops around this part stand for."""
    if isinstance(value, str):
        return _replaced(value, turn)
    if isinstance(value, list):
        return [_unrolled(each, scope, turn) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Ref"} and value["Ref"] in turn:
        return turn[value["Ref"]]
    made: dict[str, Any] = {}
    for key, each in value.items():
        parts = (
            _turns(key, each, scope, turn)
            if key.startswith(_PREFIX)
            else {_replaced(key, turn): _unrolled(each, scope, turn)}
        )
        if twice := sorted(made.keys() & parts.keys()):
            raise ValidationError(f"Fn::ForEach makes {', '.join(twice)} twice.")
        made |= parts
    return made


def _turns(name: str, loop: Any, scope: Scope, turn: dict[str, str]) -> dict[str, Any]:
    if not (isinstance(loop, list) and len(loop) == 3 and isinstance(loop[2], dict)):
        raise ValidationError(f"{name} layout is incorrect: [identifier, collection, {{...}}]")
    identifier, collection, body = loop
    members = resolve(_unrolled(collection, scope, turn), scope)
    if not isinstance(members, list):
        raise ValidationError(f"The collection of {name} is no list.")
    made: dict[str, Any] = {}
    for member in members:
        made |= _unrolled(body, scope, turn | {str(identifier): str(member)})
    return made


def _replaced(text: str, turn: dict[str, str]) -> str:
    """With ${Identifier}, and &{Identifier} without what is no letter or digit."""
    for identifier, member in turn.items():
        text = text.replace(f"${{{identifier}}}", member)
        text = text.replace(f"&{{{identifier}}}", _NO_LETTER.sub("", member))
    return text
