"""What a template says of itself before anything is made of it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html
"""

from __future__ import annotations

import json
from typing import Any

from helpers.embedded.services.cloudformation.stack_requests import needed_capability
from helpers.embedded.services.cloudformation.template import Template
from helpers.embedded.services.cloudformation.template_text import as_text, is_true


def summary_of(template: Template, is_short: bool = False) -> dict[str, Any]:
    """As GetTemplateSummary has it, or ValidateTemplate, which says less."""
    needed = needed_capability(template)
    types = [str(each["Type"]) for each in template.resources.values() if "Type" in each]
    reason = sorted({kind for kind in types if kind.startswith("AWS::IAM::")})
    capabilities = [needed] if needed else []
    if template.transforms:
        capabilities.append("CAPABILITY_AUTO_EXPAND")
        reason += template.transforms
    summary: dict[str, Any] = {
        "Parameters": [_parameter(name, each, is_short) for name, each in
                       template.parameters.items()],
        "Description": template.description or None,
        "Capabilities": capabilities,
        "DeclaredTransforms": list(template.transforms),
    }  # fmt: skip
    if capabilities:
        listed = ", ".join(reason)
        summary["CapabilitiesReason"] = (
            f"The following resource(s) require capabilities: [{listed}]"
        )
    if is_short:
        return summary
    metadata = template.document.get("Metadata")
    return summary | {
        "ResourceTypes": types,
        "Version": template.document.get("AWSTemplateFormatVersion"),
        "Metadata": json.dumps(metadata) if metadata else None,
    }


def _parameter(name: str, declared: dict[str, Any], is_short: bool) -> dict[str, Any]:
    default = declared.get("Default")
    row = {
        "ParameterKey": name,
        "DefaultValue": None if default is None else as_text(default),
        "NoEcho": is_true(declared.get("NoEcho", False)),
        "Description": declared.get("Description"),
    }
    if is_short:
        return row
    allowed = [as_text(each) for each in declared.get("AllowedValues", [])]
    return row | {
        "ParameterType": declared.get("Type", "String"),
        "ParameterConstraints": {"AllowedValues": allowed} if allowed else {},
    }
