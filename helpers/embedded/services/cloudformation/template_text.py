"""The text of a template becomes its document: YAML or JSON, intrinsic functions in long form.

Booleans and numbers of a document are texts on their way.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from typing import Any

import yaml

from helpers.embedded.services.cloudformation.errors import ValidationError


def read_document(text: str) -> dict[str, Any]:
    """All sections of a template as they are written.

    Raises:
        ValidationError: the text is no document, or says null somewhere.
    """
    is_json = text.lstrip().startswith("{")
    try:
        found = json.loads(text) if is_json else yaml.load(text, _Loader)
    except json.JSONDecodeError as error:
        raise malformed(
            f"JSON not well-formed. (line {error.lineno}, column {error.colno})"
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise malformed(f"YAML not well-formed.{place} {error.problem or ''}".rstrip()) from None
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise malformed(" ".join(str(error).split())) from None
    if not isinstance(found, dict):
        raise malformed("unsupported structure.")
    if null := next(_nulls(found, ""), None):
        raise malformed(f"[{null}] 'null' values are not allowed in templates")
    return found


def malformed(reason: str) -> ValidationError:
    return ValidationError(f"Template format error: {reason}")


def _nulls(value: Any, path: str) -> Iterator[str]:
    """Where a document says null."""
    if value is None:
        yield path
    members = dict(enumerate(value)) if isinstance(value, list) else value
    if isinstance(members, dict):
        for name, each in members.items():
            yield from _nulls(each, f"{path}/{name}")


class _Loader(yaml.SafeLoader):
    """YAML with the short forms of the intrinsic functions, and dates left as texts."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("YAML aliases are not allowed in CloudFormation templates")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Keys are texts, as in JSON: an account number in Mappings, an `on` in a policy."""
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag.startswith("tag:yaml.org,2002:"):
                if key.tag.endswith(":bool"):
                    key.value = json.dumps(self.construct_yaml_bool(key))
                key.tag = "tag:yaml.org,2002:str"
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag.rpartition(":")[2] not in ("timestamp", "merge", "value")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def as_text(value: Any) -> str:
    """A value where a text is wanted, such as a tag: YAML's yes is "true"."""
    if isinstance(value, str):
        return value
    return json.dumps(value)


def is_true(value: Any) -> bool:
    return as_text(value).lower() == "true"


def each_of(value: Any) -> list[Any]:
    """What may be one or a list of several, as DependsOn may; None: nothing."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
