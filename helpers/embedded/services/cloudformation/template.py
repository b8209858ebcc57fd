"""A template: its sections, and what depends on what in them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from helpers.embedded.services.cloudformation.errors import ValidationError
from helpers.embedded.services.cloudformation.intrinsics import PSEUDO, names_in
from helpers.embedded.services.cloudformation.template_text import each_of, malformed, read_document

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
SERVERLESS = "AWS::Serverless-2016-10-31"

_EXTENSIONS = ("Fn::ForEach", "Fn::Length", "Fn::ToJsonString")

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
        "Transform",
    }
)
_READ = ("Parameters", "Mappings", "Conditions", "Resources", "Outputs")
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
_OF_A_PARAMETER = frozenset(
    {
        "AllowedPattern",
        "AllowedValues",
        "ConstraintDescription",
        "Default",
        "Description",
        "MaxLength",
        "MaxValue",
        "MinLength",
        "MinValue",
        "NoEcho",
        "Type",
    }
)
_OF_AN_OUTPUT = frozenset({"Condition", "Description", "Export", "Value"})
_POLICIES = {
    "DeletionPolicy": ("Delete", "Retain", "RetainExceptOnCreate"),
    "UpdateReplacePolicy": ("Delete", "Retain"),
}
_EXPORT_NAME = re.compile(r"[a-zA-Z0-9:-]+")


@dataclass(frozen=True)
class Template:
    """The sections of a template. Two that differ in layout and comments alone are equal."""

    text: str = field(compare=False)
    """As it was written."""
    document: dict[str, Any] = field(compare=False)
    description: str
    transforms: tuple[str, ...]
    """Macros of AWS that are still to be applied to it."""
    parameters: dict[str, dict[str, Any]]
    mappings: dict[str, Any]
    conditions: dict[str, Any]
    resources: dict[str, dict[str, Any]]
    outputs: dict[str, dict[str, Any]]
    source: Template | None = field(default=None, compare=False)
    """What its transforms have been applied to."""

    @property
    def original(self) -> Template:
        """As it was handed in."""
        return self.source or self

    def types(self) -> list[str]:
        """Raises ValidationError: a resource has none."""
        for name, each in self.resources.items():
            if not isinstance(each, dict) or not isinstance(each.get("Type"), str):
                raise malformed(f"[/Resources/{name}] Every resource must have a Type.")
        return sorted({each["Type"] for each in self.resources.values()})

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
        found = set(each_of(resource.get("DependsOn")))
        found |= set(names_in(resource.get("Properties", {}), conditions))
        return [other for other in self.resources if other in found]


def read_template(text: str) -> Template:
    """The template that a text is, not checked yet. ValidationError: it is none."""
    return template_of(text, read_document(text))


def template_of(text: str, document: dict[str, Any], source: Template | None = None) -> Template:
    """The template that a document is, written as `text`. Raises ValidationError.

    Args:
        source: what the document was made from by transforms.
    """
    transforms = tuple(map(str, each_of(document.get("Transform"))))
    known = _SECTIONS | ({"Globals"} if SERVERLESS in transforms else set())
    if unknown := sorted(document.keys() - known):
        raise malformed(f"Invalid template property or properties [{', '.join(unknown)}]")
    if "Rules" in document:
        raise ValidationError("The embedded account does not know the section Rules.")
    for name in _READ:
        if not isinstance(document.get(name, {}), dict):
            raise malformed(f"[/{name}] must be an object")
    parameters, mappings, conditions, resources, outputs = (
        document.get(name, {}) for name in _READ
    )
    template = Template(
        text,
        document,
        str(document.get("Description", "")),
        transforms,
        parameters,
        mappings,
        conditions,
        resources,
        outputs,
        source,
    )
    if not template.resources:
        raise malformed("At least one Resources member must be defined.")
    return template


def check(template: Template) -> None:
    """Refuse what no stack can be made of: what it refers to is not there, or it says what
    nobody would obey. Only a template without transforms to be applied can be checked.

    Raises:
        ValidationError: it names the part.
    """
    if LANGUAGE_EXTENSIONS not in template.original.transforms:
        _check_functions(template.document)
    for name, resource in template.resources.items():
        _check_keys("resource", name, resource, _OF_A_RESOURCE)
        for policy, choices in _POLICIES.items():
            if resource.get(policy, "Delete") not in choices:
                raise ValidationError(
                    f"Template error: Unrecognized {policy} {resource[policy]} for resource {name}"
                )
    for name, parameter in template.parameters.items():
        _check_keys("parameter", name, parameter, _OF_A_PARAMETER)
    for name, output in template.outputs.items():
        if not isinstance(output, dict) or "Value" not in output:
            raise malformed(f"Output {name} is malformed. It must have a Value.")
        _check_keys("output", name, output, _OF_AN_OUTPUT)
        _check_export(name, output)
    known = PSEUDO | template.parameters.keys() | template.resources.keys()
    for section in (template.resources, template.outputs):
        for name, each in section.items():
            label = "Resources" if section is template.resources else "Outputs"
            _check_references(f"{label} block", name, each, known, template)


def _check_functions(value: Any) -> None:
    """Refuse functions that a transform brings."""
    pairs = value.items() if isinstance(value, dict) else ()
    for function, each in pairs:
        if function.startswith(_EXTENSIONS):
            raise malformed(
                f"{function} takes Transform: {LANGUAGE_EXTENSIONS} at the head of the template."
            )
        _check_functions(each)
    for each in value if isinstance(value, list) else ():
        _check_functions(each)


def _check_keys(what: str, name: str, part: dict[str, Any], known: frozenset[str]) -> None:
    if unknown := sorted(part.keys() - known):
        raise ValidationError(
            f"Invalid template {what} property '{unknown[0]}' of {name}. The embedded account "
            f"knows: {', '.join(sorted(known))}."
        )


def _check_references(
    block: str, name: str, part: dict[str, Any], known: frozenset[str], template: Template
) -> None:
    named = each_of(part.get("DependsOn"))
    body = {key: value for key, value in part.items() if key != "DependsOn"}
    if missing := [each for each in dict.fromkeys([*names_in(body), *named]) if each not in known]:
        raise malformed(
            f"Unresolved resource dependencies [{', '.join(missing)}] in the {block} of the "
            f"template ({name})"
        )
    if (condition := part.get("Condition")) and condition not in template.conditions:
        raise malformed(f"Unresolved condition {condition} in {name}")


def _check_export(name: str, output: dict[str, Any]) -> None:
    if "Export" not in output:
        return
    export = output["Export"].get("Name") if isinstance(output["Export"], dict) else None
    if not export or (isinstance(export, str) and not _EXPORT_NAME.fullmatch(export)):
        raise malformed(
            f"Output {name} is malformed. The Name field of every Export member must be specified "
            "and consist only of alphanumeric characters, colons, or hyphens."
        )
