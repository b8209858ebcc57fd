"""Aliases that send a share of their invocations to a second version.

https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html; refusals as recorded:
test_notfound_and_invalid_routingconfigs.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError

from helpers.embedded.services.lambda_.function_names import LATEST

Weights = Mapping[str, float]
"""Shares from 0 to 1 by version; the rest is the alias's own."""


def weights_of(routing: Any) -> Weights:
    """Of a RoutingConfig, if there is one."""
    return (routing or {}).get("AdditionalVersionWeights") or {}


def check_routing(version: str, weights: Weights) -> None:
    """Refuse weights that an alias of `version` cannot have."""
    shown = ", ".join(f"{name}={float(weight)}" for name, weight in weights.items())
    value = f"1 validation error detected: Value '{{{shown}}}' at "
    if any(not 0 <= weight <= 1 for weight in weights.values()):
        raise LambdaClientError(
            "ValidationException",
            f"{value}'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map "
            "value must satisfy constraint: [Member must have value less than or equal to 1.0, "
            "Member must have value greater than or equal to 0.0, Member must not be null]",
        )
    if any(not name.isdigit() for name in weights):
        raise LambdaClientError(
            "ValidationException",
            f"{value}'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map "
            "keys must satisfy constraint: [Member must have length less than or equal to 1024, "
            "Member must have length greater than or equal to 1, Member must satisfy regular "
            "expression pattern: [0-9]+]",
        )
    if len(weights) > 1:
        raise InvalidParameterValueException(
            "Number of items in AdditionalVersionWeights cannot be greater than 1"
        )
    if version in weights:
        raise InvalidParameterValueException(
            f"Invalid function version {version}. Function version {version} is already included "
            "in routing configuration."
        )
    if weights and version == LATEST:
        raise InvalidParameterValueException(
            "$LATEST is not supported for an alias pointing to more than 1 version"
        )


def choose_version(weights: Weights, random: Random) -> str | None:
    """The version that one invocation goes to; None: the alias's own."""
    drawn = random.random()
    for version, weight in weights.items():
        if drawn < weight:
            return version
        drawn -= weight
    return None
