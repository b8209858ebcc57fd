"""Transforms: what AWS makes of a template before it looks at its resources.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-section-structure.html
"""

from __future__ import annotations

import logging
from copy import deepcopy
from typing import Any

from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.errors import ValidationError
from helpers.embedded.services.cloudformation.for_each import unroll
from helpers.embedded.services.cloudformation.intrinsics import PSEUDO
from helpers.embedded.services.cloudformation.parameters import as_values
from helpers.embedded.services.cloudformation.template import (
    LANGUAGE_EXTENSIONS,
    SERVERLESS,
    Template,
    template_of,
)

KNOWN = (LANGUAGE_EXTENSIONS, SERVERLESS)
_UNKNOWN = (
    "No transform named {name} found. The embedded account knows: {known}. Write what it would "
    "add into the template itself."
)
_FAILED = "Transform {name} failed with: {reason}"


def check_transforms(template: Template) -> None:
    """Refuse what nobody here can apply."""
    for name in template.transforms:
        if name not in KNOWN:
            raise ValidationError(_UNKNOWN.format(name=name, known=", ".join(KNOWN)))


def expand(template: Template, parameters: dict[str, str], api: AccountApi) -> Template:
    """The template after all of its transforms: what CloudFormation calls processed.

    Args:
        parameters: the value of each parameter of the template, as a text.

    Raises:
        ValidationError: a transform refuses the template, or what it makes is none.
    """
    if not template.transforms:
        return template
    document = deepcopy(template.document)
    values = as_values(template.parameters, parameters, api)
    if LANGUAGE_EXTENSIONS in template.transforms:
        try:
            document = unroll(document, values)
        except ValidationError as error:
            reason = _FAILED.format(name=LANGUAGE_EXTENSIONS, reason=error.message)
            raise ValidationError(reason) from None
    if SERVERLESS in template.transforms:
        document = _serverless(document, values | {"AWS::Region": api.region})
    document.pop("Transform", None)
    return template_of(template.text, document, template)


def _serverless(document: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """By AWS's own translator. Importing it takes a second, for which only templates of SAM pay."""
    from samtranslator.model.exceptions import ExceptionWithMessage, InvalidDocumentException
    from samtranslator.translator.transform import transform

    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it warns of metrics of its own
    try:
        found: dict[str, Any] = transform(document, values, _BundledPolicies())
    except InvalidDocumentException as error:
        causes = sorted(each.message for each in error.causes)
        reason = " ".join([error.message, *causes])
        raise ValidationError(_FAILED.format(name=SERVERLESS, reason=reason)) from None
    except ExceptionWithMessage as error:
        raise ValidationError(_FAILED.format(name=SERVERLESS, reason=error.message)) from None
    for name in found.get("Parameters", {}).keys() & PSEUDO:
        del found["Parameters"][name]
    return found


class _BundledPolicies:
    """AWS's managed policies by name: the translator's own list is enough."""

    def load(self) -> dict[str, str]:
        return {}
