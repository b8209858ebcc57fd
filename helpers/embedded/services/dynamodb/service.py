"""DynamoDB in an embedded account: moto's."""

from __future__ import annotations

from helpers.embedded.moto_seams.services import motos_own
from helpers.embedded.service import Service
from helpers.embedded.services.dynamodb.authorization import DynamoDbAuthorization
from helpers.embedded.services.parts import Parts


def connect(parts: Parts) -> Service:
    """moto's service, of which access knows more than the name."""
    service = motos_own("dynamodb")
    parts.access.learn(service.name, DynamoDbAuthorization())
    return service
