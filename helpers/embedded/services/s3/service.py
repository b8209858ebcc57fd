"""S3 in an embedded account: moto's."""

from __future__ import annotations

from helpers.embedded.moto_seams.services import motos_own
from helpers.embedded.service import Service
from helpers.embedded.services.parts import Parts
from helpers.embedded.services.s3.authorization import S3Authorization


def connect(parts: Parts) -> Service:
    """moto's service, of which access knows more than the name."""
    service = motos_own("s3")
    parts.access.learn(service.name, S3Authorization())
    return service
