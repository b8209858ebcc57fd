"""Dynamic references: values that stand in Systems Manager or Secrets Manager.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from helpers.embedded.services.cloudformation.account_api import AccountApi
from helpers.embedded.services.cloudformation.errors import ValidationError

_REFERENCE = re.compile(r"\{\{resolve:([^:}]+):([^}]+)\}\}")


def resolve_references(value: Any, api: AccountApi) -> Any:
    """A part of a template in which each {{resolve:...}} is what it stands for.

    Raises:
        ValidationError: it names a service that has no such values.
        ClientError: the service has no such value, or the caller may not read it.
    """
    if isinstance(value, dict):
        return {name: resolve_references(each, api) for name, each in value.items()}
    if isinstance(value, list):
        return [resolve_references(each, api) for each in value]
    if isinstance(value, str) and "{{resolve:" in value:
        return _REFERENCE.sub(lambda found: _look_up(found[1], found[2], api), value)
    return value


def parameter_value(name: str, api: AccountApi) -> str:
    """What Systems Manager has under a name, which may end in :VERSION."""
    answer = api.call("ssm", "GetParameter", Name=name, WithDecryption=True)
    return str(answer["Parameter"]["Value"])


def _look_up(service: str, name: str, api: AccountApi) -> str:
    if service in ("ssm", "ssm-secure"):
        return parameter_value(name, api)
    if service == "secretsmanager":
        return _secret(name, api)
    raise ValidationError(
        f"Invalid dynamic reference {{{{resolve:{service}:{name}}}}}: the services are ssm, "
        "ssm-secure and secretsmanager."
    )


def _secret(reference: str, api: AccountApi) -> str:
    """NAME or an ARN, then :SecretString:json-key:version-stage:version-id, each of which may be
    left out."""
    name, _, rest = reference.partition(":SecretString")
    key, stage, version = [*rest.split(":"), "", "", ""][1:4]
    answer = api.call(
        "secretsmanager",
        "GetSecretValue",
        SecretId=name,
        VersionStage=stage or None,
        VersionId=version or None,
    )
    text = str(answer["SecretString"])
    if not key:
        return text
    try:
        return str(json.loads(text)[key])
    except (ValueError, KeyError, TypeError):
        raise ValidationError(
            f"Could not find a value associated with JSONKey in SecretString: {key}"
        ) from None
