"""Layers of a function: which it may have, and what is in them.

Refusals as recorded in TestLambdaLayer of LocalStack's test_lambda_api.snapshot.json.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from moto.awslambda.exceptions import InvalidParameterValueException

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend

_MOST = 5


def find_layers(arns: Sequence[str], backend: LambdaBackend) -> list[bytes]:
    """The zip files of layer versions, in the order in which they are laid over each other.

    Raises moto's InvalidParameterValueException, in AWS's words, if a function may not have them.
    """
    if len(arns) > _MOST:
        raise InvalidParameterValueException(f"Cannot reference more than {_MOST} layers.")
    seen: dict[str, str] = {}
    archives = []
    for arn in arns:
        _, _, _, region, *_ = arn.split(":")
        if region != backend.region_name:
            raise InvalidParameterValueException(
                "Layers are not in the same region as the function. Layers are expected to be in "
                f"region {backend.region_name}."
            )
        layer = arn.rpartition(":")[0]
        if other := seen.get(layer):
            raise InvalidParameterValueException(
                "Two different versions of the same layer are not allowed to be referenced in the "
                f"same function. {other} and {arn} are versions of the same layer."
            )
        seen[layer] = arn
        found = backend.layers_versions_by_arn(arn)
        if found is None:
            raise InvalidParameterValueException(f"Layer version {arn} does not exist.")
        archives.append(bytes(found.code_bytes))
    return archives
