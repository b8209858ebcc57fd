"""A template: YAML or JSON, its sections, and what depends on what in it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from __future__ import annotations

import json
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

import yaml

from helpers.embedded.services.cloudformation.errors import ValidationError
from helpers.embedded.services.cloudformation.intrinsics import PSEUDO, names_in

_SECTIONS = frozenset(
    {
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
    }
)


_OF_A_RESOURCE = frozenset(
    {
        "Condition",
        "DeletionPolicy",
        "DependsOn",
        "Metadata",
        "Properties",
        "Type",
        "UpdateReplacePolicy",
    }
)
_OF_AN_OUTPUT = frozenset({"Condition", "Description", "Value"})
_POLICIES = {
    "DeletionPolicy": ("Delete", "Retain", "RetainExceptOnCreate"),
    "UpdateReplacePolicy": ("Delete", "Retain"),
}


class Template(NamedTuple):
    """The sections of a template, as it was written."""

    text: str
    description: str
    parameters: dict[str, dict[str, Any]]
    mappings: dict[str, Any]
    conditions: dict[str, Any]
    resources: dict[str, dict[str, Any]]
    outputs: dict[str, dict[str, Any]]

    def types(self) -> list[str]:
        return sorted({str(each["Type"]) for each in self.resources.values()})

    def order(self, conditions: dict[str, bool]) -> list[str]:
        """The resources that the conditions let in, each after those that it depends on."""
        wanted = [
            name
            for name, each in self.resources.items()
            if conditions.get(each.get("Condition", ""), True)
        ]
        graph = {
            name: [other for other in self.dependencies(name, conditions) if other in wanted]
            for name in wanted
        }
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            names = ", ".join(sorted(set(error.args[1])))
            raise ValidationError(f"Circular dependency between resources: [{names}]") from None

    def dependencies(self, name: str, conditions: dict[str, bool] | None = None) -> list[str]:
        """What a resource refers to and names in DependsOn, in the order of the template.

        Args:
            conditions: if they are known, an Fn::If refers to one of its sides alone.
        """
        resource = self.resources[name]
        explicit = resource.get("DependsOn", [])
        found = {explicit} if isinstance(explicit, str) else set(explicit)
        found |= set(names_in(resource.get("Properties", {}), conditions))
        return [other for other in self.resources if other in found]


def read_template(text: str) -> Template:
    """The template that a text is.

    Raises:
        ValidationError: it is none, or it refers to what is not in it.
    """
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, _Loader)
    except (ValueError, yaml.YAMLError) as error:
        raise _malformed(" ".join(str(error).split())) from None
    if not isinstance(found, dict):
        raise _malformed("unsupported structure.")
    if unknown := sorted(found.keys() - _SECTIONS - {"Transform"}):
        raise _malformed(f"Invalid template property or properties [{', '.join(unknown)}]")
    for section in ("Transform", "Rules"):
        if section in found:
            raise ValidationError(f"The embedded account does not know the section {section}.")
    template = Template(
        text,
        str(found.get("Description", "")),
        *(found.get(name) or {} for name in _SECTIONS_READ),
    )
    _check(template)
    return template


_SECTIONS_READ = ("Parameters", "Mappings", "Conditions", "Resources", "Outputs")


def _check(template: Template) -> None:
    if not template.resources:
        raise _malformed("At least one Resources member must be defined.")
    for name, resource in template.resources.items():
        if not isinstance(resource, dict) or "Type" not in resource:
            raise _malformed(f"[/Resources/{name}] Every resource must have a Type.")
        _check_keys("resource", name, resource, _OF_A_RESOURCE)
        for policy, choices in _POLICIES.items():
            if resource.get(policy, "Delete") not in choices:
                raise ValidationError(
                    f"Template error: Unrecognized {policy} {resource[policy]} for resource {name}"
                )
    for name, output in template.outputs.items():
        _check_keys("output", name, output, _OF_AN_OUTPUT)
    known = PSEUDO | template.parameters.keys() | template.resources.keys()
    for section in (template.resources, template.outputs):
        for name, each in section.items():
            label = "Resources" if section is template.resources else "Outputs"
            _check_references(f"{label} block", name, each, known, template)


def _check_keys(what: str, name: str, part: dict[str, Any], known: frozenset[str]) -> None:
    if unknown := sorted(part.keys() - known):
        raise ValidationError(
            f"Invalid template {what} property '{unknown[0]}' of {name}. The embedded account "
            f"knows: {', '.join(sorted(known))}."
        )


def _check_references(
    block: str, name: str, part: dict[str, Any], known: frozenset[str], template: Template
) -> None:
    depends = part.get("DependsOn", [])
    named = [depends] if isinstance(depends, str) else list(depends)
    body = {key: value for key, value in part.items() if key != "DependsOn"}
    if missing := [each for each in dict.fromkeys([*names_in(body), *named]) if each not in known]:
        raise _malformed(
            f"Unresolved resource dependencies [{', '.join(missing)}] in the {block} of the "
            f"template ({name})"
        )
    if (condition := part.get("Condition")) and condition not in template.conditions:
        raise _malformed(f"Unresolved condition {condition} in {name}")


def _malformed(reason: str) -> ValidationError:
    return ValidationError(f"Template format error: {reason}")


class _Loader(yaml.SafeLoader):
    """YAML with the short forms of the intrinsic functions, and dates left as texts."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("YAML aliases are not allowed in CloudFormation templates")
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
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
