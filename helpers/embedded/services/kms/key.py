"""One key: moto's record of it, and the secrets that KMS never lets out."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from moto.kms.models import Key as MotoKey
from moto.moto_api._internal import mock_random

from helpers.embedded.services.kms import ciphertext, pairs, specs, states
from helpers.embedded.services.kms.ciphertext import Ciphertext, Context, InvalidTag, Material
from helpers.embedded.services.kms.errors import KmsException, invalid_ciphertext
from helpers.embedded.services.kms.pairs import PrivateKey
from helpers.embedded.time.clock import SECOND, START, Clock

if TYPE_CHECKING:
    from helpers.embedded.services.kms.grants import Grant

DAY = 86_400 * SECOND

MOST_ROTATIONS_ON_DEMAND = 25
"""How often RotateKeyOnDemand is allowed for one key (API RotateKeyOnDemand)."""


def _make_id(multi_region: bool) -> str:
    """A key id; that of a multi-Region key has no dashes."""
    identity = mock_random.uuid4()
    return f"mrk-{identity.hex}" if multi_region else str(identity)


class Rotation(NamedTuple):
    """Automatic rotation of a key, while it is enabled."""

    period_days: int
    next_at: int
    """Microseconds of lab time since the account was opened."""


class Key(MotoKey):
    """A key whose material is made of the lab's own randomness, so that runs repeat."""

    private_key: PrivateKey | None  # type: ignore[assignment]
    rotation: Rotation | None
    grants: dict[str, Grant]  # type: ignore[assignment]

    def __init__(self, *described: Any, clock: Clock, random: Random, **more: Any) -> None:
        self._clock = clock
        self._random = random
        # moto would make an RSA key for every key, symmetric ones too, which takes 0.1 s.
        with (
            patch("moto.kms.models.generate_private_key", lambda spec: None),
            patch("moto.kms.models.generate_key_id", _make_id),
        ):
            super().__init__(*described, **more)
        self.rotation = None
        self.materials: list[Material] = []
        """Of a symmetric key, oldest first. Old ones go on decrypting what they encrypted."""
        self.mac_secret = b""
        if self.origin == "EXTERNAL":
            self.enabled, self.key_state = False, states.PENDING_IMPORT
        elif self.key_spec == specs.SYMMETRIC:
            self._add_material()
        elif self.key_usage == specs.MAC:
            self.mac_secret = random.randbytes(int(self.key_spec.rpartition("_")[2]) // 8)
        else:
            self.private_key = pairs.make_private_key(self.key_spec, random)

    @property
    def is_symmetric(self) -> bool:
        return bool(self.key_spec == specs.SYMMETRIC)

    # Symmetric cryptography

    def seal(self, plaintext: bytes, context: Context) -> bytes:
        """The CiphertextBlob of `plaintext` under the newest material."""
        nonce = self._random.randbytes(ciphertext.NONCE_BYTES)
        return ciphertext.seal(self.id, self.materials[-1], plaintext, context, nonce)

    def open(self, sealed: Ciphertext, context: Context) -> bytes:
        """The plaintext of what this key has sealed, at any time before.

        Raises:
            KmsException: InvalidCiphertextException, for a wrong context too.
        """
        for material in self.materials:
            if material.id == sealed.material_id:
                try:
                    return sealed.open(material, context)
                except InvalidTag:
                    break
        raise invalid_ciphertext()

    def random_bytes(self, length: int) -> bytes:
        return self._random.randbytes(length)

    # Rotation

    @property
    def key_rotation_status(self) -> bool:
        """Whether the key is rotated automatically; CloudFormation sets it."""
        return self.rotation is not None

    @key_rotation_status.setter
    def key_rotation_status(self, wanted: bool) -> None:
        self.rotation = Rotation(365, self._clock.elapsed + 365 * DAY) if wanted else None

    def rotate_every(self, days: int) -> None:
        """Rotate automatically, the first time so many days from now."""
        self.rotation = Rotation(days, self._clock.elapsed + days * DAY)

    def rotate(self, kind: str, at: int | None = None) -> None:
        """Add new material, by which the key encrypts from now on.

        Args:
            kind: "AUTOMATIC" or "ON_DEMAND".
            at: microseconds of lab time since the account was opened; None: now.
        """
        if kind == "ON_DEMAND":
            done = sum(each["RotationType"] == kind for each in self.rotations)
            if done >= MOST_ROTATIONS_ON_DEMAND:
                raise KmsException(
                    "LimitExceededException",
                    "The on-demand rotations limit has been reached for the given keyId. No more "
                    f"on-demand rotations can be performed for this key: {self.arn}",
                )
        self._add_material()
        moment = self._clock.elapsed if at is None else at
        self.rotations.append(
            {
                "KeyId": self.arn,
                "KeyMaterialId": self.materials[-1].id.hex(),
                "RotationDate": START.timestamp() + moment / SECOND,
                "RotationType": kind,
            }
        )

    def settle(self) -> None:
        """Do the automatic rotations that are due; a key that is not enabled is rotated later."""
        while self.rotation is not None and self.key_state == states.ENABLED:
            days, due = self.rotation
            if due > self._clock.elapsed:
                return
            self.rotate("AUTOMATIC", due)
            self.rotation = Rotation(days, due + days * DAY)

    def is_due_for_deletion(self, now: datetime) -> bool:
        """Whether its waiting period is over; `now` in UTC without a time zone, as moto has it."""
        due = self.deletion_date
        return self.key_state == states.PENDING_DELETION and due is not None and due <= now

    def _add_material(self) -> None:
        identity = self._random.randbytes(ciphertext.MATERIAL_ID_BYTES)
        self.materials.append(Material(identity, self._random.randbytes(32)))

    # What DescribeKey shows

    @property
    def encryption_algorithms(self) -> list[str] | None:
        return self._algorithms(specs.ENCRYPT)

    @property
    def signing_algorithms(self) -> list[str] | None:  # type: ignore[override]
        return self._algorithms(specs.SIGN)

    @property
    def mac_algorithms(self) -> list[str] | None:
        return self._algorithms(specs.MAC)

    def _algorithms(self, usage: str) -> list[str] | None:
        if self.key_usage != usage:
            return None
        return list(specs.algorithms_of(self.key_spec, usage))

    def to_dict(self) -> dict[str, Any]:
        metadata = super().to_dict()["KeyMetadata"]
        metadata["MacAlgorithms"] = self.mac_algorithms
        if self.materials:
            metadata["CurrentKeyMaterialId"] = self.materials[-1].id.hex()
        return {
            "KeyMetadata": {name: value for name, value in metadata.items() if value is not None}
        }
